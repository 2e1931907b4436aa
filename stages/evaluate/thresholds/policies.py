"""What makes a threshold good: each policy gives the values by which all possible ones are compared."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from stages.evaluate.decisions import Counts, f1, precision, ratio, recall
from stages.evaluate.params import CostParams
from stages.shared.storage.arrow import Bools, Floats

#: what a policy has beside the counts: its own number (`beta`, `recall`, …) and the costs, where it has them
Own = float | None
Costs = CostParams | None

#: one or more values of every threshold, higher is better; a later one decides among equals of those before it
Keys = tuple[Floats, ...]

# Where they can, the policies stay in whole numbers, so that thresholds of equal value are found equal. The share k / n
# of a division is the double nearest to it, and so is the bound as written in params.yaml: 27 of 30 is 0.9, exactly.


def _f1(counts: Counts, own: Own, costs: Costs) -> Keys:
    return (f1(counts),)


def _f_beta(counts: Counts, own: Own, costs: Costs) -> Keys:
    """Recall counts beta times as much as precision (van Rijsbergen 1979): a miss weighs as beta² false alarms."""
    square = _given(own) ** 2
    hits = (1 + square) * counts.tp
    return (ratio(hits, hits + square * counts.fn + counts.fp),)


def _g_mean(counts: Counts, own: Own, costs: Costs) -> Keys:
    """recall × specificity, times the constant positives × negatives; its root has the same best place."""
    return (counts.tp * counts.tn,)


def _balanced_accuracy(counts: Counts, own: Own, costs: Costs) -> Keys:
    """recall + specificity, times the constant positives × negatives."""
    return (counts.tp * (counts.fp + counts.tn) + counts.tn * (counts.tp + counts.fn),)


def _cost(counts: Counts, own: Own, costs: Costs) -> Keys:
    costs = _given(costs)
    return (-(costs.false_negative * counts.fn + costs.false_positive * counts.fp),)


def _min_recall(counts: Counts, own: Own, costs: Costs) -> Keys:
    """More recall than asked for is worth nothing, then precision, then recall after all."""
    return np.minimum(recall(counts), _given(own)), precision(counts), recall(counts)


def _min_precision(counts: Counts, own: Own, costs: Costs) -> Keys:
    """The same turned round; where the bound is out of reach, the highest precision there is."""
    return np.minimum(precision(counts), _given(own)), recall(counts)


def _top_share(counts: Counts, own: Own, costs: Costs) -> Keys:
    """As many alarms as can be looked at, and no more."""
    alarms = alarm_rate(counts)
    return -np.maximum(alarms, _given(own)), alarms


POLICIES: dict[str, Callable[[Counts, Own, Costs], Keys]] = {
    "f1": _f1,
    "f_beta": _f_beta,
    "g_mean": _g_mean,
    "balanced_accuracy": _balanced_accuracy,
    "cost": _cost,
    "min_recall": _min_recall,
    "min_precision": _min_precision,
    "top_share": _top_share,
}

#: policies that promise something: whether each threshold keeps it
PROMISES: dict[str, Callable[[Counts, float], Bools]] = {
    "min_recall": lambda counts, least: recall(counts) >= least,
    "min_precision": lambda counts, least: precision(counts) >= least,
    "top_share": lambda counts, most: alarm_rate(counts) <= most,
}


def alarm_rate(counts: Counts) -> Floats:
    """Share of the rows that are alarms."""
    return ratio(counts.tp + counts.fp, counts.tp + counts.fp + counts.fn + counts.tn)


T = TypeVar("T")


def _given(value: T | None) -> T:
    if value is None:
        raise ValueError("the policy needs a number that is not given")  # the params models have refused this before
    return value
