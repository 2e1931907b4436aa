"""The decision threshold, chosen on out-of-fold scores of the train set; the test set is never used."""

from dataclasses import dataclass

import numpy as np

from stages.evaluate.params import EvaluateParams
from stages.evaluate.thresholds.counts import counts_at, possible_thresholds
from stages.evaluate.thresholds.guarantee import choose_guaranteed
from stages.evaluate.thresholds.policies import Policy, best_index
from stages.evaluate.thresholds.uncertainty import compute_interval
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
    settings, promise = params.evaluate, params.evaluate.threshold.promise
    param = next(iter(settings.threshold.policy_param.values()), None)
    fixed = settings.cost.fixed if settings.cost else None
    policy = Policy(settings.threshold.policy, param, fixed, float(np.exp(-prior_shift)))
    if policy.name == "cost" and costs is not None:  # a sum of costs is a sum of weights
        weights = costs if weights is None else costs * weights
    threshold = tune_threshold(y, scores, policy, weights)
    if promise is not None and param is not None:
        threshold, guarantee = choose_guaranteed(groups, y, scores, threshold, policy, promise, weights)
        return TunedThreshold(threshold, None, guarantee.kept, guarantee)
    interval = None
    repeats = len(rows) // len(np.unique(rows))
    if y.sum() // repeats < FEW_POSITIVES:
        interval = compute_interval(
            y, scores, policy, repeats=repeats, weights=weights,
            confidence=settings.confidence, n_resamples=settings.n_resamples, random_state=params.random_state,
        )  # fmt: skip
    satisfies = satisfies_constraint(y, scores, threshold, policy, weights)
    return TunedThreshold(threshold, interval, satisfies)


def tune_threshold(y: Ints, scores: Floats, policy: Policy, weights: Floats | None = None) -> float:
    """Return the threshold with the best value of `policy`; `y`, `scores` and `weights` have shape (rows,).

    Of thresholds of equal value it is the highest, which gives the fewest positive predictions.
    """
    thresholds = possible_thresholds(scores)
    return float(thresholds[best_index(policy.make_keys(counts_at(thresholds, y, scores, weights)))])


def satisfies_constraint(
    y: Ints, scores: Floats, threshold: float, policy: Policy, weights: Floats | None = None
) -> bool:
    """Return whether `threshold` keeps the bound of its policy; true without a bound."""
    return bool(policy.keeps_bound(counts_at(np.array([threshold]), y, scores, weights))[0])
