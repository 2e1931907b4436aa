"""Most of the neighbours, and how many of them: measured as promised, the same each time."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse

from stages.train.samplers import approximate
from stages.train.samplers.approximate import ApproximateNeighbors
from stages.train.samplers.neighbors.estimator import ExactNeighbors
from stages.train.samplers.smote import SMOTE
from stages.train.samplers.smotenc import SMOTENC
from tests.train.samplers.conftest import Array, normal


@pytest.fixture(autouse=True)
def no_table_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approximate, "LEAST_ROWS", 0)


def hits(found: Array, X: Array, rows: Array) -> float:
    """The share of the found that are no farther than the last of the true, each row itself left out."""
    squared = ((X[rows][:, np.newaxis] - X[np.newaxis]) ** 2).sum(axis=2)
    last = np.sort(squared, axis=1)[:, found.shape[1] - 1]
    own = np.take_along_axis(squared, found, axis=1)
    return float((own[:, 1:] <= (1 + 1e-12) * last[:, np.newaxis]).mean())


@pytest.mark.parametrize("d", [2, 5, 12])
def test_the_recall_is_what_it_says_and_enough(d: int) -> None:
    X = normal(np.random.RandomState(0), 900, d)
    neighbors = ApproximateNeighbors(n_neighbors=6)
    drawn = np.random.RandomState(1).randint(0, 900, 800)
    found, places = neighbors.neighbors_inside(X, drawn)
    rows = np.unique(drawn)
    assert np.array_equal(rows[places], drawn)
    assert np.array_equal(found[:, 0], rows)
    assert neighbors.recall_ == pytest.approx(hits(found, X, rows))  # fewer than 1,000 rows: all are in the sample
    assert 0.95 <= neighbors.recall_ < 1
    assert neighbors.note_ == f"approximate neighbours, recall {neighbors.recall_:.3f} on {len(rows)} of these rows"


def test_the_recall_is_measured_on_some_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approximate, "SAMPLED", 300)
    X = normal(np.random.RandomState(0), 900, 4)
    neighbors = ApproximateNeighbors(n_neighbors=4)
    found, _ = neighbors.neighbors_inside(X, np.arange(900))
    assert neighbors.recall_ >= 0.95
    assert neighbors.recall_ == pytest.approx(hits(found, X, np.arange(900)), abs=0.03)
    assert neighbors.note_.endswith("on 300 of these rows")


def test_less_is_searched_than_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    X = normal(np.random.RandomState(0), 900, 5)
    looked: list[float] = []
    own = approximate.pairs_within
    monkeypatch.setattr(
        approximate, "pairs_within", lambda *given: looked.append(given[3] if len(given) > 3 else 1.0) or own(*given)
    )
    ApproximateNeighbors(n_neighbors=6).neighbors_inside(X, np.arange(900))
    exact, reach, *rest = looked
    assert exact == 1
    assert 0 < reach < 0.8
    assert set(rest) <= {1.0}  # for rows that found too few


def test_the_same_each_time_with_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    X = normal(np.random.RandomState(0), 600, 6)
    found = []
    for workers in (1, 2, 1):
        monkeypatch.setattr(approximate, "workers", lambda workers=workers: workers)
        found.append(ApproximateNeighbors(n_neighbors=6).neighbors_inside(X, np.arange(600))[0])
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def test_any_table(table: Callable[..., Array]) -> None:
    X = table(200, 4)
    found, places = ApproximateNeighbors(n_neighbors=4).neighbors_inside(X, np.arange(200))
    assert found.shape == (200, 4)
    assert np.array_equal(places, np.arange(200))
    assert ((found >= 0) & (found < 200)).all()
    if np.abs(X).max() < 1e15:
        assert hits(found, X, np.arange(200)) >= 0.95


def test_few_rows_and_floods_are_searched_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approximate, "LEAST_ROWS", 500)
    for X in (normal(np.random.RandomState(0), 499, 3), np.ones((1200, 3)), 1e20 * np.ones((600, 3))):
        neighbors, drawn = ApproximateNeighbors(n_neighbors=4), np.arange(0, len(X), 3)
        found, places = neighbors.neighbors_inside(X, drawn)
        expected, _ = ExactNeighbors(n_neighbors=4).neighbors_inside(X, drawn)
        assert np.array_equal(found[places], expected)
        assert neighbors.recall_ == 1
        assert neighbors.note_ == f"exact neighbours: approximate ones do not pay on these {len(X)} rows"


def test_other_queries_are_exact() -> None:
    X = normal(np.random.RandomState(0), 300, 3)
    fitted = ApproximateNeighbors(n_neighbors=4).fit(X)
    exact = ExactNeighbors(n_neighbors=4).fit(X)
    found, expected = (item.kneighbors(X[:50] + 0.1, return_distance=False) for item in (fitted, exact))
    assert np.array_equal(found, expected)


def test_too_few_rows_are_refused_in_the_same_words() -> None:
    X, y = normal(np.random.RandomState(0), 40, 3), np.repeat([0, 1], [36, 4])
    with pytest.raises(ValueError, match="n_neighbors = 6, n_samples_fit = 4, n_samples = 4"):
        SMOTE(k_neighbors=ApproximateNeighbors(n_neighbors=6)).fit_resample(X, y)


def test_smote_and_smotenc_say_what_they_found() -> None:
    X, y = normal(np.random.RandomState(0), 900, 4), (np.arange(900) % 3 == 0).astype(int)
    X[:, 3] = np.arange(900) % 5
    for kind, own in ((SMOTE, {}), (SMOTENC, {"categorical_features": [3]})):
        sampler = kind(k_neighbors=ApproximateNeighbors(n_neighbors=6), random_state=0, **own)
        assert len(sampler.fit_resample(X, y)[0]) == 1200
        assert "approximate neighbours, recall 0.9" in sampler.note_
        plain = kind(random_state=0, **own)
        plain.fit_resample(X, y)
        assert plain.note_ == ""


def test_a_sparse_table_is_that_table() -> None:
    X = normal(np.random.RandomState(0), 300, 3)
    X[np.abs(X) < 0.5] = 0
    found, expected = (
        ApproximateNeighbors(n_neighbors=4).neighbors_inside(form(X), np.arange(300))[0]
        for form in (sparse.csr_matrix, np.asarray)
    )
    assert np.array_equal(found, expected)
