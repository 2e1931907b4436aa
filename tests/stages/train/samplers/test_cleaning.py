"""imbalanced-learn's own rows, bit for bit: the cleaners."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn import combine, over_sampling, under_sampling
import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from stages.train.samplers.cleaning import AllKNN, EditedNearestNeighbours, RepeatedEditedNearestNeighbours, TomekLinks
from stages.train.samplers.neighbors.boundary import find_boundary
from stages.train.samplers.neighbors.estimator import ExactNeighbors
from stages.train.samplers.smote import SMOTE
from tests.stages.train.samplers.conftest import TABLES, Array, assert_same, imbalanced, normal

pytestmark = pytest.mark.slow

PAIRS: dict[str, tuple[type, type]] = {
    "TomekLinks": (TomekLinks, under_sampling.TomekLinks),
    "EditedNearestNeighbours": (EditedNearestNeighbours, under_sampling.EditedNearestNeighbours),
    "RepeatedEditedNearestNeighbours": (
        RepeatedEditedNearestNeighbours, under_sampling.RepeatedEditedNearestNeighbours,
    ),
    "AllKNN": (AllKNN, under_sampling.AllKNN),
}  # fmt: skip


def assert_same_rows(name: str, X: Array, y: Array, **parameters: Any) -> None:
    ours, theirs = (kind(**parameters) for kind in PAIRS[name])
    assert_same(ours.fit_resample(X, y), theirs.fit_resample(X, y))
    assert np.array_equal(ours.sample_indices_, theirs.sample_indices_)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("strategy", ["auto", "all", "majority"])
@pytest.mark.parametrize("d", [4, 18])
def test_every_kind_of_table(name: str, strategy: str, table: Callable[..., Array], d: int) -> None:
    X = table(120, d)
    assert_same_rows(name, X, imbalanced(X), sampling_strategy=strategy)


@given(
    name=st.sampled_from(["TomekLinks", "EditedNearestNeighbours"]),
    kind=st.sampled_from(sorted(TABLES)),
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(8, 120),
    d=st.integers(1, 20),
    dtype=st.sampled_from([np.float64, np.float32]),
)
@settings(max_examples=120, deadline=None)
def test_any_table(name: str, kind: str, seed: int, n: int, d: int, dtype: type) -> None:
    X = TABLES[kind](np.random.RandomState(seed), n, d).astype(dtype)
    assert_same_rows(name, X, imbalanced(X), sampling_strategy="all")


@pytest.mark.parametrize("kind_sel", ["all", "mode"])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_edited_nearest_neighbours_of_either_kind(kind_sel: str, k: int, table: Callable[..., Array]) -> None:
    X = table(100, 3)
    y = imbalanced(X)
    y[::9] = 2
    assert_same_rows("EditedNearestNeighbours", X, y, kind_sel=kind_sel, n_neighbors=k, sampling_strategy="all")


def test_links_between_three_classes(table: Callable[..., Array]) -> None:
    X = table(100, 3)
    y = np.arange(100) % 3
    assert_same_rows("TomekLinks", X, y, sampling_strategy="all")
    assert_same_rows("TomekLinks", X, y, sampling_strategy=[1])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(EditedNearestNeighbours, combine.SMOTEENN), (TomekLinks, combine.SMOTETomek)],
    ids=["SMOTEENN", "SMOTETomek"],
)
@pytest.mark.parametrize("d", [5, 18])
def test_smote_and_its_cleaner_are_the_combination(ours: Any, theirs: Any, d: int, table: Callable[..., Array]) -> None:
    X = table(150, d)
    y = imbalanced(X)
    cleaned = ours(sampling_strategy="all").fit_resample(*SMOTE(random_state=0).fit_resample(X, y))
    assert_same(cleaned, theirs(random_state=0).fit_resample(X, y))


def test_rows_far_from_other_classes_are_not_on_the_border() -> None:
    X = normal(np.random.RandomState(0), 192, 3)  # twelve blocks, six of each class
    X[96:] += 50
    assert len(ExactNeighbors(n_neighbors=4).fit(X).find_boundary(np.repeat([0, 1], 96)).rows) == 0


def test_the_border_has_every_row_that_is_near_another_class(table: Callable[..., Array]) -> None:
    X = table(150, 3)
    y = imbalanced(X)
    nearest = NearestNeighbors(n_neighbors=4).fit(X).kneighbors(X, return_distance=False)
    found = find_boundary(X, y, 4, products=False)
    assert set(np.flatnonzero((y[nearest] != y[:, np.newaxis]).any(axis=1))) <= set(found.rows)
    assert np.array_equal(found.nearest[found.certified], nearest[found.rows[found.certified]])


def test_a_row_is_on_the_border_when_another_class_may_be_among_its_nearest() -> None:
    X = np.array([[0.0], [1.0], [2.1], [3.3], [4.6], [20.0], [21.0], [22.1]])
    y = np.array([0, 0, 0, 1, 1, 1, 1, 1])
    # 3.3 is the only one whose nearest, 2.1, is of another class; the bound may let its neighbours in
    found = find_boundary(X, y, 2)
    assert {3} <= set(found.rows) <= {1, 2, 3, 4}
    assert found.nearest[list(found.rows).index(3)].tolist() == [3, 2]
    assert found.certified.all()
    assert len(find_boundary(X, np.zeros(8), 2).rows) == 0


def test_of_two_classes_one_side_is_named() -> None:
    X = normal(np.random.RandomState(0), 100, 2)
    y = np.arange(100) % 2
    one, both = find_boundary(X, y, 2, one_side=True).rows, find_boundary(X, y, 2).rows
    assert len(set(y[one])) == 1
    assert set(one) == {row for row in both if y[row] == y[one[0]]}


def test_too_few_rows_are_refused_in_the_same_words() -> None:
    X, y = np.arange(6.0).reshape(3, 2), np.array([0, 0, 1])
    for sampler in PAIRS["EditedNearestNeighbours"]:
        with pytest.raises(ValueError, match="n_neighbors = 4, n_samples_fit = 3, n_samples = 1"):
            sampler(sampling_strategy=[1]).fit_resample(X, y)


def test_smote_is_imbalanced_learns_to_its_combinations() -> None:
    X = normal(np.random.RandomState(0), 100, 3)
    y = imbalanced(X)
    own = combine.SMOTEENN(smote=over_sampling.SMOTE(random_state=0), enn=under_sampling.EditedNearestNeighbours())
    fast = combine.SMOTEENN(smote=SMOTE(random_state=0), enn=EditedNearestNeighbours())
    assert_same(fast.fit_resample(X, y), own.fit_resample(X, y))
