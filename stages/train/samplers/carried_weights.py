"""Row weights after resampling: a row keeps its weight, and a new row gets the mean weight of its class."""

from typing import Any

import numpy as np

from stages.shared.storage.arrow import Floats, Ints

Rows = tuple[Floats, Ints]  # X and y


def carry_weights(sampler: Any, weights: Floats | None, before: Rows, after: Rows) -> Floats | None:
    """Return the weights of the rows `after`, shape (resampled rows,); None where the rows `before` have none.

    `sampler` has been fitted. Samplers that select rows have `sample_indices_`; those that create rows append them. The
    weights of all rows are means after a sampler that replaces rows, such as ClusterCentroids.
    """
    if weights is None:
        return None
    (X, y), (X_after, y_after) = before, after
    selected = getattr(sampler, "sample_indices_", None)
    if selected is not None and len(selected) == len(y_after):
        return np.asarray(weights[selected])
    means = np.bincount(y, weights=weights) / np.bincount(y)
    new_weights = means[y_after]
    if np.array_equal(X_after[: len(X)], X):
        new_weights[: len(X)] = weights
    return new_weights
