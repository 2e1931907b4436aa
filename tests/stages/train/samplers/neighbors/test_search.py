"""The search loses no neighbor and keeps few other rows."""

from collections.abc import Callable

import numpy as np
import pytest

from stages.train.samplers.neighbors import search
from stages.train.samplers.neighbors.partition import compute_box_distance, partition_rows
from stages.train.samplers.neighbors.search import find_near_pairs, find_pairs_within, find_radii
from tests.stages.train.samplers.conftest import Array, normal


def squared_distances(X: Array, Q: Array) -> Array:
    return np.asarray(((Q[:, np.newaxis] - X[np.newaxis]) ** 2).sum(axis=2))


@pytest.mark.parametrize(("n", "d", "m"), [(300, 3, 4), (200, 20, 2), (40, 1, 7), (17, 5, 17)])
@pytest.mark.parametrize("workers", [1, 2])
def test_the_nearest_are_among_the_pairs(
    table: Callable[..., Array], n: int, d: int, m: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_PAIRS_PER_ROW", 10**6)
    X = table(n, d)
    Q = X[::3] + 0
    pairs = find_near_pairs(X, Q, m, workers)
    if pairs is None:
        assert np.abs(X).max() > 1e15
        return
    exact = squared_distances(X, Q)
    assert np.allclose(pairs.squared, exact[pairs.queries, pairs.fitted], rtol=1e-14, atol=0)
    found = np.zeros(exact.shape, dtype=bool)
    found[pairs.queries, pairs.fitted] = True
    assert found.sum() == len(pairs.queries)
    bound = np.partition(exact, m - 1, axis=1)[:, m - 1 :][:, :1]
    assert found[exact <= bound].all()


def test_most_rows_are_not_looked_at() -> None:
    X = normal(np.random.RandomState(0), 2000, 3)
    pairs = find_near_pairs(X, X, 4)
    assert pairs is not None
    assert len(pairs.squared) < 20 * len(X)


def test_pairs_within_are_all_pairs_within() -> None:
    X = np.arange(100.0)[:, np.newaxis] * [1.0, 0.0]
    pairs = find_pairs_within(partition_rows(X, X[:50]), np.full(50, 4.5))
    assert pairs is not None
    near = {(int(query), int(row)) for query, row, _ in zip(pairs.queries, pairs.fitted, pairs.squared, strict=True)}
    assert near == {(query, row) for query in range(50) for row in range(100) if abs(query - row) <= 2}


def test_enough_rows_lie_within(table: Callable[..., Array]) -> None:
    X = table(150, 4)
    if np.abs(X).max() < 1e15:
        squared = find_radii(partition_rows(X, X), 3)
        assert ((squared_distances(X, X) <= squared[:, np.newaxis]).sum(axis=1) >= 3).all()


def test_stops_if_everything_is_tied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MAX_PAIRS_PER_ROW", 5)
    assert find_near_pairs(np.ones((200, 3)), np.ones((200, 3)), 2) is None


def test_stops_at_numbers_whose_squares_overflow() -> None:
    assert find_near_pairs(np.array([[1e200], [0.0]]), np.array([[0.0]]), 1) is None


def test_each_row_stands_in_one_block_and_in_its_box(table: Callable[..., Array]) -> None:
    X = table(131, 5)
    if np.abs(X).max() > 1e15:
        return
    partition = partition_rows(X, X[:40])
    low, high = partition.fitted.boxes()
    assert sorted(partition.fitted.order) == list(range(131))
    assert sorted(partition.queries.order) == list(range(40))
    assert np.array_equal(partition.queries.rows, X[:40][partition.queries.order])
    for block in range(len(partition.fitted)):
        span = partition.fitted.span(block)
        assert 0 < span.stop - span.start <= 16
        assert (
            compute_box_distance(partition.fitted.points[span].T, low[block], high[block]) <= partition.frame.error
        ).all()


def test_the_distance_to_a_box() -> None:
    points = np.array([[0.0, 2.0], [5.0, 6.0], [1.5, 1.5]]).T
    assert compute_box_distance(points, np.array([1.0, 1.0]), np.array([2.0, 2.0])).tolist() == [1.0, 5.0, 0.0]
