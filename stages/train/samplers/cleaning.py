"""imbalanced-learn's cleaners, with the neighbours of all rows found sooner."""

from typing import Any

from imblearn import under_sampling
import numpy as np
import numpy.typing as npt
from scipy.stats import mode

from stages.train.samplers.neighbors.estimator import ExactNeighbors, exact


class EditedNearestNeighbours(under_sampling.EditedNearestNeighbours):  # type: ignore[misc]
    """imbalanced-learn's edited nearest neighbours (Wilson 1972), the same rows."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.nn_: Any = exact(self.nn_)

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        self._validate_estimator()
        if not isinstance(self.nn_, ExactNeighbors):
            return super()._fit_resample(X, y)  # type: ignore[no-any-return]
        self.nn_.fit(X)
        border = self.nn_.border(y)
        clean = np.ones(len(y), dtype=np.bool_)
        kept = []
        for label in np.unique(y):
            rows = np.flatnonzero(y == label)
            if label in self.sampling_strategy_:
                own = y[border.rows] == label
                requested, nearest, sure = border.rows[own], border.nearest[own], border.sure[own]
                nearest[~sure] = self.nn_.neighbors_of(np.searchsorted(rows, requested[~sure]), X[rows])
                clean[requested] = self._agree(y[nearest[:, 1:]], label)
                rows = rows[clean[rows]]
            kept.append(rows)
        self.sample_indices_ = np.concatenate(kept)
        return X[self.sample_indices_], y[self.sample_indices_]

    def _agree(self, labels: npt.NDArray[Any], label: Any) -> npt.NDArray[np.bool_]:
        """Whether the neighbours, shape (rows, neighbours), are of the class `label`: all of them, or most."""
        if self.kind_sel == "mode":
            return np.asarray(mode(labels, axis=1, keepdims=False).mode == label)
        return np.asarray((labels == label).all(axis=1))


class RepeatedEditedNearestNeighbours(under_sampling.RepeatedEditedNearestNeighbours):  # type: ignore[misc]
    """imbalanced-learn's repeated edited nearest neighbours (Tomek 1976), the same rows."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.enn_: Any = EditedNearestNeighbours(**self.enn_.get_params(deep=False))


class AllKNN(under_sampling.AllKNN):  # type: ignore[misc]
    """imbalanced-learn's AllKNN (Tomek 1976), the same rows."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.enn_: Any = EditedNearestNeighbours(**self.enn_.get_params(deep=False))


class TomekLinks(under_sampling.TomekLinks):  # type: ignore[misc]
    """imbalanced-learn's removal of Tomek's links (Tomek 1976), the same rows.

    A link joins two rows of different classes that are each other's nearest, so one end of each will do to begin with.
    """

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        neighbors = ExactNeighbors(n_neighbors=2, n_jobs=self.n_jobs).fit(X)
        nearest = np.full(len(y), -1)
        border = neighbors.border(y, one_side=True)
        ends, doubtful = border.rows, border.rows[~border.sure]
        nearest[ends] = border.nearest[:, 1]
        nearest[doubtful] = neighbors.neighbors_of(doubtful, X)[:, 1]
        ends = ends[y[nearest[ends]] != y[ends]]
        others = np.unique(nearest[ends])
        unknown = others[nearest[others] < 0]
        nearest[unknown] = neighbors.neighbors_of(unknown, X)[:, 1]
        ends = ends[nearest[nearest[ends]] == ends]
        linked = np.zeros(len(y), dtype=np.bool_)
        linked[ends] = linked[nearest[ends]] = True
        linked &= np.isin(y, list(self.sampling_strategy_))
        self.sample_indices_ = np.flatnonzero(~linked)
        return X[self.sample_indices_], y[self.sample_indices_]
