"""The interval of each metric of a candidate by itself: the noise of drawing other test rows of the same kind.

Percentiles of the bootstrap hold too seldom where positives are few (docs/verdict.md), so none are taken here: no
random number has a part in these intervals. docs/decisions/06-verdicts.md says why each method.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stages.evaluate.decisions import Counts
from stages.evaluate.metrics import METRICS
from stages.evaluate.uncertainty.bootstrap import Measured
from stages.evaluate.uncertainty.jackknife import TINY, as_normal, quantile, spread
from stages.shared.storage.arrow import Floats

Interval = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """A rising function of (0, 1) after which a metric is closer to normal, and its way back."""

    there: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]


LOGIT = Scale(lambda share: np.log(share / (1 - share)), lambda value: 1 / (1 + np.exp(-np.clip(value, -700, 700))))
ARCSINE = Scale(
    lambda share: np.arcsin(np.sqrt(share)), lambda value: np.sin(np.clip(value, 0, np.pi / 2)) ** 2
)  # fmt: skip

#: so near to 0 or 1 a share is there but for rounding
ROUNDING = 1e-12

#: the scale of each metric of single rows, as a share of the largest value that it can take
SCALES = {"average_precision": ARCSINE, "roc_auc": LOGIT, "brier_score": LOGIT, "log_loss": LOGIT}


def intervals(measured: Measured, confidence: float) -> dict[str, Interval]:
    """The interval of every metric; those of decisions are at the tuned threshold."""
    return {
        name: interval_of_decisions(name, measured.counts["decisions"], confidence)
        if metric.family == "decisions"
        else interval_of_rows(measured, metric.family, name, confidence)
        for name, metric in METRICS.items()
    }


def interval_of_rows(measured: Measured, family: str, metric: str, confidence: float) -> Interval:
    """The interval of a metric of ranking or probabilities.

    Student's t with the jackknife's error, on the scale of the metric: never outside the possible, never without the
    value itself. Where nothing varies because nothing is wrong, or everything, only counting is left: as if each row
    of the smaller class were a trial that might have gone otherwise.
    """
    positive, value = measured.meter.positive, measured.values[family][metric]
    left_out = measured.meter.without_each(family, metric)
    scale, limit = SCALES[metric], METRICS[metric].limit
    smaller = int(min(positive.sum(), (~positive).sum()))
    if smaller < 2:
        return 0.0, limit  # one row says nothing about how others of its kind would differ
    share, shares = value / limit, left_out / limit
    noise = spread(shares, positive)
    if noise.error == 0:
        certain = min(share, 1 - share) > TINY  # the same score for everyone, say
        low, high = (share, share) if certain else wilson(round(share) * smaller, smaller, confidence)
        return min(low * limit, value), max(high * limit, value)
    on_scale = scale.there(_inside(np.append(shares, share)))
    noise = spread(on_scale[:-1], positive)
    half = quantile(confidence, noise.freedom) * noise.error
    low, high = scale.back(on_scale[-1] + np.array([-half, half])) * limit
    return min(float(low), value), max(float(high), value)  # rounding apart, these are low and high


def interval_of_decisions(metric: str, counts: dict[str, int], confidence: float) -> Interval:
    """The interval of a metric of decisions: it is a function of two rates, recall and the rate of false alarms.

    Wilson's intervals (1927) of the two rates are combined by their squares, as far as each moves the metric (MOVER:
    Newcombe 1998; Zou & Donner 2008). For recall and specificity this is Wilson's interval itself.
    """
    positives, negatives = counts["tp"] + counts["fn"], counts["fp"] + counts["tn"]
    tp, fp = np.full(5, float(counts["tp"])), np.full(5, float(counts["fp"]))
    tp[1:3] = positives * np.array(wilson(counts["tp"], positives, confidence))
    fp[3:5] = negatives * np.array(wilson(counts["fp"], negatives, confidence))
    value, *ends = METRICS[metric].function(Counts(tp, fp, positives - tp, negatives - fp))
    moves = np.reshape(ends, (2, 2)) - value  # rate × end
    low = value - np.sqrt((np.minimum(moves.min(axis=1), 0) ** 2).sum())
    high = value + np.sqrt((np.maximum(moves.max(axis=1), 0) ** 2).sum())
    return max(float(low), 0.0), min(float(high), 1.0)


def wilson(hits: float, trials: float, confidence: float) -> Interval:
    """Wilson's score interval (1927) of a rate of which `hits` of `trials` were seen."""
    z = as_normal(confidence)
    rate, weight = hits / trials, z**2 / trials
    middle, half = rate + weight / 2, z * np.sqrt(rate * (1 - rate) / trials + weight / (4 * trials))
    low, high = float((middle - half) / (1 + weight)), float((middle + half) / (1 + weight))
    return max(min(low, rate), 0.0), min(max(high, rate), 1.0)  # rounding must not lose a rate of 0 or 1


def _inside(shares: Floats) -> Floats:
    """`shares` with 0 and 1 moved inwards, to half of the smallest distance that another one has from there."""
    lowest, highest = shares[shares > ROUNDING].min(), shares[shares < 1 - ROUNDING].max()
    return np.clip(shares, lowest / 2, (1 + highest) / 2)
