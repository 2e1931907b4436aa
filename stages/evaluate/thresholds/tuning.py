"""The decision threshold, chosen on out-of-fold scores of the train set; the test set is never used."""

from dataclasses import dataclass

import numpy as np

from stages.evaluate.params import EvaluateParams
from stages.evaluate.thresholds.counts import counts_at, possible_thresholds
from stages.evaluate.thresholds.policies import CONSTRAINTS, POLICIES, Costs, PolicyParam, best_index
from stages.evaluate.thresholds.uncertainty import threshold_interval
from stages.shared.storage.arrow import Floats, Ints

#: with fewer positives a threshold or an interval depends on a handful of rows
FEW_POSITIVES = 50


@dataclass(frozen=True)
class TunedThreshold:
    """A threshold chosen on out-of-fold scores."""

    threshold: float
    interval: tuple[float, float] | None  # only where positives are few
    satisfies_constraint: bool


def choose_threshold(rows: Ints, y: Ints, scores: Floats, params: EvaluateParams) -> TunedThreshold:
    """Return the threshold of the policy in params.yaml.

    `rows` identifies repeated scores of one train row. Arrays have shape (scores,).
    """
    settings = params.evaluate
    policy, policy_param = settings.threshold.policy, next(iter(settings.threshold.policy_param.values()), None)
    threshold = tune_threshold(y, scores, policy, settings.cost, policy_param)
    interval = None
    repeats = len(rows) // len(np.unique(rows))
    if y.sum() // repeats < FEW_POSITIVES:
        interval = threshold_interval(
            y, scores, policy, settings.cost, policy_param, repeats=repeats, confidence=settings.confidence,
            n_resamples=settings.n_resamples, random_state=params.random_state,
        )  # fmt: skip
    return TunedThreshold(threshold, interval, satisfies_constraint(y, scores, threshold, policy, policy_param))


def tune_threshold(y: Ints, scores: Floats, policy: str, cost: Costs = None, policy_param: PolicyParam = None) -> float:
    """Return the threshold with the best value of `policy`; `y` and `scores` have shape (rows,).

    Among thresholds of equal value the highest wins: it is as good with the fewest positive predictions.
    """
    thresholds = possible_thresholds(scores)
    return float(thresholds[best_index(POLICIES[policy](counts_at(thresholds, y, scores), policy_param, cost))])


def satisfies_constraint(
    y: Ints, scores: Floats, threshold: float, policy: str, policy_param: PolicyParam = None
) -> bool:
    """Return whether `threshold` keeps the bound of its policy, such as a least precision; true without a bound."""
    if policy not in CONSTRAINTS or policy_param is None:
        return True
    return bool(CONSTRAINTS[policy](counts_at(np.array([threshold]), y, scores), policy_param)[0])
