"""Paired differences from the reference, with simultaneous intervals.

The bootstrap gives the standard errors and the dependence between comparisons. The jackknife gives the degrees of
freedom. docs/decisions/06-verdicts.md explains the choice.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from stages.evaluate.uncertainty.bootstrap import BootstrapResult
from stages.evaluate.uncertainty.intervals import count_trials, find_perfect, interval_of_rows
from stages.evaluate.uncertainty.jackknife import MIN_DF, TINY, jackknife_error, normal_quantile, normal_to_t
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.registry import METRICS, Family, list_compared
from stages.shared.metrics.verdicts import find_direction
from stages.shared.schemas.leaderboard import Verdict
from stages.shared.storage.arrow import Floats

#: digits with which differences are stored; smaller ones count as 0
DIGITS = 6

#: standard errors of the confidence level, which random resamples estimate, that are added to it
MARGIN = 2

#: candidate, reference, metric
Operands = tuple[BootstrapResult, BootstrapResult, str]


@dataclass(frozen=True)
class Difference:
    """Candidate − reference in one metric."""

    pair: int  # index among the compared pairs
    family: Family
    metric: str
    difference: float
    low: float
    high: float
    verdict: Verdict


@dataclass(frozen=True)
class PairedErrors:
    """Standard errors of k differences."""

    replicates: Floats  # the differences on each resample, shape (k, resamples)
    minimum: Floats  # the minimum standard error of each, shape (k,)
    df: Floats  # degrees of freedom of each standard error, shape (k,)
    inflation: float = 1.0  # factor by which the standard error of the replicates is too small
    min_quantile: float = 0.0  # of max-|t|, where nearly all replicates may be equal


def compare(
    pairs: list[tuple[BootstrapResult, BootstrapResult]],
    confidence: float,
    metrics: Mapping[Family, tuple[str, ...]] | None = None,
    points: Collection[str] = (),
) -> list[Difference]:
    """Return the differences of all (candidate, reference) pairs, pair by pair.

    `metrics` are those of each family; without it, those of the registry, and those of `points`. With probability
    `confidence` all intervals of one family hold at once, over all its pairs and metrics. Without that, some of so many
    would look significant by chance.
    """
    differences = [
        difference
        for family, names in (metrics or list_compared(*points)).items()
        for difference in _compare_family(pairs, family, names, confidence)
    ]
    return sorted(differences, key=lambda difference: difference.pair)  # stable: families stay in order


def compute_simultaneous_intervals(
    differences: Floats, errors: PairedErrors, confidence: float
) -> tuple[Floats, Floats]:
    """Return the lower and upper ends, shape (k,), for `differences` (k,).

    The method is single-step max-|t| (Westfall & Young 1993; Romano & Wolf 2005). The half-widths are standard errors
    times a quantile of the largest |t| of a resample. The comparisons are resampled together, so their correlation
    makes the intervals narrower than Bonferroni's. A difference without variance gets no width.
    """
    error = errors.replicates.std(axis=1, ddof=1)
    normal = max(_find_max_t_quantile(differences, errors.replicates, error, confidence), errors.min_quantile)
    error = np.maximum(np.where(error > TINY, error * errors.inflation, 0), errors.minimum)
    half = normal_to_t(normal, errors.df) * error
    return differences - half, differences + half


def estimate_paired_errors(family: str, operands: list[Operands], confidence: float) -> PairedErrors:
    """Return the standard errors of the differences from the bootstrap, their degrees of freedom from the jackknife."""
    smaller = _count_smaller_class(operands[0][0].evaluator)
    replicates = np.array([left.replicates[family][m] - right.replicates[family][m] for left, right, m in operands])
    minimum = [
        _find_min_error(family, *item, differences, confidence)
        for item, differences in zip(operands, replicates, strict=True)
    ]
    df = [_estimate_df(family, *item, smaller) for item in operands]
    inflation = float(np.sqrt(smaller / max(smaller - 1, TINY)))
    min_quantile = normal_quantile(confidence) if any(METRICS[metric].resampled for *_, metric in operands) else 0.0
    return PairedErrors(replicates, np.array(minimum), np.array(df), inflation, min_quantile)


def verdict(metric: str, low: float, high: float) -> Verdict:
    """Return `tie` when the interval of the difference holds 0, else `better` or `worse`."""
    return find_direction(metric, low, high) or "tie"


def _find_max_t_quantile(differences: Floats, replicates: Floats, error: Floats, confidence: float) -> float:
    """Return the quantile of the largest |t| of each resample, or the normal one where no comparison varies.

    Random resamples estimate it. MARGIN makes up for that: too few of them widen the intervals and do not raise the
    error rate.
    """
    varying = error > TINY
    if not varying.any():
        return normal_quantile(confidence)
    t = np.abs(replicates[varying] - differences[varying, None]) / error[varying, None]
    level = confidence + MARGIN * np.sqrt(confidence * (1 - confidence) / replicates.shape[1])
    return float(np.quantile(t.max(axis=0), min(level, 1.0), method="higher"))


def _compare_family(
    pairs: list[tuple[BootstrapResult, BootstrapResult]], family: Family, metrics: tuple[str, ...], confidence: float
) -> list[Difference]:
    keys = [(pair, metric) for pair in range(len(pairs)) for metric in metrics]
    if not keys:
        return []
    operands = [(*pairs[pair], metric) for pair, metric in keys]
    differences = np.array([left.values[family][m] - right.values[family][m] for left, right, m in operands])
    errors = estimate_paired_errors(family, operands, confidence)
    limits = np.array([METRICS[metric].width for _, metric in keys])
    intervals = np.clip(compute_simultaneous_intervals(differences, errors, confidence), -limits, limits)
    result = []
    for (pair, metric), *numbers in zip(keys, differences, *intervals, strict=True):
        # the verdict follows from the numbers as they are stored
        difference, low, high = (round(float(number), DIGITS) + 0.0 for number in numbers)
        item = Difference(
            pair=pair,
            family=family,
            metric=metric,
            difference=difference,
            low=low,
            high=high,
            verdict=verdict(metric, low, high),
        )
        result.append(item)
    return result


def _count_smaller_class(evaluator: MetricEvaluator) -> int:
    """Return the independent rows of the smaller class: its rows, or its groups where rows belong together."""
    positive = evaluator.positive
    groups = np.arange(len(positive)) if evaluator.groups is None else evaluator.groups
    return min(len(np.unique(groups[positive])), len(np.unique(groups[~positive])))


def _estimate_df(family: str, left: BootstrapResult, right: BootstrapResult, metric: str, smaller: int) -> float:
    """Return the degrees of freedom of the standard error; `smaller` is the size of the smaller class."""
    if METRICS[metric].resampled:
        return max(smaller - 1, MIN_DF)
    without_each = left.evaluator.without_each(family, metric) - right.evaluator.without_each(family, metric)
    return jackknife_error(without_each, left.evaluator.positive, left.evaluator.groups).df


def _find_min_error(
    family: str, left: BootstrapResult, right: BootstrapResult, metric: str, differences: Floats, confidence: float
) -> float:
    """Return the minimum standard error of a difference; `differences` are its values on each resample.

    If two models decide almost equally, hardly any resample shows a difference, and its error would be too small.
    """
    if family in left.counts:
        return _find_min_error_of_decisions(family, left, right, metric)
    if METRICS[metric].resampled:
        return _find_min_error_at_point(left, right, metric)
    if differences.std() <= TINY:
        return _find_min_error_of_rows(family, left, right, metric, confidence)
    return 0.0


def _find_min_error_of_decisions(family: str, left: BootstrapResult, right: BootstrapResult, metric: str) -> float:
    """Return the standard error if one more row of each class were decided differently, in each direction.

    Two models that agree on all test rows need not agree on all rows. With few positives the agreement is little
    evidence. Agresti & Min (2005) and Bonett & Price (2012) add such rows for the same reason. Equal scores give 0.
    """
    if np.array_equal(left.evaluator.scores, right.evaluator.scores):
        return 0.0
    tp, fp, fn, tn = left.evaluator.with_one_more(family, metric)
    right_tp, right_fp, right_fn, right_tn = right.evaluator.with_one_more(family, metric)
    changes = np.array([tp - right_fn, fn - right_tp, fp - right_tn, tn - right_fp])
    return float(np.sqrt((changes**2).sum()))


def _find_min_error_at_point(left: BootstrapResult, right: BootstrapResult, metric: str) -> float:
    """Return the standard error if one row were decided differently in each direction, as for decisions."""
    if np.array_equal(left.evaluator.scores, right.evaluator.scores):
        return 0.0
    spec = METRICS[metric]
    return float(np.sqrt(2)) * find_perfect(left, spec) / count_trials(left, spec)


def _find_min_error_of_rows(
    family: str, left: BootstrapResult, right: BootstrapResult, metric: str, confidence: float
) -> float:
    """Return what the two intervals allow, for a difference that no resample changes (a perfect model, say)."""
    value, right_value = left.values[family][metric], right.values[family][metric]
    if abs(value - right_value) < 10**-DIGITS:
        return 0.0
    (low, high), (right_low, right_high) = (
        interval_of_rows(item, family, metric, confidence) for item in (left, right)
    )
    return max(value - low + right_high - right_value, high - value + right_value - right_low) / normal_quantile(
        confidence
    )
