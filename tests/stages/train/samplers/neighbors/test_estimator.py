"""scikit-learn's own answer, to the last index."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from stages.train.samplers.neighbors import estimator, partition
from stages.train.samplers.neighbors.estimator import ExactNeighbors
from stages.train.samplers.variants import ADASYN
from tests.stages.train.samplers.conftest import TABLES, Array, near_duplicates, normal

pytestmark = pytest.mark.slow

FORMS: dict[str, Callable[[Array], Any]] = {
    "float64": lambda X: X,
    "float32": lambda X: X.astype(np.float32),
    "sparse": sparse.csr_matrix,
    "sparse float32": lambda X: sparse.csr_matrix(X.astype(np.float32)),
    "Fortran": np.asfortranarray,
    "integer": lambda X: np.clip(X, -1e9, 1e9).astype(np.int64),
}


def both(X: Any, Q: Any, k: int) -> tuple[Array, Array]:
    fast, own = (kind(n_neighbors=k).fit(X) for kind in (ExactNeighbors, NearestNeighbors))
    return fast.kneighbors(Q, return_distance=False), own.kneighbors(Q, return_distance=False)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("n", "d", "k"), [(90, 3, 6), (90, 20, 6), (30, 17, 29), (20, 2, 20)])
def test_all_rows(table: Callable[..., Array], form: str, n: int, d: int, k: int) -> None:
    X = FORMS[form](table(n, d))
    found, expected = both(X, X, k)
    assert found.dtype == expected.dtype
    assert np.array_equal(found, expected)


@given(
    kind=st.sampled_from(sorted(TABLES)),
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(2, 80),
    d=st.integers(1, 24),
    k=st.integers(1, 12),
    form=st.sampled_from(sorted(FORMS)),
)
@settings(max_examples=150, deadline=None)
def test_any_table(kind: str, seed: int, n: int, d: int, k: int, form: str) -> None:
    X = FORMS[form](TABLES[kind](np.random.RandomState(seed), n, d))
    found, expected = both(X, X[n // 3 :], min(k, n))
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("d", [4, 18])
def test_rows_out_of_many_chunks(d: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "BLOCK_SIZE", 512)
    # brute force works on 256 queries at a time: tied rows must be asked about in their own chunk
    X = normal(np.random.RandomState(0), 4000, d)
    X[3000:3300] = X[:300]
    X[1500:1600] = X[3900:] + 1e-9
    assert not ExactNeighbors().fit(X)._search(np.arange(4000), X, 6)[1].all()
    found, expected = both(X, X, 6)
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("d", [4, 18])
def test_some_rows_only(table: Callable[..., Array], d: int) -> None:
    X = table(200, d)
    rows = np.array([3, 50, 51, 199])
    found = ExactNeighbors(n_neighbors=4).fit(X).kneighbors_of_rows(rows, X)
    assert np.array_equal(found, NearestNeighbors(n_neighbors=4).fit(X).kneighbors(X, return_distance=False)[rows])


def test_scikit_learn_is_asked_about_doubtful_rows_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    X = normal(np.random.RandomState(1), 300, 4)
    X[7] = X[8]
    requested: list[int] = []
    own = ExactNeighbors._search_with_sklearn
    monkeypatch.setattr(
        ExactNeighbors,
        "_search_with_sklearn",
        lambda self, rows, *rest: requested.extend(rows) or own(self, rows, *rest),
    )
    found, expected = both(X, X, 3)
    assert {7, 8} <= set(requested)
    assert len(requested) < 30
    assert np.array_equal(found, expected)


def test_what_is_below_the_resolution_of_float32_is_still_told_apart() -> None:
    X = np.zeros((400, 3))
    X[:, 0] = 1 + np.arange(400) * 1e-9  # all the same in float32, and the products of brute force as well
    X[:, 1] = np.arange(400) % 20 * 1e-12
    fast = ExactNeighbors(n_neighbors=3).fit(X)
    found, expected = both(X, X, 3)
    assert np.array_equal(found, expected)
    assert fast._search(np.arange(400), X, 3)[1].any()


@pytest.mark.parametrize("d", [3, 20])
def test_the_certificate_fails_on_near_ties_and_the_answer_stands(d: int) -> None:
    X = near_duplicates(np.random.RandomState(2), 500, d)
    assert ExactNeighbors(algorithm="brute").fit(X)._search(np.arange(500), X, 5)[1].mean() < 0.5
    found, expected = both(X, X, 5)
    assert np.array_equal(found, expected)


def test_without_the_certificate_tied_rows_would_come_out_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimator, "is_order_certified", lambda squared, *_: np.ones(len(squared), dtype=bool))
    X = np.random.RandomState(0).randint(0, 3, (300, 4)).astype(float)
    found, expected = both(X, X, 5)
    assert not np.array_equal(found, expected)


def test_distances_are_scikit_learns() -> None:
    X = normal(np.random.RandomState(0), 50, 3)
    fast, own = ExactNeighbors().fit(X).kneighbors(X), NearestNeighbors().fit(X).kneighbors(X)
    assert all(np.array_equal(*pair) for pair in zip(fast, own, strict=True))
    assert np.array_equal(
        ExactNeighbors().fit(X).kneighbors(return_distance=False),
        NearestNeighbors().fit(X).kneighbors(return_distance=False),
    )


@pytest.mark.parametrize("d", [3, 20])
def test_too_few_rows_are_refused_in_the_same_words(d: int) -> None:
    X = np.arange(5.0 * d).reshape(5, d)
    with pytest.raises(ValueError, match="n_neighbors = 6, n_samples_fit = 5, n_samples = 5"):
        ExactNeighbors(n_neighbors=6).fit(X).kneighbors_of_rows(np.array([1]), X)


def test_another_metric_is_left_to_scikit_learn() -> None:
    X = normal(np.random.RandomState(0), 60, 3)
    fast, own = (kind(p=1).fit(X).kneighbors(X, return_distance=False) for kind in (ExactNeighbors, NearestNeighbors))
    assert np.array_equal(fast, own)


def test_only_scikit_learns_own_class_is_replaced() -> None:
    class Other(NearestNeighbors):  # type: ignore[misc]
        """A search of the user's own."""

    for search, kind in ((NearestNeighbors(n_neighbors=4, leaf_size=9), ExactNeighbors), (Other(n_neighbors=4), Other)):
        sampler = ADASYN(n_neighbors=search)
        sampler._validate_estimator()
        assert type(sampler.nn_) is kind
        assert (sampler.nn_.n_neighbors, sampler.nn_.leaf_size) == (4, search.leaf_size)


def test_chunks_are_whole_and_many_enough_to_be_worked_on_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimator, "_n_workers", lambda: 1)
    requested = estimator._complete_chunks(np.array([300, 9999]), 10_000)
    assert set(range(256, 512)) | set(range(9984, 10_000)) <= set(requested)
    assert np.array_equal(requested, np.unique(requested))
    assert len(requested) > 4 * 256
    starts = requested[requested % 256 == 0]
    assert all(np.isin(np.arange(start, min(start + 256, 10_000)), requested).all() for start in starts)
    assert np.array_equal(estimator._complete_chunks(np.array([3]), 2000), np.arange(2000))
