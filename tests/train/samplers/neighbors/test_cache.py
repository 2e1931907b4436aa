"""One search serves every k and every ratio of a grid, and gives what each would have found by itself."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn import over_sampling
import numpy as np
import pytest
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from stages.train.samplers.neighbors import cache as shared
from stages.train.samplers.neighbors import estimator as neighbours
from stages.train.samplers.neighbors.cache import NeighborCache
from stages.train.samplers.neighbors.estimator import ExactNeighbors
from stages.train.samplers.smote import SMOTE
from stages.train.samplers.smotenc import SMOTENC
from stages.train.samplers.variants import ADASYN, SVMSMOTE, BorderlineSMOTE
from tests.train.samplers.conftest import TABLES, Array, assert_same, imbalanced, normal, result

GRID = [(k, ratio) for k in (1, 3, 5, 7) for ratio in (0.5, 0.75, 1.0)]

#: from how much work on the search of ours is used; how far brute force is asked rather than a tree
WAYS = {"ours": (0, 4096), "brute force": (10**9, 4096), "what scikit-learn chooses": (10**9, 0)}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way to search in turn."""
    use(request.param, monkeypatch)


def use(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    least, small = WAYS[way]
    monkeypatch.setattr(neighbours, "LEAST", dict.fromkeys(neighbours.LEAST, neighbours.Least(least, least)))
    monkeypatch.setattr(shared, "SMALL", small)


def assert_grid(pair: tuple[type, type], X: Any, y: Array, setting: str = "k_neighbors", **parameters: Any) -> int:
    """The grid with one shared search and with a number for each k: the same. Returns how often it searched."""
    ours, theirs = pair
    together = NeighborCache(7)
    for k, ratio in GRID:
        settings = {"sampling_strategy": ratio, "random_state": 42, **parameters}
        found = result(ours(**{setting: together.for_k(k)}, **settings), X, y)
        expected = result(theirs(**{setting: k}, **settings), X, y)
        if isinstance(expected, str):
            assert found == expected
        else:
            assert not isinstance(found, str)
            assert_same(found, expected)
    return together.searches


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("kind", [SMOTE, over_sampling.SMOTE])
@pytest.mark.parametrize("d", [4, 18])
def test_a_grid(kind: type, d: int, table: Callable[..., Array]) -> None:
    X = table(120, d)
    assert assert_grid((kind, over_sampling.SMOTE), X, imbalanced(X)) == 1


@given(
    way=st.sampled_from(sorted(WAYS)),
    kind=st.sampled_from(sorted(set(TABLES) - {"huge"})),
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(8, 120),
    d=st.integers(1, 20),
    dtype=st.sampled_from([np.float64, np.float32]),
)
@settings(max_examples=100, deadline=None)
def test_a_grid_on_any_table(way: str, kind: str, seed: int, n: int, d: int, dtype: type) -> None:
    X = TABLES[kind](np.random.RandomState(seed), n, d).astype(dtype)
    with pytest.MonkeyPatch.context() as patch:
        use(way, patch)
        assert_grid((SMOTE, over_sampling.SMOTE), X, imbalanced(X))


@given(
    way=st.sampled_from(sorted(WAYS)),
    kind=st.sampled_from(sorted(TABLES)),
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(30, 100),
    levels=st.lists(st.integers(1, 12), min_size=1, max_size=3),
)
@settings(max_examples=40, deadline=None)
@pytest.mark.filterwarnings("ignore:invalid value encountered in sqrt:RuntimeWarning")
def test_a_grid_with_categorical_columns(way: str, kind: str, seed: int, n: int, levels: list[int]) -> None:
    random = np.random.RandomState(seed)
    codes = [random.randint(0, count, n) for count in levels]
    X = np.column_stack([*codes, TABLES[kind](random, n, 3)])
    with pytest.MonkeyPatch.context() as patch:
        use(way, patch)
        pair = (SMOTENC, over_sampling.SMOTENC)
        assert assert_grid(pair, X, imbalanced(X), categorical_features=list(range(len(levels)))) <= 1


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("pair", "setting", "searches"),
    [
        ((BorderlineSMOTE, over_sampling.BorderlineSMOTE), "k_neighbors", 1),
        ((SVMSMOTE, over_sampling.SVMSMOTE), "k_neighbors", 2),  # support vectors in danger, and safe ones
        ((ADASYN, over_sampling.ADASYN), "n_neighbors", 2),  # among all rows, and among those of the class
    ],
)
@pytest.mark.parametrize("kind", ["normal", "tenths", "duplicates"])
def test_others_that_search_among_the_rows_of_a_class(
    pair: tuple[type, type], setting: str, searches: int, kind: str
) -> None:
    X = TABLES[kind](np.random.RandomState(0), 120, 4)
    assert assert_grid(pair, X, imbalanced(X), setting) == searches


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("density", [0.1, 1.0])
def test_sparse_tables(dtype: type, density: float) -> None:
    X = sparse.random(90, 12, density, format="csr", random_state=0, dtype=dtype)
    together = NeighborCache(7)
    for k in (3, 7, 5, 3):
        found = together.for_k(k).fit(X).kneighbors(X, return_distance=False)
        expected = NearestNeighbors(n_neighbors=k + 1).fit(X).kneighbors(X, return_distance=False)
        assert np.array_equal(found, expected)
    assert together.searches == (1 if dtype is np.float64 else 0)


@pytest.mark.usefixtures("way")
def test_where_rows_tie_they_are_searched_again_with_the_smaller_k(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.RandomState(0).randint(0, 3, (80, 4)).astype(float)
    requested: list[int] = []
    own = ExactNeighbors.by_scikit_learn
    monkeypatch.setattr(
        ExactNeighbors,
        "by_scikit_learn",
        lambda self, rows, X, k=None: requested.append(k or self.n_neighbors) or own(self, rows, X, k),
    )
    together = NeighborCache(7)
    for k in (3, 7, 3, 7):
        together.for_k(k).fit(X).kneighbors(X, return_distance=False)
    assert requested == [4, 8]


def test_a_known_table_is_not_even_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    X = normal(np.random.RandomState(0), 100, 4)
    y = imbalanced(X)
    together = NeighborCache(5)
    SMOTE(k_neighbors=together.for_k(5), random_state=0).fit_resample(X, y)
    monkeypatch.setattr(ExactNeighbors, "fit", lambda *_: pytest.fail("fitted again"))
    SMOTE(k_neighbors=together.for_k(3), random_state=0).fit_resample(X, y)


def test_another_fold_is_noticed_and_some_are_remembered() -> None:
    together = NeighborCache(5)
    X = normal(np.random.RandomState(0), 200, 4)
    y = imbalanced(X)
    searches = []
    for fold in (
        slice(0, 150),
        slice(50, 200),
        slice(0, 150),
        *(slice(0, n) for n in (160, 170, 180, 190)),
        slice(150),
    ):
        found = SMOTE(k_neighbors=together.for_k(3), random_state=0).fit_resample(X[fold], y[fold])
        assert_same(found, over_sampling.SMOTE(k_neighbors=3, random_state=0).fit_resample(X[fold], y[fold]))
        searches.append(together.searches)
    assert searches == [1, 2, 2, 3, 4, 5, 6, 7]


def test_a_table_that_was_changed_is_another_table() -> None:
    X = normal(np.random.RandomState(0), 60, 3)
    together = NeighborCache(5)
    for _ in range(2):
        X[7] += 1
        found = together.for_k(3).fit(X).kneighbors(X, return_distance=False)
        assert np.array_equal(found, NearestNeighbors(n_neighbors=4).fit(X).kneighbors(X, return_distance=False))
    assert together.searches == 2


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("positives", [1, 2, 4, 8])
def test_with_few_rows_the_smaller_k_are_served_and_the_larger_refused(positives: int) -> None:
    X = normal(np.random.RandomState(0), 36 + positives, 3)
    y = np.repeat([0, 1], [36, positives])
    assert_grid((SMOTE, over_sampling.SMOTE), X, y)
    with pytest.raises(ValueError, match=f"n_neighbors = 9, n_samples_fit = {positives}, n_samples = {positives}"):
        SMOTE(k_neighbors=NeighborCache(8).for_k(8)).fit_resample(X, y)


def test_another_number_of_neighbours_and_distances_are_scikit_learns() -> None:
    X = normal(np.random.RandomState(0), 50, 3)
    part, own = NeighborCache(5).for_k(3).fit(X), NearestNeighbors(n_neighbors=4).fit(X)
    assert np.array_equal(part.kneighbors(X, 2, return_distance=False), own.kneighbors(X, 2, return_distance=False))
    assert np.array_equal(part.kneighbors(X)[0], own.kneighbors(X)[0])


@pytest.mark.parametrize("k", [0, 8])
def test_a_k_beyond_the_search_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match="k must be from 1 to 7"):
        NeighborCache(7).for_k(k)
