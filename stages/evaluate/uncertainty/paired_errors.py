"""The noise of paired differences: how much there is, and how well that is known."""

from dataclasses import dataclass

import numpy as np

from stages.evaluate.uncertainty.bootstrap import Measured
from stages.evaluate.uncertainty.intervals import interval_of_rows
from stages.evaluate.uncertainty.jackknife import TINY, as_normal, spread
from stages.shared.storage.arrow import Floats

#: digits with which differences are stored: what is smaller is nothing
DIGITS = 6

#: candidate, reference, metric
Side = tuple[Measured, Measured, str]


@dataclass(frozen=True)
class Noise:
    """What is known of the noise of k differences."""

    draws: Floats  # the differences on each resample, shape (k, resamples)
    least: Floats  # the standard error that each has at least, shape (k,)
    freedom: Floats  # degrees of freedom of each standard error, shape (k,)
    inflation: float = 1.0  # by which the standard error of the draws is too small


def noise_of(family: str, sides: list[Side], confidence: float) -> Noise:
    """The noise of the differences: how much from the bootstrap, how surely known from the jackknife."""
    positive = sides[0][0].meter.positive
    smaller = min(positive.sum(), (~positive).sum())
    draws = np.array([one.draws[family][m] - other.draws[family][m] for one, other, m in sides])
    left_out = (one.meter.without_each(family, m) - other.meter.without_each(family, m) for one, other, m in sides)
    freedom = np.array([spread(values, positive).freedom for values in left_out])
    if family in sides[0][0].counts:
        least = [_least_of_decisions(family, *side) for side in sides]
    else:
        silent = draws.std(axis=1) <= TINY
        least = [
            _least_of_rows(family, *side, confidence) if still else 0.0
            for side, still in zip(sides, silent, strict=True)
        ]
    return Noise(draws, np.array(least), freedom, inflation=float(np.sqrt(smaller / max(smaller - 1, TINY))))


def _least_of_decisions(family: str, one: Measured, other: Measured, metric: str) -> float:
    """The standard error if one row more of each class were decided otherwise, each way.

    Two different models that decide all test rows alike need not decide all rows alike: with few positives that is
    little evidence (Agresti & Min 2005; Bonett & Price 2012 add such rows for the same reason). The same scores do.
    """
    if np.array_equal(one.meter.scores, other.meter.scores):
        return 0.0
    tp, fp, fn, tn = one.meter.with_one_more(family, metric)
    other_tp, other_fp, other_fn, other_tn = other.meter.with_one_more(family, metric)
    moves = np.array([tp - other_fn, fn - other_tp, fp - other_tn, tn - other_fp])
    return float(np.sqrt((moves**2).sum()))


def _least_of_rows(family: str, one: Measured, other: Measured, metric: str, confidence: float) -> float:
    """Where resampling moves nothing although the two differ (one is perfect, say): what their own intervals reach."""
    value, other_value = one.values[family][metric], other.values[family][metric]
    if abs(value - other_value) < 10**-DIGITS:
        return 0.0
    (low, high), (other_low, other_high) = (interval_of_rows(side, family, metric, confidence) for side in (one, other))
    return max(value - low + other_high - other_value, high - value + other_value - other_low) / as_normal(confidence)
