"""SMOTENC without a dense table of one column a level (imbalanced-learn makes one for each neighbour of each new row).

A level is a number here. What imbalanced-learn sums over one-hot columns is a count of neighbours at each level; its
random choice among the most frequent levels is drawn as it draws it.
"""

from dataclasses import dataclass
import math
from typing import Any

from imblearn import over_sampling
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import check_random_state
from sklearn.utils.sparsefuncs import mean_variance_axis

from stages.train.samplers.neighbors.arrays import Bools, Ints
from stages.train.samplers.neighbors.estimator import ExactNeighbors, exact
from stages.train.samplers.smote import Draw, draw_partners

#: counts, of new rows by levels, that are held at a time
AT_ONCE = 1 << 22


class SMOTENC(over_sampling.SMOTENC):  # type: ignore[misc]
    """imbalanced-learn's SMOTENC (Chawla et al. 2002, section 6.1): its parameters, its refusals, its very rows.

    Tables that are not plain arrays of finite floats, and encoders and neighbours given as objects, go its own way, and
    no others have a `categorical_encoder_`.
    """

    def _validate_estimator(self) -> None:
        super()._validate_estimator()
        self.nn_k_: Any = exact(self.nn_k_)

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        self.n_features_ = self.n_features_in_
        self._validate_column_types(X)
        self._validate_estimator()
        plain = isinstance(X, np.ndarray) and X.dtype in (np.float32, np.float64) and bool(np.isfinite(X).all())
        if not plain or self.categorical_encoder is not None or not isinstance(self.nn_k_, ExactNeighbors):
            return super()._fit_resample(X, y)  # type: ignore[no-any-return]
        categories = [np.unique(X[:, column]) for column in self.categorical_features_]
        X_resampled = np.empty((len(X) + sum(self.sampling_strategy_.values()), X.shape[1]), dtype=X.dtype)
        np.add(X, 0, out=X_resampled[: len(X)])  # a sparse table has no −0
        y_resampled, start = [y], len(X)
        self.median_std_: dict[Any, Any] = {}
        for label, n_samples in self.sampling_strategy_.items():
            if n_samples == 0:
                continue
            X_class = X_resampled[np.flatnonzero(y == label)]
            levels = Levels.of(X_class[:, self.categorical_features_], categories)
            into = X_resampled[start : start + n_samples]
            self._make(label, X_class[:, self.continuous_features_], levels, into)
            y_resampled.append(np.full(n_samples, fill_value=label, dtype=y.dtype))
            start += n_samples
        return X_resampled, np.hstack(y_resampled)

    def _make(self, label: Any, continuous: npt.NDArray[Any], levels: "Levels", into: npt.NDArray[Any]) -> None:
        """Writes new rows of a class, made from the columns of its rows, into the array `into`."""
        numbers = sparse.csr_matrix(continuous)
        _, variance = mean_variance_axis(numbers, axis=0)
        self.median_std_[label] = np.median(np.sqrt(variance))
        # a mismatch counts as one median standard deviation: twice the square of this, under the root
        weight = into.dtype.type(self.median_std_[label] / np.sqrt(2))
        encoded = sparse.hstack((numbers, levels.encoded(weight)), format="csr", dtype=into.dtype)
        draw = draw_partners(self.nn_k_, encoded, len(into), self.random_state)
        made = np.empty((len(into), continuous.shape[1]), dtype=into.dtype)
        draw.interpolate(continuous, made)
        into[:, self.continuous_features_] = made
        one = into.dtype.type(1) if math.isclose(self.median_std_[label], 0) else weight
        into[:, self.categorical_features_] = levels.choose(draw, one, check_random_state(self.random_state))


@dataclass(frozen=True)
class Levels:
    """Columns of categories as numbers of levels."""

    codes: Ints  # shape (rows, columns)
    categories: list[npt.NDArray[Any]]  # by column, rising

    @classmethod
    def of(cls, columns: npt.NDArray[Any], categories: list[npt.NDArray[Any]]) -> "Levels":
        """Columns, shape (rows, columns), that hold nothing but these categories."""
        codes = [np.searchsorted(known, column) for known, column in zip(categories, columns.T, strict=True)]
        return cls(np.stack(codes, axis=1), categories)

    def encoded(self, weight: Any) -> Any:
        """One sparse column a level, which holds `weight` where a row is of that level."""
        rows, columns = self.codes.shape
        ends = np.cumsum([len(categories) for categories in self.categories])
        starts = np.concatenate([[0], ends[:-1]])
        indices = (self.codes + starts).ravel(), np.arange(0, rows * columns + 1, columns)
        return sparse.csr_matrix((np.full(rows * columns, weight), *indices), shape=(rows, int(ends[-1])))

    def choose(self, draw: Draw, one: Any, random: np.random.RandomState) -> npt.NDArray[Any]:
        """The categories of new rows: of each row's neighbours the most frequent, of equals one drawn.

        one: what imbalanced-learn adds up for each neighbour of a level; its sums count as equal when np.isclose says
        so, for which very small ones all are. Shape (new rows, columns).
        """
        neighbors = draw.neighbors
        sums = np.concatenate([[0], np.cumsum(np.full(neighbors.shape[1], one))])
        close = np.isclose(sums[:, np.newaxis], sums[np.newaxis, :])
        best_params = np.empty((len(neighbors), len(self.categories)), dtype=np.result_type(*self.categories))
        for column, categories in enumerate(self.categories):
            ties = random.permutation(_most_frequent(self.codes[:, column][neighbors], len(categories), close))
            levels = np.empty(len(neighbors), dtype=np.intp)
            levels[ties[::-1, 0]] = ties[::-1, 1]  # the first of each row, as it is written last
            best_params[:, column] = categories[levels]
        return best_params


def _most_frequent(codes: Ints, levels: int, close: Bools) -> Ints:
    """The pairs (row, level) in which the level is among the most frequent of the row, sorted; shape (pairs, 2).

    codes: the levels of the neighbours of each row, shape (rows, neighbours). close: whether a number of neighbours
    counts as equal to another, shape (neighbours + 1, neighbours + 1).
    """
    found = []
    step = max(1, AT_ONCE // levels)
    plain = not np.any(close & ~np.eye(len(close), dtype=np.bool_))
    for start in range(0, len(codes), step):
        some = codes[start : start + step]
        indices = np.arange(len(some))[:, np.newaxis] * levels + some
        counts = np.bincount(indices.ravel(), minlength=len(some) * levels).reshape(len(some), levels)
        most = counts.max(axis=1, keepdims=True)
        pairs = np.argwhere(counts == most if plain else close[counts, most])
        pairs[:, 0] += start
        found.append(pairs)
    return np.concatenate(found)
