"""The interval of each metric of one candidate: the sampling error of the test rows.

Percentile intervals of the bootstrap cover too seldom where positives are few (docs/verdict.md). These intervals are
closed formulas without random numbers, except for metrics at an operating point. docs/decisions/06-verdicts.md gives
the reason for each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from stages.evaluate.uncertainty.bootstrap import BootstrapResult
from stages.evaluate.uncertainty.jackknife import MIN_DF, TINY, jackknife_error, normal_quantile, t_quantile
from stages.shared.metrics.confusion import Counts
from stages.shared.metrics.registry import METRICS, Metric
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
    """Return the interval of every measured metric; those of decisions are at the tuned threshold."""
    return {
        name: interval_of_decisions(
            name, result.counts["decisions"], confidence, result.evaluator.design_effects("decisions")
        )
        if family == "decisions"
        else interval_of_rows(result, family, name, confidence)
        for family in ("ranking", "probabilities", "decisions")
        for name in result.values[family]
    }


def interval_of_rows(result: BootstrapResult, family: str, metric: str, confidence: float) -> Interval:
    """Return the interval of a metric of ranking or probabilities.

    It is Student's t with the jackknife's error, on the scale of the metric. It contains the value, and stays between
    the smallest and the largest one. At an operating point the largest is that of a perfect model on these rows. A
    perfect or entirely wrong model leaves no variance. Then each row of the smaller class counts as a Bernoulli trial,
    and the interval is Wilson's.
    """
    positive, groups, value = result.evaluator.positive, result.evaluator.groups, result.values[family][metric]
    spec = METRICS[metric]
    scale, floor = SCALES[spec.scale], spec.floor
    width = (spec.limit if spec.parameter is None else find_perfect(result, spec)) - floor
    smaller = int(min(positive.sum(), (~positive).sum()))
    if smaller < 2:
        return floor, spec.limit  # one row has no variance to estimate
    if spec.resampled:
        return _interval_of_resamples(result, spec, value, confidence)
    without = result.evaluator.without_each(family, metric)
    share, shares = (value - floor) / width, (without - floor) / width
    if jackknife_error(shares, positive, groups).error == 0:
        is_inner = min(share, 1 - share) > TINY  # equal scores of all rows, say
        low, high = (share, share) if is_inner else wilson(round(share) * smaller, smaller, confidence)
        return min(low * width + floor, value), max(high * width + floor, value)
    on_scale = scale.transform(_move_inside(np.append(shares, share)))
    error = jackknife_error(on_scale[:-1], positive, groups)
    half = t_quantile(confidence, error.df) * error.error
    low, high = scale.inverse(on_scale[-1] + np.array([-half, half])) * width + floor
    return min(float(low), value), max(float(high), value)  # rounding apart, these are low and high


def _interval_of_resamples(result: BootstrapResult, spec: Metric, value: float, confidence: float) -> Interval:
    """Return the interval of a metric at an operating point, as a share of what a perfect ranking has there.

    It is Student's t with the bootstrap's error. Close to a perfect ranking few resamples differ, so it is at least as
    wide as Wilson's interval. That counts each row of the smaller class, or of the top if that is smaller, as a
    Bernoulli trial.
    """
    positive, limit = result.evaluator.positive, find_perfect(result, spec)
    smaller = min(positive.sum(), (~positive).sum())
    trials = count_trials(result, spec)
    share = min(value / limit, 1.0)
    low, high = wilson(share * trials, trials, confidence)
    shares = np.minimum(result.replicates[spec.family][spec.name] / limit, 1.0)
    if shares.std() > TINY:
        on_scale = _LOGIT.transform(_move_inside(np.append(shares, share)))
        error = float(on_scale[:-1].std()) * np.sqrt(smaller / (smaller - 1))
        half = t_quantile(confidence, max(smaller - 1, MIN_DF)) * error
        ends = _LOGIT.inverse(on_scale[-1] + np.array([-half, half]))
        low, high = min(low, ends[0]), max(high, ends[1])
    return min(float(low * limit), value), max(float(high * limit), value)


def find_perfect(result: BootstrapResult, spec: Metric) -> float:
    """Return the value of scores that are the classes themselves."""
    positive = result.evaluator.positive
    return spec.score(positive.astype(np.int64), positive.astype(np.float64), result.evaluator.weights)


def count_trials(result: BootstrapResult, spec: Metric) -> float:
    """Return the rows on which a metric at an operating point depends: those of the smaller class, or of the top."""
    positive = result.evaluator.positive
    return float(min(positive.sum(), (~positive).sum(), spec.count_top(len(positive))))


def interval_of_decisions(
    metric: str, counts: Mapping[str, int | float], confidence: float, design_effects: tuple[float, float] = (1.0, 1.0)
) -> Interval:
    """Return the interval of a metric of decisions, a function of the true and the false positive rate.

    MOVER (Newcombe 1998; Zou & Donner 2008) combines Wilson's intervals (1927) of the two rates. It adds the squares of
    the changes of the metric at their ends. For recall and specificity this is Wilson's interval itself.
    Rows of groups and of unequal weights count as fewer: their number over the design effect (Kish 1965) of each rate.
    """
    positives, negatives = counts["tp"] + counts["fn"], counts["fp"] + counts["tn"]
    tp, fp = np.full(5, float(counts["tp"])), np.full(5, float(counts["fp"]))
    of_tp, of_fp = design_effects
    tp[1:3] = positives * np.array(wilson(counts["tp"] / of_tp, positives / of_tp, confidence))
    fp[3:5] = negatives * np.array(wilson(counts["fp"] / of_fp, negatives / of_fp, confidence))
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


def compare_rates(left: tuple[float, float], right: tuple[float, float], confidence: float) -> Interval:
    """Return the interval of the difference of two independent rates, each (rate, trials): Newcombe's (1998) method 10.

    It combines Wilson's intervals of the two rates, and so holds for few trials and for rates of 0 and 1.
    """
    (rate, trials), (other_rate, other_trials) = left, right
    low, high = wilson(rate * trials, trials, confidence)
    other_low, other_high = wilson(other_rate * other_trials, other_trials, confidence)
    difference = rate - other_rate
    return (
        difference - float(np.hypot(rate - low, other_high - other_rate)),
        difference + float(np.hypot(high - rate, other_rate - other_low)),
    )


def _move_inside(shares: Floats) -> Floats:
    """Return `shares` with 0 and 1 moved inwards, to half of the smallest distance of another share from there."""
    lowest, highest = shares[shares > ROUNDING].min(), shares[shares < 1 - ROUNDING].max()
    return np.clip(shares, lowest / 2, (1 + highest) / 2)
