"""SMOTE that searches only for the rows that it draws, and writes what it makes where it is to stand."""

from dataclasses import dataclass
from typing import Any

from imblearn import over_sampling
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import check_random_state

from stages.train.samplers.neighbors.arrays import Floats, Ints
from stages.train.samplers.neighbors.estimator import ExactNeighbors, exact

#: rows that are made at a time, so that nothing but the result is large
AT_ONCE = 4096


class SMOTE(over_sampling.SMOTE):  # type: ignore[misc]
    """imbalanced-learn's SMOTE (Chawla et al. 2002): its parameters, its refusals and, bit for bit, its rows."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.nn_k_: Any = exact(self.nn_k_)

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        self._validate_estimator()
        if sparse.issparse(X) or not isinstance(self.nn_k_, ExactNeighbors):
            return super()._fit_resample(X, y)  # type: ignore[no-any-return]
        made = []  # first what needs room to search, then the result
        for label, n_samples in self.sampling_strategy_.items():
            if n_samples > 0:
                X_class = X.take(np.flatnonzero(y == label), axis=0)
                made.append((label, X_class, draw_partners(self.nn_k_, X_class, n_samples, self.random_state)))
        X_resampled = np.empty((len(X) + sum(len(draw.best_params) for *_, draw in made), X.shape[1]), dtype=X.dtype)
        X_resampled[: len(X)] = X
        y_resampled = np.empty(len(X_resampled), dtype=y.dtype)
        y_resampled[: len(X)], start = y, len(X)
        for label, X_class, draw in made:
            stop = start + len(draw.best_params)
            draw.interpolate(X_class, X_resampled[start:stop])
            y_resampled[start:stop] = label
            start = stop
        return X_resampled, y_resampled


@dataclass(frozen=True)
class Draw:
    """What SMOTE draws for each new row."""

    best_params: Ints  # k × the row from which it starts + which of its k neighbours it goes towards, shape (new rows,)
    steps: Floats  # how far it goes, shape (new rows, 1)
    nearest: Ints  # the neighbours of every row that is drawn as base, shape (bases, k)
    which: Ints  # the place of a row among those, shape (rows,)

    @property
    def neighbors(self) -> Ints:
        """The neighbours of each base, shape (new rows, k)."""
        return np.asarray(self.nearest[self.which[self.best_params // self.nearest.shape[1]]])

    def interpolate(self, X: npt.NDArray[Any], into: npt.NDArray[Any]) -> None:
        """Writes the new rows, made from those of `X`, into the array `into`, in the dtype of that."""
        k, neighbors = self.nearest.shape[1], self.nearest.ravel()
        for start in range(0, len(into), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            rows, indices = np.divmod(self.best_params[some], k)
            base = X.take(rows, axis=0)
            gap = X.take(neighbors.take(self.which.take(rows) * k + indices), axis=0)
            gap -= base
            np.add(base, self.steps[some] * gap, out=into[some], casting="unsafe")  # as an assignment rounds


def draw_partners(neighbors: ExactNeighbors, X: Any, n_samples: int, random_state: Any) -> Draw:
    """The draws of `BaseSMOTE._make_samples`, in its order; only rows that are drawn as base are searched for.

    neighbors: those of `X`, the rows of one class; it counts the row itself as a neighbour, which SMOTE leaves out.
    """
    random = check_random_state(random_state)
    k = neighbors.n_neighbors - 1
    best_params = random.randint(low=0, high=X.shape[0] * k, size=n_samples)
    steps = random.uniform(size=n_samples)[:, np.newaxis]
    if X.shape[0] * k < 2**31:
        best_params = best_params.astype(np.int32)
    drawn = np.zeros(X.shape[0], dtype=np.bool_)
    drawn[best_params // k] = True
    nearest, indices = neighbors.neighbors_inside(X, np.flatnonzero(drawn))
    which = np.empty(X.shape[0], dtype=np.int64)
    which[drawn] = indices
    return Draw(best_params, steps, nearest[:, 1:], which)
