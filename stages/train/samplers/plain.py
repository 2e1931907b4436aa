"""Calls of `fit_resample` that every check of imbalanced-learn would let pass, told apart sooner than they check.

Its checks take a millisecond a call, many times the arithmetic of SMOTE on a few thousand rows, and a search over a
grid repeats them for each setting. What is not plainly well formed goes through all of them, to be refused in their
words.
"""

from typing import Any

from imblearn import over_sampling
import numpy as np
from sklearn.neighbors import NearestNeighbors

#: the largest seed
LARGEST_SEED = 2**32 - 1


class Plain(over_sampling.SMOTE):  # type: ignore[misc]
    """SMOTE and those that inherit from it, without the checks where they are not needed."""

    @property
    def note_(self) -> str:
        """What a reader must know of the search for neighbours, if anything."""
        return str(getattr(self.nn_k_, "note_", ""))

    def fit_resample(self, X: Any, y: Any, **params: Any) -> tuple[Any, Any]:
        """What imbalanced-learn's `fit_resample` gives: the rows after resampling."""
        wanted = None if params else self._wanted(X, y)
        if wanted is None:
            return super().fit_resample(X, y, **params)  # type: ignore[no-any-return]
        self.n_features_in_ = X.shape[1]
        self.sampling_strategy_ = wanted
        return self._fit_resample(X, y)  # type: ignore[no-any-return]

    def _wanted(self, X: Any, y: Any) -> dict[Any, int] | None:
        """How many new rows of which class, as `sampling_strategy` asks; None where something is not plain.

        Plain: an array of finite floats, classes coded 0 and 1, a ratio that can be reached, and plain settings.
        """
        ratio, k, seed = self.sampling_strategy, self.k_neighbors, self.random_state
        settings = type(ratio) in (int, float) and 0 < ratio <= 1 and type(seed) is int and 0 <= seed <= LARGEST_SEED
        if not settings or not (isinstance(k, NearestNeighbors) or (type(k) is int and k >= 1)):
            return None
        if type(X) is not np.ndarray or X.ndim != 2 or X.dtype not in (np.float32, np.float64) or not X.size:
            return None
        if type(y) is not np.ndarray or y.shape != X.shape[:1] or y.dtype.kind != "i" or y.min() != 0 or y.max() != 1:
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            if not np.isfinite(X.sum()) or hasattr(self, "feature_names_in_"):
                return None
        counts = np.bincount(y)
        minority = int(np.argmin(counts))
        n_samples = int(counts.max() * ratio - counts[minority])
        return {y.dtype.type(minority): n_samples} if n_samples > 0 else None
