"""SMOTENC without a dense table of one column a level (imbalanced-learn makes one for each neighbour of each new row).

A level is a number here. What imbalanced-learn sums over one-hot columns is a count of neighbours at each level; its
random choice among the most frequent levels is drawn as it draws it.
"""

import math
from typing import Any

from imblearn import over_sampling
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils import check_random_state
from sklearn.utils.sparsefuncs import mean_variance_axis

from stages.train.fast.blocks import Ints
from stages.train.fast.neighbours import ExactNeighbors, exact
from stages.train.fast.plain import Plain
from stages.train.fast.smote import Draw, draw_partners

#: counts, of new rows by levels, that are held at a time
AT_ONCE = 1 << 22


class SMOTENC(Plain, over_sampling.SMOTENC):  # type: ignore[misc]
    """imbalanced-learn's SMOTENC (Chawla et al. 2002, section 6.1): its parameters, its refusals, its very rows.

    Tables that are not plain arrays of finite floats, and encoders and neighbours given as objects, go its own way.
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
        X_categorical = X[:, self.categorical_features_]
        self.categorical_encoder_ = OneHotEncoder(handle_unknown="ignore", dtype=X.dtype).fit(X_categorical)
        X_resampled = np.empty((len(X) + sum(self.sampling_strategy_.values()), X.shape[1]), dtype=X.dtype)
        np.add(X, 0, out=X_resampled[: len(X)])  # a sparse table has no −0
        y_resampled, start = [y], len(X)
        self.median_std_: dict[Any, Any] = {}
        for label, n_samples in self.sampling_strategy_.items():
            if n_samples == 0:
                continue
            self._make(label, X_resampled[np.flatnonzero(y == label)], X_resampled[start : start + n_samples])
            y_resampled.append(np.full(n_samples, fill_value=label, dtype=y.dtype))
            start += n_samples
        return X_resampled, np.hstack(y_resampled)

    def _make(self, label: Any, X_class: npt.NDArray[Any], into: npt.NDArray[Any]) -> None:
        """Writes new rows of a class, made from its rows `X_class`, into the array `into`."""
        continuous = X_class[:, self.continuous_features_]
        levels = self.categorical_encoder_.transform(X_class[:, self.categorical_features_])
        _, variance = mean_variance_axis(sparse.csr_matrix(continuous), axis=0)
        self.median_std_[label] = np.median(np.sqrt(variance))
        encoded = sparse.hstack((continuous, levels), format="csr", dtype=X_class.dtype)
        # a mismatch counts as one median standard deviation: twice the square of this, under the root
        weight = levels.copy()
        weight.data[:] = self.median_std_[label] / np.sqrt(2)
        encoded[:, continuous.shape[1] :] = weight
        draw = draw_partners(self.nn_k_, encoded, len(into), self.random_state)
        made = np.empty((len(into), continuous.shape[1]), dtype=X_class.dtype)
        draw.interpolate(continuous, made)
        into[:, self.continuous_features_] = made
        one = levels.dtype.type(1) if math.isclose(self.median_std_[label], 0) else weight.data[0]
        self._choose_levels(draw, X_class, one, into)

    def _choose_levels(self, draw: Draw, X_class: npt.NDArray[Any], one: Any, into: npt.NDArray[Any]) -> None:
        """Writes the categories of new rows: of each row's neighbours the most frequent, of equals one drawn."""
        random = check_random_state(self.random_state)
        for column, categories in zip(self.categorical_features_, self.categorical_encoder_.categories_, strict=True):
            codes = np.searchsorted(categories, X_class[:, column])
            ties = random.permutation(_most_frequent(codes[draw.neighbors], len(categories), one))
            chosen = np.empty(len(into), dtype=np.intp)
            chosen[ties[::-1, 0]] = ties[::-1, 1]  # the first of each row, as it is written last
            into[:, column] = categories[chosen]


def _most_frequent(codes: Ints, levels: int, one: Any) -> Ints:
    """The pairs (row, level) in which the level is among the most frequent of the row, sorted; shape (pairs, 2).

    codes: the levels of the neighbours of each row, shape (rows, neighbours). one: what imbalanced-learn adds up for
    each of them; its sums count as equal when np.isclose says so, for which very small ones all are.
    """
    sums = np.concatenate([[0], np.cumsum(np.full(codes.shape[1], one))])
    close = np.isclose(sums[:, np.newaxis], sums[np.newaxis, :])
    found = []
    step = max(1, AT_ONCE // levels)
    for start in range(0, len(codes), step):
        some = codes[start : start + step]
        places = np.arange(len(some))[:, np.newaxis] * levels + some
        counts = np.bincount(places.ravel(), minlength=len(some) * levels).reshape(len(some), levels)
        pairs = np.argwhere(close[counts, counts.max(axis=1, keepdims=True)])
        pairs[:, 0] += start
        found.append(pairs)
    return np.concatenate(found)
