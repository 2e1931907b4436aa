"""Metrics at one operating point: a precision, a recall, the top of the ranking, or a threshold probability.

The first argument of each function is the parameter in the metric's name. A threshold cannot separate equal scores, so
`recall_at_precision` and `precision_at_recall` take all rows of a score or none. The top of a ranking has a fixed size.
If the rows with its last score do not all fit, a share of them counts, as in the mean over their orders.
"""

import numpy as np

from stages.shared.metrics.confusion import ratio
from stages.shared.metrics.decisions import is_positive
from stages.shared.metrics.ranking import RankedPositives
from stages.shared.storage.arrow import Floats, Ints

#: tolerance for the rounding of sums of weights
ROUNDING = 1e-12


def recall_at_precision(bound: float, ranked: RankedPositives) -> Floats:
    """Return the largest recall of a threshold whose precision is at least `bound`, shape (samples,); 0 without one."""
    reached = ratio(ranked.tp, ranked.tp + ranked.fp) >= bound - ROUNDING
    return ratio(np.where(reached, ranked.tp, 0).max(axis=1), ranked.hits.sum(axis=1))


def precision_at_recall(bound: float, ranked: RankedPositives) -> Floats:
    """Return the largest precision of a threshold whose recall is at least `bound`, shape (samples,)."""
    reached = ranked.tp >= (bound - ROUNDING) * ranked.hits.sum(axis=1, keepdims=True)
    return np.asarray(np.where(reached, ratio(ranked.tp, ranked.tp + ranked.fp), 0).max(axis=1))


def precision_in_top(size: float, ranked: RankedPositives) -> Floats:
    """Return the share of positives among the rows with the highest scores, shape (samples,).

    `size` is a share of the rows below 1, or a number of rows. With weights it is of the sum of the weights.
    """
    rows = _sum_rows(ranked)
    return ratio(_sum_positives_in_top(size, ranked), np.minimum(size if size >= 1 else size * rows, rows))


def recall_in_top(size: float, ranked: RankedPositives) -> Floats:
    """Return the share of the positives that are among the rows with the highest scores, shape (samples,)."""
    return ratio(_sum_positives_in_top(size, ranked), ranked.hits.sum(axis=1))


def lift_in_top(size: float, ranked: RankedPositives) -> Floats:
    """Return the precision in the top over the share of positives in all rows, shape (samples,)."""
    return ratio(precision_in_top(size, ranked) * _sum_rows(ranked), ranked.hits.sum(axis=1))


def net_benefit(threshold: float, y: Ints, scores: Floats) -> Floats:
    """Return the part of each row in the net benefit, shape (rows,); the mean is the metric (Vickers & Elkin 2006).

    Only rows with at least the threshold probability count: a positive 1, a negative minus the odds of the threshold.
    Acting at that probability means to accept so many false alarms for each positive.
    """
    gain = np.where(y == 1, 1.0, -threshold / (1 - threshold))
    return np.where(is_positive(scores, threshold), gain, 0.0)


def _sum_rows(ranked: RankedPositives) -> Floats:
    return np.asarray(ranked.hits.sum(axis=1) + ranked.negatives[:, 0])


def _sum_positives_in_top(size: float, ranked: RankedPositives) -> Floats:
    top = size * _sum_rows(ranked)[:, None] if size < 1 else size
    block = ranked.hits + ranked.misses
    above = ranked.tp + ranked.fp - block
    return np.asarray((ranked.hits * np.clip(ratio(top - above, block), 0, 1)).sum(axis=1))
