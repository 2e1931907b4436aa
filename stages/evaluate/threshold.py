"""The decision threshold, chosen from out-of-fold scores on train; the test side never has a say."""

from collections.abc import Callable

import numpy as np

from stages.evaluate.decisions import Counts, f1
from stages.evaluate.params import CostParams
from stages.shared.arrays import Floats, Ints

#: a threshold is stored with so many digits, so only such numbers are tried: what is stored is what was measured
DIGITS = 6

# Each policy gives the value of every threshold, higher is better. Where it can, it stays in whole numbers,
# so that thresholds of equal value are found equal.


def _f1(counts: Counts, cost: CostParams | None) -> Floats:
    return f1(counts)


def _g_mean(counts: Counts, cost: CostParams | None) -> Floats:
    """recall × specificity, times the constant positives × negatives; its root has the same best place."""
    return counts.tp * counts.tn


def _balanced_accuracy(counts: Counts, cost: CostParams | None) -> Floats:
    """recall + specificity, times the constant positives × negatives."""
    return counts.tp * (counts.fp + counts.tn) + counts.tn * (counts.tp + counts.fn)


def _cost(counts: Counts, cost: CostParams | None) -> Floats:
    if cost is None:
        raise ValueError("the policy cost needs the costs")  # the params model has refused this before
    return -(cost.false_negative * counts.fn + cost.false_positive * counts.fp)


POLICIES: dict[str, Callable[[Counts, CostParams | None], Floats]] = {
    "f1": _f1,
    "g_mean": _g_mean,
    "balanced_accuracy": _balanced_accuracy,
    "cost": _cost,
}


def tuned_threshold(y: Ints, scores: Floats, policy: str, cost: CostParams | None = None) -> float:
    """The threshold with the best value of `policy`; a row is an alarm when its score is at least the threshold.

    `y` and `scores` have shape (rows,). Among thresholds of equal value the highest wins: as good with the fewest
    alarms, and one rule also where the best thresholds do not adjoin.
    """
    thresholds = possible_thresholds(scores)
    values = POLICIES[policy](counts_at(thresholds, y, scores), cost)
    return float(thresholds[np.flatnonzero(values == values.max())[-1]])


def possible_thresholds(scores: Floats) -> Floats:
    """The thresholds worth trying, rising: midway between neighbouring distinct scores, 0 and 1.

    Midway, because new scores fall on either side of the known ones. 0 flags every row, 1 none but the certain.
    """
    distinct = np.unique(scores)
    return np.unique(np.concatenate([[0.0], np.round((distinct[1:] + distinct[:-1]) / 2, DIGITS), [1.0]]))


def counts_at(thresholds: Floats, y: Ints, scores: Floats) -> Counts:
    """The confusion matrix at each threshold, by sorting once: shape (thresholds,)."""
    positive, negative = np.sort(scores[y == 1]), np.sort(scores[y == 0])
    fn = np.searchsorted(positive, thresholds, "left").astype(np.float64)
    tn = np.searchsorted(negative, thresholds, "left").astype(np.float64)
    return Counts(tp=len(positive) - fn, fp=len(negative) - tn, fn=fn, tn=tn)
