"""The decision threshold, chosen on out-of-fold scores of the train set; the test set is never used."""

from dataclasses import dataclass

import numpy as np

from stages.evaluate.params import EvaluateParams
from stages.evaluate.thresholds.counts import counts_at, possible_thresholds
from stages.evaluate.thresholds.guarantee import choose_guaranteed
from stages.evaluate.thresholds.policies import CONSTRAINTS, POLICIES, Costs, PolicyParam, best_index
from stages.evaluate.thresholds.uncertainty import threshold_interval
from stages.shared.schemas.candidate import Guarantee
from stages.shared.storage.arrow import Floats, Ints

#: with fewer positives a threshold or an interval depends on a handful of rows
FEW_POSITIVES = 50


@dataclass(frozen=True)
class TunedThreshold:
    """A threshold chosen on out-of-fold scores."""

    threshold: float
    interval: tuple[float, float] | None  # only where positives are few and nothing is promised
    satisfies_constraint: bool
    guarantee: Guarantee | None = None  # only where the policy has one


def choose_threshold(
    rows: Ints,
    groups: Ints,
    y: Ints,
    scores: Floats,
    params: EvaluateParams,
    prior_shift: float = 0.0,
    weights: Floats | None = None,
    costs: Floats | None = None,
) -> TunedThreshold:
    """Return the threshold of the policy in params.yaml.

    `rows` identifies repeated scores of one train row, `groups` rows that belong together. `weights` say how much a row
    counts, `costs` what a wrong decision on it costs, where that differs by row. Arrays have shape (scores,).
    The prevalence in use is that of `y` with `prior_shift` added to its log odds; `scores` are probabilities there.
    """
    settings = params.evaluate
    policy, policy_param = settings.threshold.policy, next(iter(settings.threshold.policy_param.values()), None)
    weight, fixed = float(np.exp(-prior_shift)), settings.cost.fixed if settings.cost else None
    if policy == "cost" and costs is not None:  # a sum of costs is a sum of weights
        weights = costs if weights is None else costs * weights
    threshold = tune_threshold(y, scores, policy, fixed, policy_param, weight, weights)
    if settings.threshold.promise is not None and policy_param is not None:
        threshold, guarantee = choose_guaranteed(
            groups, y, scores, threshold, policy, policy_param, settings.threshold.promise, weight, weights
        )
        return TunedThreshold(threshold, None, guarantee.kept, guarantee)
    interval = None
    repeats = len(rows) // len(np.unique(rows))
    if y.sum() // repeats < FEW_POSITIVES:
        interval = threshold_interval(
            y, scores, policy, fixed, policy_param, weight, repeats=repeats, weights=weights,
            confidence=settings.confidence, n_resamples=settings.n_resamples, random_state=params.random_state,
        )  # fmt: skip
    satisfies = satisfies_constraint(y, scores, threshold, policy, policy_param, weight, weights)
    return TunedThreshold(threshold, interval, satisfies)


def tune_threshold(
    y: Ints,
    scores: Floats,
    policy: str,
    cost: Costs = None,
    policy_param: PolicyParam = None,
    negative_weight: float = 1.0,
    weights: Floats | None = None,
) -> float:
    """Return the threshold with the best value of `policy`; `y`, `scores` and `weights` have shape (rows,).

    Among thresholds of equal value the highest wins: it is as good with the fewest positive predictions.
    """
    thresholds = possible_thresholds(scores)
    counts = counts_at(thresholds, y, scores, weights).weigh_negatives(negative_weight)
    return float(thresholds[best_index(POLICIES[policy](counts, policy_param, cost))])


def satisfies_constraint(
    y: Ints,
    scores: Floats,
    threshold: float,
    policy: str,
    policy_param: PolicyParam = None,
    negative_weight: float = 1.0,
    weights: Floats | None = None,
) -> bool:
    """Return whether `threshold` keeps the bound of its policy, such as a least precision; true without a bound."""
    if policy not in CONSTRAINTS or policy_param is None:
        return True
    counts = counts_at(np.array([threshold]), y, scores, weights).weigh_negatives(negative_weight)
    return bool(CONSTRAINTS[policy](counts, policy_param)[0])
