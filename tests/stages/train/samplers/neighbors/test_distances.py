"""Float32 products that let nothing near slip through."""

from collections.abc import Callable

import numpy as np
import pytest

from stages.train.samplers.neighbors.distances import (
    estimate_radii,
    is_center_near,
    make_left_factor,
    make_right_factor,
)
from tests.stages.train.samplers.conftest import Array, normal


def test_a_sign_tells_near_from_far() -> None:
    rows = np.array([[0.0], [1.0], [2.0], [3.0], [40.0]])
    queries = np.array([[0.0], [40.0]])
    near = make_left_factor(queries, np.array([4.1, 0.1])) @ make_right_factor(rows) <= 0
    assert near.tolist() == [[True, True, True, False, False], [False, False, False, False, True]]


def test_a_row_exactly_at_the_distance_is_never_lost(table: Callable[..., Array]) -> None:
    X = table(200, 7)
    if np.abs(X).max() > 1e15:
        return
    for center in (X[0], X.mean(axis=0), np.zeros(7)):
        squared = ((X[:50, np.newaxis] - X[np.newaxis]) ** 2).sum(axis=2)
        for index in (1, 20, 199):
            bound = np.partition(squared, index, axis=1)[:, index]
            near = make_left_factor(X[:50] - center, bound) @ make_right_factor(X - center) <= 0
            assert near[squared <= bound[:, np.newaxis]].all()


@pytest.mark.parametrize(("rows", "m"), [(1000, 3), (40, 3), (9, 9)])
def test_enough_rows_lie_within(rows: int, m: int, table: Callable[..., Array]) -> None:
    X = table(rows, 4)
    if np.abs(X).max() > 1e15:
        return
    squared = ((X[: rows // 2, np.newaxis] - X[np.newaxis]) ** 2).sum(axis=2)
    found = estimate_radii(X[: rows // 2], X, m)
    assert ((squared <= found[:, np.newaxis]).sum(axis=1) >= m).all()


def test_not_many_more_than_enough() -> None:
    X = normal(np.random.RandomState(0), 1000, 4)
    squared = ((X[:, np.newaxis] - X[np.newaxis]) ** 2).sum(axis=2)
    assert (squared <= estimate_radii(X, X, 3)[:, np.newaxis]).sum(axis=1).mean() < 3.1


def test_a_center_far_away_is_not_near_enough() -> None:
    offsets, squared = np.ones((10, 3)), np.ones(10)
    assert is_center_near(offsets, squared)
    assert not is_center_near(offsets + 1000, squared)
