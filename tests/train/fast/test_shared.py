"""One search serves every k and every ratio of a grid, and gives what each would have found by itself."""

from collections.abc import Callable

from imblearn import over_sampling
import numpy as np
import pytest

from stages.train.fast.neighbours import ExactNeighbors
from stages.train.fast.shared import SharedNeighbours
from stages.train.fast.smote import SMOTE
from tests.train.fast.conftest import Array, assert_same, imbalanced, normal

GRID = [(k, ratio) for k in (1, 3, 5, 7) for ratio in (0.5, 0.75, 1.0)]


@pytest.mark.parametrize("kind", [SMOTE, over_sampling.SMOTE])
@pytest.mark.parametrize("d", [4, 18])
def test_a_grid(kind: type, d: int, table: Callable[..., Array]) -> None:
    X = table(120, d)
    y = imbalanced(X)
    shared = SharedNeighbours(7)
    for k, ratio in GRID:
        settings = {"sampling_strategy": ratio, "random_state": 42}
        found = kind(k_neighbors=shared.for_k(k), **settings).fit_resample(X, y)
        assert_same(found, over_sampling.SMOTE(k_neighbors=k, **settings).fit_resample(X, y))
    assert shared.searches == 1


def test_where_rows_tie_they_are_searched_again_with_the_smaller_k(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.RandomState(0).randint(0, 3, (80, 4)).astype(float)
    asked: list[int] = []
    own = ExactNeighbors._by_scikit_learn
    monkeypatch.setattr(
        ExactNeighbors, "_by_scikit_learn", lambda self, rows, X, k: asked.append(k) or own(self, rows, X, k)
    )
    shared = SharedNeighbours(7)
    for k in (3, 7):
        shared.for_k(k).fit(X).kneighbors(X, return_distance=False)
    assert asked == [4, 8]


def test_another_fold_is_noticed() -> None:
    shared = SharedNeighbours(5)
    X = normal(np.random.RandomState(0), 200, 4)
    y = imbalanced(X)
    for fold in (slice(0, 150), slice(50, 200), slice(50, 200)):
        found = SMOTE(k_neighbors=shared.for_k(3), random_state=0).fit_resample(X[fold], y[fold])
        assert_same(found, over_sampling.SMOTE(k_neighbors=3, random_state=0).fit_resample(X[fold], y[fold]))
    assert shared.searches == 2


def test_with_few_rows_the_smaller_k_are_served_and_the_larger_refused() -> None:
    X = normal(np.random.RandomState(0), 40, 3)
    y = np.repeat([0, 1], [36, 4])
    shared = SharedNeighbours(7)
    for k in (1, 2, 3):
        found = SMOTE(k_neighbors=shared.for_k(k), random_state=0).fit_resample(X, y)
        assert_same(found, over_sampling.SMOTE(k_neighbors=k, random_state=0).fit_resample(X, y))
    with pytest.raises(ValueError, match="n_neighbors = 6, n_samples_fit = 4, n_samples = 4"):
        SMOTE(k_neighbors=shared.for_k(5)).fit_resample(X, y)


@pytest.mark.parametrize("k", [0, 8])
def test_a_k_beyond_the_search_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match="k must be from 1 to 7"):
        SharedNeighbours(7).for_k(k)
