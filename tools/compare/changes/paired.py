"""The change of every metric between two revisions, with its interval and a verdict.

A change needs an interval, because another seed alone would move most metrics as far.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from stages.evaluate.uncertainty.bootstrap import BootstrapResult, bootstrap
from stages.evaluate.uncertainty.differences import compare, verdict
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.calibration import shift_prior
from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS, get_points
from stages.shared.storage.arrow import Floats
from tools.compare.changes.paired_scores import Scores, get_scores
from tools.compare.review_schema import Change, Word
from tools.compare.revisions.records import CandidateRecord, Settings

#: smaller differences come from rounding in the metrics files and in this comparison
TOLERANCE = 2e-6

#: the verdicts in the order of a table
ORDER: list[Word] = ["worse", "better", "within noise", "not compared", "unchanged"]

Interval = tuple[float, float]
Pair = tuple[CandidateRecord, CandidateRecord]  # before, after


@dataclass(frozen=True)
class Pairs:
    """The candidates to compare."""

    champion: Pair
    strategies: dict[str, Pair]  # those that changed


@dataclass(frozen=True)
class Intervals:
    """The intervals of the changes; empty where the revisions cannot be compared."""

    champion: dict[str, Interval]  # by metric
    strategies: dict[str, Interval]  # of the primary metric, by strategy


def compute_paired(pairs: Pairs, scores: Scores, settings: Settings, random_state: int) -> Intervals:
    """Compare row by row, on stratified bootstrap resamples that all candidates share.

    The interval of the primary metric is not simultaneous, because that metric alone decides the gate. The intervals of
    the other metrics of a family are simultaneous, and so are those of the strategies. Among many metrics, some would
    seem to move by chance.
    Raises InputError when the scores do not give the metrics of the leaderboards.
    """
    points = get_points(settings.metric)
    candidates = [candidate for pair in (pairs.champion, *pairs.strategies.values()) for candidate in pair]
    evaluators = [
        _make_evaluator(scores, get_scores(table, candidate), candidate, points)
        for candidate, table in zip(candidates, cycle((scores.before, scores.after)), strict=False)
    ]
    results = bootstrap(scores.y, evaluators, settings.n_resamples, random_state)
    for candidate, result in zip(candidates, results, strict=True):
        _check_metrics(candidate, result, points)
    champion, *strategies = zip(results[1::2], results[::2], strict=True)  # compare() takes after − before
    primary = {METRICS[settings.metric].family: (settings.metric,)}
    others = {
        family: tuple(name for name, metric in METRICS.items() if metric.family == family and name != settings.metric)
        for family in dict.fromkeys(metric.family for metric in METRICS.values())
    }
    metrics = compare([champion], settings.confidence, primary) + compare([champion], settings.confidence, others)
    changes = compare(strategies, settings.confidence, primary)
    return Intervals(
        {item.metric: (item.low, item.high) for item in metrics},
        {name: (item.low, item.high) for name, item in zip(pairs.strategies, changes, strict=True)},
    )


def _make_evaluator(
    rows: Scores, scores: Floats, candidate: CandidateRecord, points: Collection[str]
) -> MetricEvaluator:
    """Return the evaluator of a candidate, whose decisions are at its prevalence in use."""
    shift = candidate.in_use.prior_shift if candidate.in_use else 0.0
    decided = shift_prior(scores, shift)
    return MetricEvaluator(rows.y, scores, candidate.threshold, decided=decided, weights=rows.weights, points=points)


def compute_unpaired(pairs: Pairs, primary: str) -> Intervals:
    """Combine the intervals of both revisions, separately for each change."""
    return Intervals(
        {metric: compute_mover_interval(metric, pairs.champion) for metric in (*METRICS, *get_points(primary))},
        {strategy: compute_mover_interval(primary, pair) for strategy, pair in pairs.strategies.items()},
    )


def compute_mover_interval(metric: str, pair: Pair) -> Interval:
    """Return the interval of a change from those of both values, clipped to the possible changes."""
    before, after = ((getattr(item.test, metric), *getattr(item.intervals, metric)) for item in pair)
    low, high = combine_intervals(*after, *before)
    limit = METRICS[metric].width
    return max(low, -limit), min(high, limit)


def combine_intervals(
    value: float, low: float, high: float, other: float, other_low: float, other_high: float
) -> Interval:
    """Return the interval of `value` − `other` from the intervals of both, as if their rows were drawn separately.

    MOVER (Newcombe 1998; Zou & Donner 2008) adds the squared distances to the ends. On shared rows the interval is
    usually too wide: a row that is hard for one model is hard for the other.
    """
    down, up = np.hypot(value - low, other_high - other), np.hypot(high - value, other - other_low)
    return float(value - other - down), float(value - other + up)


def describe_change(metric: str, pair: Pair, interval: Interval | None) -> Change:
    """Return one metric of a pair, with the verdict that follows from the rounded interval."""
    before, after = (float(getattr(item.test, metric)) for item in pair)
    word: Word = "not compared"
    low = high = None
    if interval:
        low, high = (round(end, 6) + 0.0 for end in interval)
        result = verdict(metric, low, high)
        word = result if result != "tie" else "unchanged" if before == after else "within noise"
    return Change(
        metric=metric,
        higher_is_better=METRICS[metric].higher_is_better,
        before=before,
        after=after,
        change=round(after - before, 6) + 0.0,
        low=low,
        high=high,
        word=word,
    )


def get_rank(change: Change) -> int:
    """Return the position of a change in a table: important ones come first."""
    return ORDER.index(change.word)


def _check_metrics(candidate: CandidateRecord, result: BootstrapResult, points: Collection[str]) -> None:
    for metric in (*METRICS, *points):
        difference = result.values[METRICS[metric].family][metric] - getattr(candidate.test, metric)
        if not abs(difference) <= TOLERANCE:  # in this form it refuses NaN as well
            raise InputError(f"the test scores of {candidate} do not give the {metric} of its leaderboard")
