"""Threshold policies: each gives the sort keys by which the possible thresholds are compared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from stages.evaluate.params import FixedCosts
from stages.shared.metrics.confusion import Counts, f1, precision, ratio, recall
from stages.shared.storage.arrow import Bools, Floats

#: the parameter of a policy (`beta`, `recall`, …), where it has one, and the costs
PolicyParam = float | None
Costs = FixedCosts | None

#: sort keys of every threshold, higher is better; a later key decides between ties of those before it
SortKeys = tuple[Floats, ...]

# Where they can, the policies stay in whole numbers, so that thresholds of equal value compare equal. Quotients and the
# bounds in params.yaml are rounded to the nearest double, so 27 of 30 equals 0.9.


def _f1(counts: Counts, policy_param: PolicyParam, costs: Costs) -> SortKeys:
    return (f1(counts),)


def _f_beta(counts: Counts, policy_param: PolicyParam, costs: Costs) -> SortKeys:
    """F-beta (van Rijsbergen 1979): a false negative weighs as much as beta² false positives."""
    square = require(policy_param) ** 2
    hits = (1 + square) * counts.tp
    return (ratio(hits, hits + square * counts.fn + counts.fp),)


def _g_mean(counts: Counts, policy_param: PolicyParam, costs: Costs) -> SortKeys:
    """recall × specificity, times the constant positives × negatives; its root has the same maximum."""
    return (counts.tp * counts.tn,)


def _balanced_accuracy(counts: Counts, policy_param: PolicyParam, costs: Costs) -> SortKeys:
    """recall + specificity, times the constant positives × negatives."""
    return (counts.tp * (counts.fp + counts.tn) + counts.tn * (counts.tp + counts.fn),)


def _cost(counts: Counts, policy_param: PolicyParam, costs: Costs) -> SortKeys:
    costs = require(costs)
    return (-(costs.false_negative * counts.fn + costs.false_positive * counts.fp),)


def _min_recall(counts: Counts, policy_param: PolicyParam, costs: Costs) -> SortKeys:
    """Recall up to the bound, then precision, then recall beyond the bound."""
    return np.minimum(recall(counts), require(policy_param)), precision(counts), recall(counts)


def _min_precision(counts: Counts, policy_param: PolicyParam, costs: Costs) -> SortKeys:
    """Precision up to the bound, then recall; where the bound is out of reach, the highest precision."""
    return np.minimum(precision(counts), require(policy_param)), recall(counts)


def _top_share(counts: Counts, policy_param: PolicyParam, costs: Costs) -> SortKeys:
    """As many positive predictions as the share allows, and no more."""
    rate = positive_rate(counts)
    return -np.maximum(rate, require(policy_param)), rate


POLICIES: dict[str, Callable[[Counts, PolicyParam, Costs], SortKeys]] = {
    "f1": _f1,
    "f_beta": _f_beta,
    "g_mean": _g_mean,
    "balanced_accuracy": _balanced_accuracy,
    "cost": _cost,
    "min_recall": _min_recall,
    "min_precision": _min_precision,
    "top_share": _top_share,
}

#: policies with a bound: whether each threshold keeps it
CONSTRAINTS: dict[str, Callable[[Counts, float], Bools]] = {
    "min_recall": lambda counts, bound: recall(counts) >= bound,
    "min_precision": lambda counts, bound: precision(counts) >= bound,
    "top_share": lambda counts, bound: positive_rate(counts) <= bound,
}


@dataclass(frozen=True)
class Policy:
    """A threshold policy with its settings; in the prevalence in use a negative counts `negative_weight` times."""

    name: str
    param: PolicyParam = None
    costs: Costs = None
    negative_weight: float = 1.0

    def make_keys(self, counts: Counts) -> SortKeys:
        """Return the sort keys of every threshold."""
        return POLICIES[self.name](counts.weigh_negatives(self.negative_weight), self.param, self.costs)

    def keeps_bound(self, counts: Counts) -> Bools:
        """Return whether each threshold keeps the bound of the policy, such as a minimum recall; true without one."""
        if self.name not in CONSTRAINTS or self.param is None:
            return np.ones_like(counts.tp, dtype=np.bool_)
        return CONSTRAINTS[self.name](counts.weigh_negatives(self.negative_weight), self.param)


def positive_rate(counts: Counts) -> Floats:
    """Return the share of positive predictions."""
    return ratio(counts.tp + counts.fp, counts.tp + counts.fp + counts.fn + counts.tn)


def best_index(keys: SortKeys) -> npt.NDArray[np.intp]:
    """Return the index of the best threshold along the last axis, the last of ties: `keys` without that axis."""
    best = np.ones_like(keys[0], dtype=np.bool_)
    for values in keys:
        among = np.where(best, values, -np.inf)
        best &= among == among.max(axis=-1, keepdims=True)
    return np.asarray(best.shape[-1] - 1 - best[..., ::-1].argmax(axis=-1))


T = TypeVar("T")


def require(value: T | None) -> T:
    """Return `value`, which a policy needs. Raises ValueError for None, which the params models refuse earlier."""
    if value is None:
        raise ValueError("the policy needs a parameter, found none")
    return value
