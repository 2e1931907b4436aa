"""One search for neighbours that serves every k and every ratio of a grid."""

from typing import Any

import numpy as np
import numpy.typing as npt

from stages.train.fast.blocks import Bools, Ints
from stages.train.fast.neighbours import ExactNeighbors


class SharedNeighbours:
    """The neighbours of the last table seen, searched once with the largest k.

    For tuning: make one of these per fold, and give its parts to the samplers of the grid in place of numbers:

        shared = SharedNeighbours(7)
        samplers = [SMOTE(k_neighbors=shared.for_k(k), random_state=seed) for k in (3, 5, 7)]

    Each gives the rows that `SMOTE(k_neighbors=k, …)` gives. k counts as SMOTE counts it: without the row itself. A
    slice of the larger search serves where the order is beyond doubt; where rows tie, those rows are searched again
    with the smaller k, since which of tied rows is named may depend on k. Another table (another fold, another class)
    is noticed, and searched when it comes. Not to be shared between threads.
    """

    def __init__(self, k_max: int) -> None:
        self.k_max = k_max
        self.searches = 0  # how often a table was searched with the largest k
        self._X: Any = None

    def for_k(self, k: int) -> ExactNeighbors:
        """A neighbours object for samplers of the SMOTE family. Raises ValueError when k is larger than `k_max`."""
        if not 1 <= k <= self.k_max:
            raise ValueError(f"k must be from 1 to {self.k_max}, the k_max of the search; found {k}")
        return _Part(self, k + 1)

    def slices(self, neighbors: ExactNeighbors, X: npt.NDArray[Any], k: int) -> tuple[Ints, Bools]:
        """The k nearest rows of each row of X, shape (rows, k), and for which of them they are beyond doubt."""
        if self._X is None or self._X.dtype != X.dtype or not np.array_equal(self._X, X):
            most = min(self.k_max + 1, len(X) - 1)
            self._X = X.copy()
            # scikit-learn may search one k by products and another by a tree: certain must be certain in both
            self._found = neighbors.certain_neighbors_of(np.arange(len(X)), X, most, products=True)
            self.searches += 1
        found, sure = self._found
        return found[:, :k], sure


class _Part(ExactNeighbors):
    """The first neighbours of a shared search. A clone of it, such as samplers make, shares the same search."""

    def __init__(self, shared: SharedNeighbours, n_neighbors: int) -> None:
        super().__init__(n_neighbors=n_neighbors)
        self.shared = shared

    def __sklearn_clone__(self) -> "_Part":
        return _Part(self.shared, self.n_neighbors)

    def neighbors_of(self, rows: Ints, X: Any, n_neighbors: int | None = None) -> Ints:
        """As `ExactNeighbors.neighbors_of`, from the shared search where that serves."""
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        if not self._is_shared(X) or k > min(self.shared.k_max + 1, len(X) - 1):
            return super().neighbors_of(rows, X, k)
        slices, certain = self.shared.slices(self, X, k)
        found, sure = slices[rows], certain[rows]
        if not sure.all():
            found[~sure] = self._by_scikit_learn(rows[~sure], X, k)
        return found

    def _is_shared(self, X: Any) -> bool:
        plain = isinstance(X, np.ndarray) and X.dtype in (np.float32, np.float64)
        return plain and (X is self._fit_X or np.array_equal(X, self._fit_X))
