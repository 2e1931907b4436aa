"""`ExactNeighbors`: scikit-learn's NearestNeighbors with a faster search and the same answer.

`find_near_pairs` answers the queries whose order is certified (see `certificate`). The others have tied neighbors, and
scikit-learn itself answers them. It gets enough rows to answer as it would for the whole table.
"""

from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn import get_config
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from stages.train.samplers.neighbors.arrays import Bools, Floats, Ints
from stages.train.samplers.neighbors.boundary import Boundary, find_boundary, make_uncertified
from stages.train.samplers.neighbors.certificate import is_order_certified, select_nearest
from stages.train.samplers.neighbors.search import find_near_pairs


class MinWork(NamedTuple):
    """The work beyond which this search is faster (measured by benchmarks/speed/samplers.py)."""

    queries: int  # enough to repay sorting the fitted rows
    pairs: int  # of a query and a fitted row


#: by scikit-learn's own method
MIN_WORK = {
    "kd_tree": MinWork(1000, 4_000_000),
    "brute": MinWork(2500, 50_000_000),
    "sparse": MinWork(250, 250_000),
}

#: with fewer columns nothing is faster than a k-d tree
MIN_COLUMNS = 8

#: the search works on dense rows: a sparse table of more bytes is left to scikit-learn
MAX_DENSE_BYTES = 1 << 30


class ExactNeighbors(NearestNeighbors):  # type: ignore[misc]
    """scikit-learn's NearestNeighbors with a faster `kneighbors` for calls that need only the indices.

    Euclidean distance. The indices equal scikit-learn's, ties included. Everything else, errors included, is
    scikit-learn's own.
    """

    def kneighbors(self, X: Any = None, n_neighbors: int | None = None, return_distance: bool = True) -> Any:
        """Return what `NearestNeighbors.kneighbors` returns, in the same order, ties included."""
        if return_distance or not (isinstance(X, np.ndarray) or sparse.issparse(X)):
            return super().kneighbors(X, n_neighbors, return_distance)
        return self.kneighbors_of_rows(np.arange(X.shape[0]), X, n_neighbors)

    def kneighbors_of_rows(self, rows: Ints, X: Any, n_neighbors: int | None = None) -> Ints:
        """Return `kneighbors(X, n_neighbors, return_distance=False)[rows]`, without a search for the other rows.

        Raises ValueError, as scikit-learn does, if there are too few fitted rows.
        """
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        if len(rows) == 0 and 0 < k <= _n_rows(self._fit_X):
            return np.empty((0, k), dtype=np.intp)
        if not self._is_faster(rows, X, k):
            return self._search_with_sklearn(rows, X, k)
        nearest, certified = self._search(rows, X, k)
        if not certified.all():
            nearest[~certified] = self._search_with_sklearn(rows[~certified], X, k)
        return nearest

    def find_boundary(self, y: npt.NDArray[Any], one_side: bool = False) -> Boundary:
        """Return the fitted rows that may have one of another class among their `n_neighbors` nearest."""
        X, rows = self._fit_X, np.arange(len(y))
        if not self._is_faster(rows, X, self.n_neighbors):
            return make_uncertified(rows, self.n_neighbors)
        with _single_blas_thread():
            products = self._fit_method == "brute"
            return find_boundary(_to_dense(X), y, self.n_neighbors, _n_workers(), products, one_side)

    def _search(self, rows: Ints, X: Any, k: int) -> tuple[Ints, Bools]:
        """Return the k nearest fitted rows of `X[rows]`, shape (rows, k), and where their order is certified."""
        fitted = _to_dense(self._fit_X)
        is_whole = len(rows) == X.shape[0]
        Q = fitted if is_whole and X is self._fit_X else _to_dense(X if is_whole else X[rows])
        with _single_blas_thread():
            pairs = find_near_pairs(fitted, Q, k + 1, _n_workers())
        if pairs is None:
            return np.zeros((len(rows), k), dtype=np.intp), np.zeros(len(rows), dtype=np.bool_)
        nearest, squared = select_nearest(pairs, len(rows), k + 1)
        return nearest[:, :k], is_order_certified(squared, Q, self._fit_method == "brute")

    def _is_faster(self, rows: Ints, X: Any, k: int) -> bool:
        """Return whether this search is possible on the table and faster than scikit-learn's."""
        fitted = self._fit_X
        if X.shape[1:] != fitted.shape[1:] or X.dtype != fitted.dtype or not 0 < k < _n_rows(fitted):
            return False
        if sparse.issparse(X):
            # scikit-learn rounds sparse float32 distances to float32 before it sorts them
            dense_bytes = X.shape[1] * (_n_rows(X) + _n_rows(fitted)) * 8
            method, is_possible = "sparse", X.dtype == np.float64 and dense_bytes <= MAX_DENSE_BYTES
        else:
            is_float = X.dtype in (np.float32, np.float64)
            method, is_possible = self._fit_method, is_float and X.shape[1] >= MIN_COLUMNS
        if not is_possible or method not in MIN_WORK or self.effective_metric_ != "euclidean":
            return False
        n_queries, minimum = len(self._complete_rows(rows, X, k)), MIN_WORK[method]
        is_enough = n_queries >= minimum.queries and n_queries * _n_rows(fitted) >= minimum.pairs
        return is_enough and bool(np.isfinite(X.data if sparse.issparse(X) else X).all())

    def _complete_rows(self, rows: Ints, X: Any, k: int) -> Ints:
        """Return the rows that scikit-learn must search so that its answer for `rows` is the same as in all of X."""
        if k > _n_rows(self._fit_X):
            return np.arange(_n_rows(X))  # scikit-learn raises an error that names the number of rows
        if self._fit_method == "brute" and not sparse.issparse(X):
            return _complete_chunks(rows, _n_rows(X))
        return rows

    def _search_with_sklearn(self, rows: Ints, X: Any, k: int) -> Ints:
        complete = self._complete_rows(rows, X, k)
        nearest: Ints = super().kneighbors(X if len(complete) == _n_rows(X) else X[complete], k, return_distance=False)
        return nearest[np.searchsorted(complete, rows)]


class UsesExactNeighbors:
    """A base class that turns the scikit-learn searches of a sampler into ExactNeighbors; list it first.

    A search that the user gives as another object stays.
    """

    def _validate_estimator(self) -> None:
        super()._validate_estimator()  # type: ignore[misc]
        for name in ("nn_", "nn_k_", "nn_m_"):
            search: Any = getattr(self, name, None)
            if type(search) is NearestNeighbors:
                setattr(self, name, ExactNeighbors(**search.get_params()))


def _complete_chunks(rows: Ints, n_rows: int) -> Ints:
    """Return all rows of the chunks that contain `rows`, so that brute force treats them as it does in all `n_rows`.

    scikit-learn multiplies chunks of 256 queries with chunks of fitted rows. The last digit of a product, which decides
    ties, may depend on the size of a chunk. With few queries for its threads it divides the work differently.
    """
    size = get_config()["pairwise_dist_chunk_size"]
    minimum = 4 * size * _n_workers() + size
    chunks = np.unique(rows // size)
    if 2 * max(len(chunks) * size, minimum) > n_rows:
        return np.arange(n_rows)
    others = np.setdiff1d(np.arange(n_rows // size), chunks)[: max(0, -(-minimum // size) - len(chunks) + 1)]
    chunks = np.sort(np.concatenate([chunks, others]))
    complete = (chunks[:, np.newaxis] * size + np.arange(size)).ravel()
    return np.asarray(complete[complete < n_rows])


_THREADS = ThreadpoolController()


def _single_blas_thread() -> AbstractContextManager[Any]:
    """Limit BLAS to one thread: each worker of the search is a thread."""
    limit: AbstractContextManager[Any] = _THREADS.limit(limits=1, user_api="blas")
    return limit


def _n_workers() -> int:
    """Return the number of threads that OpenMP, and so scikit-learn's search, would use."""
    return max((pool["num_threads"] for pool in _THREADS.select(user_api="openmp").info()), default=1)


def _to_dense(X: Any) -> Floats:
    return np.asarray(X.toarray() if sparse.issparse(X) else X, dtype=np.float64, order="C")


def _n_rows(X: Any) -> int:
    return int(X.shape[0])
