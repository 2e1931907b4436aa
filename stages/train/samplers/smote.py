"""SMOTE that searches neighbors only for the rows it draws, and writes new rows straight into the result.

The neighbor search and the copies of the table take most of SMOTE's time; both are several times smaller here.
"""

from dataclasses import dataclass
from typing import Any

from imblearn import over_sampling
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import check_random_state

from stages.train.samplers.neighbors.arrays import Floats, Ints
from stages.train.samplers.neighbors.estimator import ExactNeighbors, UsesExactNeighbors

#: rows that are interpolated at a time, so that temporary arrays stay small
CHUNK_SIZE = 4096


class SMOTE(UsesExactNeighbors, over_sampling.SMOTE):  # type: ignore[misc]
    """imbalanced-learn's SMOTE (Chawla et al. 2002) with the same parameters, errors and, bit for bit, rows."""

    nn_k_: Any

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        self._validate_estimator()
        if sparse.issparse(X) or not isinstance(self.nn_k_, ExactNeighbors):
            return super()._fit_resample(X, y)  # type: ignore[no-any-return]
        draws = []  # before the result is allocated: the search needs memory too
        for label, n_samples in self.sampling_strategy_.items():
            if n_samples > 0:
                X_class = X.take(np.flatnonzero(y == label), axis=0)
                draws.append((label, X_class, draw_pairs(self.nn_k_, X_class, n_samples, self.random_state)))
        X_resampled = np.empty((len(X) + sum(len(draw.steps) for *_, draw in draws), X.shape[1]), dtype=X.dtype)
        X_resampled[: len(X)] = X
        y_resampled = np.empty(len(X_resampled), dtype=y.dtype)
        y_resampled[: len(X)], start = y, len(X)
        for label, X_class, draw in draws:
            stop = start + len(draw.steps)
            draw.interpolate(X_class, X_resampled[start:stop])
            y_resampled[start:stop] = label
            start = stop
        return X_resampled, y_resampled


@dataclass(frozen=True)
class Draw:
    """The random choices of SMOTE: a base row, one of its neighbors and a step towards it for each new row."""

    pairs: Ints  # k × base row + rank of the neighbor, shape (new rows,)
    steps: Floats  # from 0 to 1, shape (new rows, 1)
    nearest: Ints  # the k neighbors of every base row that was drawn, shape (drawn rows, k)
    index: Ints  # the index of a row in `nearest`, shape (rows,)

    @property
    def neighbors(self) -> Ints:
        """The k neighbors of the base row of each new row, shape (new rows, k)."""
        return np.asarray(self.nearest[self.index[self.pairs // self.nearest.shape[1]]])

    def interpolate(self, X: npt.NDArray[Any], out: npt.NDArray[Any]) -> None:
        """Write the new rows, interpolated between rows of `X`, into the array `out` in its dtype."""
        k, neighbors = self.nearest.shape[1], self.nearest.ravel()
        for start in range(0, len(out), CHUNK_SIZE):
            chunk = slice(start, start + CHUNK_SIZE)
            rows, ranks = np.divmod(self.pairs[chunk], k)
            base = X.take(rows, axis=0)
            gap = X.take(neighbors.take(self.index.take(rows) * k + ranks), axis=0)
            gap -= base
            np.add(base, self.steps[chunk] * gap, out=out[chunk], casting="unsafe")  # rounds like an assignment


def draw_pairs(neighbors: ExactNeighbors, X: Any, n_samples: int, random_state: Any) -> Draw:
    """Return the draws of `BaseSMOTE._make_samples`, in its order; only base rows that are drawn are searched.

    X: the rows of one class. neighbors: not fitted; it counts the row itself as a neighbor, which SMOTE leaves out.
    """
    random = check_random_state(random_state)
    k = neighbors.n_neighbors - 1
    pairs = random.randint(low=0, high=X.shape[0] * k, size=n_samples)
    steps = random.uniform(size=n_samples)[:, np.newaxis]
    if X.shape[0] * k < 2**31:
        pairs = pairs.astype(np.int32)
    base_rows, index = np.unique(pairs // k), np.empty(X.shape[0], dtype=np.int64)
    nearest = neighbors.fit(X).kneighbors_of_rows(base_rows, X)
    index[base_rows] = np.arange(len(base_rows))
    return Draw(pairs, steps, nearest[:, 1:], index)
