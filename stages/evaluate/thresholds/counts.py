"""Possible thresholds of given scores, and the confusion matrix at each."""

import numpy as np

from stages.shared.metrics.confusion import Counts
from stages.shared.storage.arrow import Floats, Ints

#: digits with which a threshold is stored; all candidates are rounded to them, so the stored threshold is the measured
#: one
DIGITS = 6


def possible_thresholds(scores: Floats) -> Floats:
    """Return the thresholds worth trying, rising: midway between adjacent distinct scores, 0 and 1.

    Midway, because new scores fall on either side of the known ones. At 0 every row is positive, at 1 only scores of 1.
    """
    distinct = np.unique(scores)
    return np.unique(np.concatenate([[0.0], np.round((distinct[1:] + distinct[:-1]) / 2, DIGITS), [1.0]]))


def counts_at(thresholds: Floats, y: Ints, scores: Floats, weights: Floats | None = None) -> Counts:
    """Return the confusion matrix at each threshold, by sorting once: shape (thresholds,).

    With `weights`, shape (rows,), the counts are sums of weights.
    """
    (fn, positives), (tn, negatives) = (
        _sum_below(thresholds, scores[y == label], None if weights is None else weights[y == label]) for label in (1, 0)
    )
    return Counts(tp=positives - fn, fp=negatives - tn, fn=fn, tn=tn)


def _sum_below(thresholds: Floats, scores: Floats, weights: Floats | None) -> tuple[Floats, float]:
    """Return the rows below each threshold, and all rows: their numbers, or the sums of their weights."""
    if weights is None:
        return np.searchsorted(np.sort(scores), thresholds, "left").astype(np.float64), float(len(scores))
    order = np.argsort(scores)
    sums = np.concatenate([[0.0], np.cumsum(weights[order])])
    return sums[np.searchsorted(scores[order], thresholds, "left")], float(sums[-1])
