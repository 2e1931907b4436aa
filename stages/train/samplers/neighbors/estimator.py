"""Nearest neighbours in scikit-learn's own order, found sooner.

Rows whose neighbours are beyond doubt (see `ranking`) are answered from `near_pairs`; the others, where rows are tied,
by scikit-learn itself, asked in such a way that it gives what it would have given for the whole table.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn import get_config
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from stages.train.samplers.neighbors.arrays import Bools, Floats, Ints
from stages.train.samplers.neighbors.boundary import Border, border, unknown
from stages.train.samplers.neighbors.certificate import certain, nearest
from stages.train.samplers.neighbors.search import near_pairs


@dataclass(frozen=True)
class Least:
    """From how much work on the search here is the faster one (measured)."""

    queries: int  # laying out the fitted rows must pay
    pairs: int  # of a query and a fitted row


#: by scikit-learn's own way
LEAST = {"kd_tree": Least(1000, 4_000_000), "brute": Least(2500, 50_000_000), "sparse": Least(250, 250_000)}

#: with fewer columns nothing is faster than a k-d tree
FEW = 8

#: the search works on dense rows: a one-hot table larger than this is left to scikit-learn
LARGEST = 1 << 30


class ExactNeighbors(NearestNeighbors):  # type: ignore[misc]
    """scikit-learn's NearestNeighbors, with a faster `kneighbors` where only the indices are asked for.

    Euclidean distance; everything else is scikit-learn's own, its refusals too. The answer is the same to the last
    index.
    """

    @property
    def k(self) -> int:
        """The number of neighbours as samplers count it: without the row itself."""
        return int(self.n_neighbors) - 1

    def kneighbors(self, X: Any = None, n_neighbors: int | None = None, return_distance: bool = True) -> Any:
        """What `NearestNeighbors.kneighbors` gives, in the same order, ties included."""
        if return_distance or not (isinstance(X, np.ndarray) or sparse.issparse(X)):
            return super().kneighbors(X, n_neighbors, return_distance)
        return self.neighbors_of(np.arange(X.shape[0]), X, n_neighbors)

    def neighbors_of(self, rows: Ints, X: Any, n_neighbors: int | None = None) -> Ints:
        """The rows of `kneighbors(X, n_neighbors, return_distance=False)` named by `rows`, and no others searched.

        Raises ValueError, as scikit-learn does, where there are not enough fitted rows.
        """
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        if len(rows) == 0 and 0 < k <= _rows(self._fit_X):
            return np.empty((0, k), dtype=np.intp)
        if not self.is_worth(rows, X, k):
            return self.by_scikit_learn(rows, X, k)
        found, sure = self.certain_neighbors_of(rows, X, k)
        if not sure.all():
            found[~sure] = self.by_scikit_learn(rows[~sure], X, k)
        return found

    def certain_neighbors_of(self, rows: Ints, X: Any, k: int, products: bool | None = None) -> tuple[Ints, Bools]:
        """The k nearest rows of those rows of X, shape (rows, k), and for which of them the order is beyond doubt.

        products: see `certain`; by default what scikit-learn does on this table.
        """
        fitted = dense(self._fit_X)
        whole = len(rows) == X.shape[0]
        Q = fitted if whole and X is self._fit_X else dense(X if whole else X[rows])
        with one_thread():
            pairs = near_pairs(fitted, Q, k + 1, workers())
        if pairs is None:
            return np.zeros((len(rows), k), dtype=np.intp), np.zeros(len(rows), dtype=np.bool_)
        found, squared = nearest(pairs, len(rows), k + 1)
        return found[:, :k], certain(squared, Q, self._fit_method == "brute" if products is None else products)

    def border(self, y: npt.NDArray[Any], one_side: bool = False) -> Border:
        """The fitted rows that may have one of another class among their `n_neighbors` nearest (see `borders`)."""
        X, every = self._fit_X, np.arange(len(y))
        if not self.is_worth(every, X, self.n_neighbors):
            return unknown(every, self.n_neighbors)
        with one_thread():
            return border(dense(X), y, self.n_neighbors, workers(), self._fit_method == "brute", one_side)

    def neighbors_inside(self, X: Any, drawn: Ints) -> tuple[Ints, Ints]:
        """The neighbours of rows of X among all of them, and the place in that of each row `drawn`, some repeatedly.

        Fits to X. Shapes (searched rows, n_neighbors) and (drawn rows,): the neighbours of `drawn[i]` are
        `found[places[i]]`.
        """
        rows, indices = np.unique(drawn, return_inverse=True)
        return self.fit(X).neighbors_of(rows, X), indices

    def is_worth(self, rows: Ints, X: Any, k: int) -> bool:
        """Whether the search here is faster than scikit-learn's, and fit for this table."""
        fitted = self._fit_X
        if X.shape[1:] != fitted.shape[1:] or X.dtype != fitted.dtype or not 0 < k < _rows(fitted):
            return False
        if sparse.issparse(X):
            # scikit-learn rounds sparse float32 distances to float32 before it ranks
            way, fits = "sparse", X.dtype == np.float64 and X.shape[1] * (_rows(X) + _rows(fitted)) * 8 <= LARGEST
        else:
            way, fits = self._fit_method, X.dtype in (np.float32, np.float64) and X.shape[1] >= FEW
        if not fits or way not in LEAST or self.effective_metric_ != "euclidean":
            return False
        requested = len(self._asked(rows, X, k))
        enough = requested >= LEAST[way].queries and requested * _rows(fitted) >= LEAST[way].pairs
        return enough and bool(np.isfinite(X.data if sparse.issparse(X) else X).all())

    def _asked(self, rows: Ints, X: Any, k: int) -> Ints:
        """The rows for which scikit-learn must be asked, to hear what it would say of `rows` if asked for all of X."""
        if k > _rows(self._fit_X):
            return np.arange(_rows(X))  # to be refused in the same words
        if self._fit_method == "brute" and not sparse.issparse(X):
            return _whole_chunks(rows, _rows(X))
        return rows

    def by_scikit_learn(self, rows: Ints, X: Any, k: int | None = None) -> Ints:
        """As `neighbors_of`, by scikit-learn itself: the rows of its answer for the whole of X."""
        k = self.n_neighbors if k is None else k
        requested = self._asked(rows, X, k)
        found: Ints = super().kneighbors(X if len(requested) == _rows(X) else X[requested], k, return_distance=False)
        return found[np.searchsorted(requested, rows)]


def exact(neighbors: Any) -> Any:
    """`neighbors` as ExactNeighbors where it is scikit-learn's own class; anybody else's stays what it is."""
    return ExactNeighbors(**neighbors.get_params()) if type(neighbors) is NearestNeighbors else neighbors


def _whole_chunks(rows: Ints, n: int) -> Ints:
    """The rows of all chunks that `rows` touch, out of n, such that brute force does with them what it does with all.

    scikit-learn multiplies chunks of 256 queries with chunks of fitted rows, and the last digit of a product, which
    orders ties, may depend on the size of a chunk. With few queries for its threads it splits the work another way.
    """
    size = get_config()["pairwise_dist_chunk_size"]
    least = 4 * size * workers() + size
    chunks = np.unique(rows // size)
    if 2 * max(len(chunks) * size, least) > n:
        return np.arange(n)
    others = np.setdiff1d(np.arange(n // size), chunks)[: max(0, -(-least // size) - len(chunks) + 1)]
    chunks = np.sort(np.concatenate([chunks, others]))
    requested = (chunks[:, np.newaxis] * size + np.arange(size)).ravel()
    return np.asarray(requested[requested < n])


def one_thread() -> AbstractContextManager[Any]:
    """Within it BLAS takes one thread: each worker is one."""
    limit: AbstractContextManager[Any] = _THREADS.limit(limits=1, user_api="blas")
    return limit


def workers() -> int:
    """The threads that OpenMP would take, for scikit-learn's searches and so for these."""
    return max((pool["num_threads"] for pool in _THREADS.select(user_api="openmp").info()), default=1)


_THREADS = ThreadpoolController()


def dense(X: Any) -> Floats:
    """The rows of an array or a sparse matrix as an array."""
    return np.asarray(X.toarray() if sparse.issparse(X) else X, dtype=np.float64, order="C")


def _rows(X: Any) -> int:
    """The rows of an array or a sparse matrix."""
    return int(X.shape[0])
