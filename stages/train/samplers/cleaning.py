"""imbalanced-learn's cleaning samplers with a faster neighbor search: the same rows, sooner.

Only rows near another class can be removed, so only those are searched (see `neighbors.boundary`).
"""

from typing import Any

from imblearn import under_sampling
import numpy as np
import numpy.typing as npt
from scipy.stats import mode

from stages.shared.storage.arrow import Bools
from stages.train.samplers.neighbors.estimator import ExactNeighbors, UsesExactNeighbors


class EditedNearestNeighbours(UsesExactNeighbors, under_sampling.EditedNearestNeighbours):  # type: ignore[misc]
    """imbalanced-learn's edited nearest neighbours (Wilson 1972)."""

    nn_: Any

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        self._validate_estimator()
        if not isinstance(self.nn_, ExactNeighbors):
            return super()._fit_resample(X, y)  # type: ignore[no-any-return]
        self.nn_.fit(X)
        boundary = self.nn_.find_boundary(y)
        clean = np.ones(len(y), dtype=np.bool_)
        kept = []
        for label in np.unique(y):
            rows = np.flatnonzero(y == label)
            if label in self.sampling_strategy_:
                of_class = y[boundary.rows] == label
                near, nearest, certified = (
                    boundary.rows[of_class],
                    boundary.nearest[of_class],
                    boundary.certified[of_class],
                )
                nearest[~certified] = self.nn_.kneighbors_of_rows(np.searchsorted(rows, near[~certified]), X[rows])
                clean[near] = self._agree(y[nearest[:, 1:]], label)
                rows = rows[clean[rows]]
            kept.append(rows)
        self.sample_indices_ = np.concatenate(kept)
        return X[self.sample_indices_], y[self.sample_indices_]

    def _agree(self, labels: npt.NDArray[Any], label: Any) -> Bools:
        """Return whether all neighbors (or most of them), shape (rows, neighbors), are of the class `label`."""
        if self.kind_sel == "mode":
            return np.asarray(mode(labels, axis=1, keepdims=False).mode == label)
        return np.asarray((labels == label).all(axis=1))


class _UsesExactEditing:
    """A base class of samplers that repeat edited nearest neighbours; it makes them call the class above."""

    def _validate_estimator(self) -> None:
        super()._validate_estimator()  # type: ignore[misc]
        self.enn_: Any = EditedNearestNeighbours(**self.enn_.get_params(deep=False))


class RepeatedEditedNearestNeighbours(
    _UsesExactEditing,
    under_sampling.RepeatedEditedNearestNeighbours,  # type: ignore[misc]
):
    """imbalanced-learn's repeated edited nearest neighbours (Tomek 1976)."""


class AllKNN(_UsesExactEditing, under_sampling.AllKNN):  # type: ignore[misc]
    """imbalanced-learn's AllKNN (Tomek 1976)."""


class TomekLinks(under_sampling.TomekLinks):  # type: ignore[misc]
    """imbalanced-learn's removal of Tomek's links (Tomek 1976).

    A link joins two rows of different classes that are each other's nearest. So the search may start from one end of
    each link.
    """

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        neighbors = ExactNeighbors(n_neighbors=2, n_jobs=self.n_jobs).fit(X)
        nearest = np.full(len(y), -1)
        boundary = neighbors.find_boundary(y, one_side=True)
        ends, uncertified = boundary.rows, boundary.rows[~boundary.certified]
        nearest[ends] = boundary.nearest[:, 1]
        nearest[uncertified] = neighbors.kneighbors_of_rows(uncertified, X)[:, 1]
        ends = ends[y[nearest[ends]] != y[ends]]
        partners = np.unique(nearest[ends])
        unknown = partners[nearest[partners] < 0]
        nearest[unknown] = neighbors.kneighbors_of_rows(unknown, X)[:, 1]
        ends = ends[nearest[nearest[ends]] == ends]
        linked = np.zeros(len(y), dtype=np.bool_)
        linked[ends] = linked[nearest[ends]] = True
        linked &= np.isin(y, list(self.sampling_strategy_))
        self.sample_indices_ = np.flatnonzero(~linked)
        return X[self.sample_indices_], y[self.sample_indices_]
