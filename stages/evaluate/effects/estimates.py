"""The estimate of a difference in a metric: its interval, its verdict, and the smallest detectable difference.

`evaluate` judges treatments with it, and `tools.compare` judges the champions of two revisions.
"""

from dataclasses import dataclass

import numpy as np

from stages.evaluate.effects.row_sets import RankingValue
from stages.evaluate.uncertainty.differences import DIGITS
from stages.evaluate.uncertainty.jackknife import normal_quantile
from stages.shared.metrics.verdicts import judge_effect
from stages.shared.schemas.leaderboard import EffectVerdict

#: factor of the standard error for the noise of refitting, which resampling the rows does not show; by simulation
REFIT = 1.2

#: with this probability the rows show a difference of the size `minimum_detectable`
POWER = 0.8


@dataclass(frozen=True)
class Estimate:
    """A difference, rounded as it is stored, with the verdict that follows from the rounded numbers."""

    estimate: float
    low: float
    high: float
    verdict: EffectVerdict
    minimum_detectable: float  # not rounded


def estimate_difference(
    after: RankingValue, before: RankingValue, metric: str, margin: float, confidence: float
) -> Estimate:
    """Return the difference of two candidates that were measured on the same rows."""
    error = REFIT * float(np.sqrt(((after.influence - before.influence) ** 2).sum()))
    return make_estimate(after.value - before.value, error, normal_quantile(confidence), metric, margin)


def make_estimate(value: float, error: float, quantile: float, metric: str, margin: float) -> Estimate:
    """Return the estimate whose interval is `value` ± `quantile` × `error`."""
    half = quantile * error
    estimate, low, high = (round(number, DIGITS) + 0.0 for number in (value, value - half, value + half))
    return Estimate(estimate, low, high, judge_effect(metric, low, high, margin), get_detectable(half, error))


def get_detectable(half: float, error: float) -> float:
    """Return the smallest difference that an interval of this half-width shows with the probability POWER."""
    return half + normal_quantile(2 * POWER - 1) * error
