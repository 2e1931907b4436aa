"""The interval of each metric of one candidate: the sampling error of the test rows.

Percentile intervals of the bootstrap cover too seldom where positives are few (docs/verdict.md). These intervals are
closed formulas without random numbers; docs/decisions/06-verdicts.md gives the reason for each.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stages.evaluate.uncertainty.bootstrap import BootstrapResult
from stages.evaluate.uncertainty.jackknife import TINY, jackknife_error, normal_quantile, t_quantile
from stages.shared.metrics.confusion import Counts
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats

Interval = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """A rising function of (0, 1) after which a metric is closer to normal, and its inverse."""

    transform: Callable[[Floats], Floats]
    inverse: Callable[[Floats], Floats]


_LOGIT = Scale(lambda share: np.log(share / (1 - share)), lambda value: 1 / (1 + np.exp(-np.clip(value, -700, 700))))
_ARCSINE = Scale(
    lambda share: np.arcsin(np.sqrt(share)), lambda value: np.sin(np.clip(value, 0, np.pi / 2)) ** 2
)  # fmt: skip

#: a share this close to 0 or 1 differs from it by rounding
ROUNDING = 1e-12

#: scales of a metric as a share of its limit, by their name in the registry
SCALES = {"logit": _LOGIT, "arcsine": _ARCSINE}


def compute_intervals(result: BootstrapResult, confidence: float) -> dict[str, Interval]:
    """Return the interval of every metric; those of decisions are at the tuned threshold."""
    return {
        name: interval_of_decisions(name, result.counts["decisions"], confidence)
        if metric.family == "decisions"
        else interval_of_rows(result, metric.family, name, confidence)
        for name, metric in METRICS.items()
    }


def interval_of_rows(result: BootstrapResult, family: str, metric: str, confidence: float) -> Interval:
    """Return the interval of a metric of ranking or probabilities.

    Student's t with the jackknife's error, on the scale of the metric: it stays inside [0, limit] and holds the value.
    Where a perfect or entirely wrong model leaves no variance, each row of the smaller class counts as a Bernoulli
    trial, and the interval is Wilson's.
    """
    positive, value = result.evaluator.positive, result.values[family][metric]
    without = result.evaluator.without_each(family, metric)
    scale, limit = SCALES[METRICS[metric].scale], METRICS[metric].limit
    smaller = int(min(positive.sum(), (~positive).sum()))
    if smaller < 2:
        return 0.0, limit  # one row has no variance to estimate
    share, shares = value / limit, without / limit
    if jackknife_error(shares, positive).error == 0:
        is_inner = min(share, 1 - share) > TINY  # equal scores of all rows, say
        low, high = (share, share) if is_inner else wilson(round(share) * smaller, smaller, confidence)
        return min(low * limit, value), max(high * limit, value)
    on_scale = scale.transform(_move_inside(np.append(shares, share)))
    error = jackknife_error(on_scale[:-1], positive)
    half = t_quantile(confidence, error.df) * error.error
    low, high = scale.inverse(on_scale[-1] + np.array([-half, half])) * limit
    return min(float(low), value), max(float(high), value)  # rounding apart, these are low and high


def interval_of_decisions(metric: str, counts: dict[str, int], confidence: float) -> Interval:
    """Return the interval of a metric of decisions, a function of the true and the false positive rate.

    Wilson's intervals (1927) of the two rates are combined by their squares, as far as each moves the metric (MOVER:
    Newcombe 1998; Zou & Donner 2008). For recall and specificity this is Wilson's interval itself.
    """
    positives, negatives = counts["tp"] + counts["fn"], counts["fp"] + counts["tn"]
    tp, fp = np.full(5, float(counts["tp"])), np.full(5, float(counts["fp"]))
    tp[1:3] = positives * np.array(wilson(counts["tp"], positives, confidence))
    fp[3:5] = negatives * np.array(wilson(counts["fp"], negatives, confidence))
    value, *ends = METRICS[metric].load()(Counts(tp, fp, positives - tp, negatives - fp))
    changes = np.reshape(ends, (2, 2)) - value  # rate × end
    low = value - np.sqrt((np.minimum(changes.min(axis=1), 0) ** 2).sum())
    high = value + np.sqrt((np.maximum(changes.max(axis=1), 0) ** 2).sum())
    return max(float(low), 0.0), min(float(high), 1.0)


def wilson(hits: float, trials: float, confidence: float) -> Interval:
    """Return Wilson's score interval (1927) of the rate `hits` / `trials`."""
    z = normal_quantile(confidence)
    rate, weight = hits / trials, z**2 / trials
    middle, half = rate + weight / 2, z * np.sqrt(rate * (1 - rate) / trials + weight / (4 * trials))
    low, high = float((middle - half) / (1 + weight)), float((middle + half) / (1 + weight))
    return max(min(low, rate), 0.0), min(max(high, rate), 1.0)  # rounding must not lose a rate of 0 or 1


def _move_inside(shares: Floats) -> Floats:
    """Return `shares` with 0 and 1 moved inwards, to half of the smallest distance of another share from there."""
    lowest, highest = shares[shares > ROUNDING].min(), shares[shares < 1 - ROUNDING].max()
    return np.clip(shares, lowest / 2, (1 + highest) / 2)
