"""One search for neighbours that serves every k and every ratio of a grid."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from scipy import sparse

from stages.train.samplers.neighbors.arrays import Bools, Ints
from stages.train.samplers.neighbors.certificate import certain
from stages.train.samplers.neighbors.estimator import ExactNeighbors

#: tables that are remembered: ADASYN asks for neighbours among all rows, then among those of a class
TABLES = 4

#: up to so many rows products beat a tree, also along few columns (measured)
SMALL = 4096

#: up to so many pairs of a query and a row all of them are looked at
FEW = 1 << 17


class NeighborCache:
    """The neighbours of the last few tables seen, each searched once with the largest k.

    For tuning: make one of these per fold, and give its parts to the samplers of the grid in place of numbers:

        shared = SharedNeighbours(7)
        samplers = [SMOTE(k_neighbors=shared.for_k(k), random_state=seed) for k in (3, 5, 7)]

    Each gives the rows that `SMOTE(k_neighbors=k, …)` gives. k counts as SMOTE counts it: without the row itself. A
    slice of the larger search serves where the order is beyond doubt; where rows tie, those rows are searched again
    with the smaller k, once for all ratios, since which of tied rows is named may depend on k. Tables are told apart by
    a digest of all that they hold, so none is copied. Not to be shared between threads.
    """

    def __init__(self, k_max: int) -> None:
        self.k_max = k_max
        self.searches = 0  # how often a table was searched with the largest k
        self._known: dict[tuple[bytes, bytes], _Known] = {}

    def for_k(self, k: int) -> "SharedPart":
        """A neighbours object for samplers of the SMOTE family. Raises ValueError when k is larger than `k_max`."""
        if not 1 <= k <= self.k_max:
            raise ValueError(f"k must be from 1 to {self.k_max}, the k_max of the search; found {k}")
        return SharedPart(self, k + 1)

    def serves(self, X: Any, Q: Any, n_neighbors: int) -> bool:
        """Whether rows `Q` among rows `X` can be shared: floats of a size that scikit-learn does not round further."""
        if sparse.issparse(X):
            fits = sparse.issparse(Q) and X.dtype == Q.dtype == np.float64
        else:
            fits = isinstance(X, np.ndarray) and isinstance(Q, np.ndarray) and X.dtype in (np.float32, np.float64)
        same = fits and X.dtype == Q.dtype and X.shape[1:] == Q.shape[1:]
        return bool(same) and 0 < n_neighbors <= min(self.k_max + 1, X.shape[0] - 1)

    def nearest(self, X: Any, Q: Any, n_neighbors: int) -> Ints:
        """The neighbours that scikit-learn names, fitted to X and asked for all of Q: shape (queries, n_neighbors).

        X, Q: shapes (rows, d) and (queries, d), which `serves`. The answer is kept, so it cannot be written to.
        """
        known = self._known_of(X, Q)
        if n_neighbors not in known.by_k:
            found, doubtful = known.found[:, :n_neighbors].copy(), np.flatnonzero(~known.sure)
            if len(doubtful):
                found[doubtful] = ExactNeighbors(n_neighbors=n_neighbors).fit(X).by_scikit_learn(doubtful, Q)
            found.setflags(write=False)
            known.by_k[n_neighbors] = found
        return known.by_k[n_neighbors]

    def _known_of(self, X: Any, Q: Any) -> "_Known":
        first = _digest(X)
        key = (first, first if X is Q else _digest(Q))
        if key not in self._known:
            self.searches += 1
            while len(self._known) >= TABLES:
                del self._known[next(iter(self._known))]
            self._known[key] = _Known(*_search(X, Q, min(self.k_max + 2, X.shape[0])))
        return self._known[key]


class SharedPart(ExactNeighbors):
    """The first neighbours of a shared search. A clone of it, such as samplers make, shares the same search."""

    def __init__(self, shared: NeighborCache, n_neighbors: int) -> None:
        super().__init__(n_neighbors=n_neighbors)
        self.shared = shared

    def __sklearn_clone__(self) -> "SharedPart":
        return SharedPart(self.shared, self.n_neighbors)

    def neighbors_of(self, rows: Ints, X: Any, n_neighbors: int | None = None) -> Ints:
        """As `ExactNeighbors.neighbors_of`, from the shared search where that serves."""
        k = self.n_neighbors
        if n_neighbors not in (None, k) or not self.shared.serves(self._fit_X, X, k):
            return super().neighbors_of(rows, X, n_neighbors)
        return np.asarray(self.shared.nearest(self._fit_X, X, k)[rows])

    def neighbors_inside(self, X: Any, drawn: Ints) -> tuple[Ints, Ints]:
        """As `ExactNeighbors.neighbors_inside`; nothing is fitted where the table is known."""
        if not self.shared.serves(X, X, self.n_neighbors):
            return super().neighbors_inside(X, drawn)
        return self.shared.nearest(X, X, self.n_neighbors), drawn


@dataclass(frozen=True)
class _Known:
    """What is known of a table."""

    found: Ints  # shape (queries, largest k)
    sure: Bools  # for which queries all of that, and so each slice, is beyond doubt
    by_k: dict[int, Ints] = field(default_factory=dict)  # the whole answer, for each k that was asked for


def _search(X: Any, Q: Any, m: int) -> tuple[Ints, Bools]:
    """The m − 1 nearest of X for each of Q, and for which they are beyond doubt in every search of scikit-learn.

    It may search one k by products and another by a tree, so both must give this order.
    """
    if not sparse.issparse(X):
        X, Q = X.astype(np.float64, copy=False), Q.astype(np.float64, copy=False)
    if not sparse.issparse(X) and X.shape[0] * Q.shape[0] <= FEW:
        return _among_few(X, Q, m)
    small = not sparse.issparse(X) and X.shape[0] <= SMALL
    neighbors: ExactNeighbors = ExactNeighbors(n_neighbors=m, algorithm="brute" if small else "auto").fit(X)
    every = np.arange(Q.shape[0])
    if neighbors.is_worth(every, Q, m - 1):
        return neighbors.certain_neighbors_of(every, Q, m - 1, products=True)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is not certain
        distances, found = neighbors.kneighbors(Q)
        return np.asarray(found[:, :-1]), certain(distances**2, Q)


def _among_few(X: Any, Q: Any, m: int) -> tuple[Ints, Bools]:
    """As `_search`, by all products at once: less work than to set a search up."""
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is not certain
        own, others = (np.einsum("ij,ij->i", rows, rows) for rows in (Q, X))
        squared = np.maximum(own[:, np.newaxis] + others - 2 * (Q @ X.T), 0.0)
        found = np.argpartition(squared, m - 1, axis=1)[:, :m]
        squared = np.take_along_axis(squared, found, axis=1)
        order = np.argsort(squared, axis=1)
        sure = certain(np.take_along_axis(squared, order, axis=1), Q)
    return np.take_along_axis(found, order[:, :-1], axis=1), sure


def _digest(X: Any) -> bytes:
    """Tells tables apart by dtype, shape and every value."""
    parts = [X.data, X.indices, X.indptr] if sparse.issparse(X) else [X]
    digest = sha256(f"{type(X)} {X.shape} {[part.dtype for part in parts]}".encode())
    for part in parts:
        digest.update(np.ascontiguousarray(part).data)
    return digest.digest()
