"""SMOTENC on category codes, without the dense one-hot table that imbalanced-learn makes for each neighbor.

imbalanced-learn sums one-hot columns over neighbors, which is a count of neighbors by category. The random choice among
the most frequent categories is drawn here as imbalanced-learn draws it.
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
from stages.train.samplers.neighbors.estimator import ExactNeighbors, UsesExactNeighbors
from stages.train.samplers.smote import Draw, draw_pairs

#: counts, of new rows by categories, that are held at a time
CHUNK_SIZE = 1 << 22


class SMOTENC(UsesExactNeighbors, over_sampling.SMOTENC):  # type: ignore[misc]
    """imbalanced-learn's SMOTENC (Chawla et al. 2002, section 6.1) with the same parameters, errors and rows.

    imbalanced-learn's own code runs unless the table is an array of finite floats. It also runs if the encoder or the
    neighbors are given as objects. Only then is there a `categorical_encoder_`.
    """

    nn_k_: Any

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        self.n_features_ = self.n_features_in_
        self._validate_column_types(X)
        self._validate_estimator()
        is_plain = isinstance(X, np.ndarray) and X.dtype in (np.float32, np.float64) and bool(np.isfinite(X).all())
        if not is_plain or self.categorical_encoder is not None or not isinstance(self.nn_k_, ExactNeighbors):
            return super()._fit_resample(X, y)  # type: ignore[no-any-return]
        categories = [np.unique(X[:, column]) for column in self.categorical_features_]
        X_resampled = np.empty((len(X) + sum(self.sampling_strategy_.values()), X.shape[1]), dtype=X.dtype)
        np.add(X, 0, out=X_resampled[: len(X)])  # removes −0, as a sparse table does
        y_resampled, start = [y], len(X)
        self.median_std_: dict[Any, Any] = {}
        for label, n_samples in self.sampling_strategy_.items():
            if n_samples == 0:
                continue
            X_class = X_resampled[np.flatnonzero(y == label)]
            codes = Codes.of(X_class[:, self.categorical_features_], categories)
            out = X_resampled[start : start + n_samples]
            self._make_rows(label, X_class[:, self.continuous_features_], codes, out)
            y_resampled.append(np.full(n_samples, fill_value=label, dtype=y.dtype))
            start += n_samples
        return X_resampled, np.hstack(y_resampled)

    def _make_rows(self, label: Any, continuous: npt.NDArray[Any], codes: "Codes", out: npt.NDArray[Any]) -> None:
        """Write new rows of a class, made from the columns of its rows, into the array `out`."""
        numbers = sparse.csr_matrix(continuous)
        _, variance = mean_variance_axis(numbers, axis=0)
        self.median_std_[label] = np.median(np.sqrt(variance))
        # a mismatch counts as the median standard deviation: two squares of this weight under the root
        weight = out.dtype.type(self.median_std_[label] / np.sqrt(2))
        encoded = sparse.hstack((numbers, codes.encode(weight)), format="csr", dtype=out.dtype)
        draw = draw_pairs(self.nn_k_, encoded, len(out), self.random_state)
        interpolated = np.empty((len(out), continuous.shape[1]), dtype=out.dtype)
        draw.interpolate(continuous, interpolated)
        out[:, self.continuous_features_] = interpolated
        random = check_random_state(self.random_state)
        summand = out.dtype.type(1) if math.isclose(self.median_std_[label], 0) else weight
        out[:, self.categorical_features_] = codes.draw_most_frequent(draw, summand, random)


@dataclass(frozen=True)
class Codes:
    """Categorical columns as category codes."""

    codes: Ints  # shape (rows, columns)
    categories: list[npt.NDArray[Any]]  # by column, ascending

    @classmethod
    def of(cls, columns: npt.NDArray[Any], categories: list[npt.NDArray[Any]]) -> "Codes":
        """Encode columns, shape (rows, columns), that contain only these categories."""
        codes = [np.searchsorted(values, column) for values, column in zip(categories, columns.T, strict=True)]
        return cls(np.stack(codes, axis=1), categories)

    def encode(self, weight: Any) -> Any:
        """Return a sparse matrix of one column per category, with `weight` in the column of a row's category."""
        rows, columns = self.codes.shape
        ends = np.cumsum([len(categories) for categories in self.categories])
        starts = np.concatenate([[0], ends[:-1]])
        indices = (self.codes + starts).ravel(), np.arange(0, rows * columns + 1, columns)
        return sparse.csr_matrix((np.full(rows * columns, weight), *indices), shape=(rows, int(ends[-1])))

    def draw_most_frequent(self, draw: Draw, summand: Any, random: np.random.RandomState) -> npt.NDArray[Any]:
        """Return the categories of new rows, shape (new rows, columns): the most frequent among the neighbors.

        Ties are drawn at random. summand: the number that imbalanced-learn adds for each neighbor. It compares the sums
        with np.isclose, which takes very small sums as equal.
        """
        neighbors = draw.neighbors
        sums = np.concatenate([[0], np.cumsum(np.full(neighbors.shape[1], summand))])
        close = np.isclose(sums[:, np.newaxis], sums[np.newaxis, :])
        result = np.empty((len(neighbors), len(self.categories)), dtype=np.result_type(*self.categories))
        for column, categories in enumerate(self.categories):
            ties = random.permutation(_find_most_frequent(self.codes[:, column][neighbors], len(categories), close))
            codes = np.empty(len(neighbors), dtype=np.intp)
            codes[ties[::-1, 0]] = ties[::-1, 1]  # the first of each row, because it is written last
            result[:, column] = categories[codes]
        return result


def _find_most_frequent(codes: Ints, n_categories: int, close: Bools) -> Ints:
    """Return sorted pairs (row, code) of each row's most frequent codes, shape (pairs, 2).

    codes: the codes of the neighbors of each row, shape (rows, neighbors).
    close: whether two counts of neighbors are taken as equal, shape (neighbors + 1, neighbors + 1).
    """
    parts = []
    step = max(1, CHUNK_SIZE // n_categories)
    is_exact = not np.any(close & ~np.eye(len(close), dtype=np.bool_))
    for start in range(0, len(codes), step):
        chunk = codes[start : start + step]
        indices = np.arange(len(chunk))[:, np.newaxis] * n_categories + chunk
        counts = np.bincount(indices.ravel(), minlength=len(chunk) * n_categories).reshape(len(chunk), n_categories)
        largest = counts.max(axis=1, keepdims=True)
        pairs = np.argwhere(counts == largest if is_exact else close[counts, largest])
        pairs[:, 0] += start
        parts.append(pairs)
    return np.concatenate(parts)
