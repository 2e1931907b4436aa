"""The thresholds that differ on given scores, and the confusion matrix at each."""

import numpy as np

from stages.shared.metrics.confusion import Counts
from stages.shared.storage.arrow import Floats, Ints

#: digits with which a threshold is stored; only such numbers are tried, so the stored one is the measured one
DIGITS = 6


def possible_thresholds(scores: Floats) -> Floats:
    """Return the thresholds worth trying, rising: midway between adjacent distinct scores, 0 and 1.

    Midway, because new scores fall on either side of the known ones. At 0 every row is positive, at 1 only scores of 1.
    """
    distinct = np.unique(scores)
    return np.unique(np.concatenate([[0.0], np.round((distinct[1:] + distinct[:-1]) / 2, DIGITS), [1.0]]))


def counts_at(thresholds: Floats, y: Ints, scores: Floats) -> Counts:
    """Return the confusion matrix at each threshold, by sorting once: shape (thresholds,)."""
    positive, negative = np.sort(scores[y == 1]), np.sort(scores[y == 0])
    fn = np.searchsorted(positive, thresholds, "left").astype(np.float64)
    tn = np.searchsorted(negative, thresholds, "left").astype(np.float64)
    return Counts(tp=len(positive) - fn, fp=len(negative) - tn, fn=fn, tn=tn)
