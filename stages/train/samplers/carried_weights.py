"""Row weights after resampling: a row keeps its weight, and a new row gets the mean weight of its class.

Where `split.negatives` kept a share of the negatives, a sampler sees fewer of them than the train set had. The weights
then give the classes the balance that the sampler would have made of the whole train set.
"""

from typing import Any

import numpy as np

from stages.shared.storage.arrow import Floats, Ints

Rows = tuple[Floats, Ints]  # X and y


def carry_weights(
    sampler: Any, weights: Floats | None, before: Rows, after: Rows, negatives_kept: float = 1.0
) -> Floats | None:
    """Return the weights of the rows `after`, shape (resampled rows,); None where the rows `before` have none.

    `sampler` has been fitted. Samplers that select rows tell which; those that make rows add them at the end. A sampler
    that replaces rows, such as ClusterCentroids, leaves none of which the weight is known. `negatives_kept` is the
    share of the negatives that split left.
    """
    if weights is None:
        return None
    (_, y), (_, y_after) = before, after
    carried = _carry(sampler, weights, before, after)
    if negatives_kept == 1 or isinstance(sampler.sampling_strategy, dict):  # a dict gives numbers of rows
        return carried
    kind, n_before, n_after = sampler._sampling_type, int(y.sum()), int(y_after.sum())
    if kind == "over-sampling" and n_after > n_before:
        # of the whole train set it would have made so many times the rows that it made of the kept ones
        carried[len(y) :] *= (n_after / negatives_kept - n_before) / (n_after - n_before)
    elif kind == "under-sampling":  # of the whole train set it would have left as many negatives as it did now
        carried[y_after == 0] *= negatives_kept
    return carried


def _carry(sampler: Any, weights: Floats, before: Rows, after: Rows) -> Floats:
    (X, y), (X_after, y_after) = before, after
    selected = getattr(sampler, "sample_indices_", None)
    if selected is not None and len(selected) == len(y_after):
        return np.asarray(weights[selected])
    means = np.bincount(y, weights=weights) / np.bincount(y)
    carried = means[y_after]
    if np.array_equal(X_after[: len(X)], X):
        carried[: len(X)] = weights
    return carried
