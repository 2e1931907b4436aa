"""The change of every metric between two revisions, with its interval and a word."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from stages.evaluate.metric_evaluator import MetricEvaluator
from stages.evaluate.uncertainty.bootstrap import BootstrapResult, bootstrap
from stages.evaluate.uncertainty.differences import compare, verdict
from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS
from tools.compare.changes.test_scores import Scores
from tools.compare.review_schema import Change, Word
from tools.compare.revisions.records import Candidate

#: digits of the metrics files: what differs by less is what was rounded
ROUNDING = 2e-6

#: what has to be seen comes first
ORDER: list[Word] = ["worse", "better", "within noise", "not compared", "unchanged"]

Interval = tuple[float, float] | None
Pair = tuple[Candidate, Candidate]  # before, after


@dataclass(frozen=True)
class Changes:
    """What became of the champion and of the strategies."""

    champion: dict[str, Change]  # by metric
    strategies: dict[str, Change]  # the primary metric by strategy


@dataclass(frozen=True)
class Bootstrap:
    """How to resample."""

    n_resamples: int
    random_state: int
    confidence: float


def paired(champion: Pair, strategies: dict[str, Pair], primary: str, scores: Scores, how: Bootstrap) -> Changes:
    """The changes row by row: evaluate's own stratified bootstrap and comparisons, on resamples that all share.

    The primary metric has an interval of its own, because it alone gates. The other metrics of a family hold together,
    and so do the strategies: among so many, one or another would seem to move by chance.
    Raises InputError when the scores are not those that the leaderboards were made from.
    """
    pairs = [champion, *strategies.values()]
    meters = [_meter(candidate, scores, after=side == 1) for pair in pairs for side, candidate in enumerate(pair)]
    result = bootstrap(scores.y, meters, how.n_resamples, how.random_state)
    for candidate, measured in zip((candidate for pair in pairs for candidate in pair), result, strict=True):
        _check(candidate, measured)
    measured_pairs = list(zip(result[1::2], result[::2], strict=True))  # after − before
    family = METRICS[primary].family
    others = {
        kind: tuple(name for name, metric in METRICS.items() if metric.family == kind and name != primary)
        for kind in dict.fromkeys(metric.family for metric in METRICS.values())
    }
    own = compare(measured_pairs[:1], how.confidence, {family: (primary,)})
    own += compare(measured_pairs[:1], how.confidence, others)
    intervals = {item.metric: (item.low, item.high) for item in own}
    moved = compare(measured_pairs[1:], how.confidence, {family: (primary,)})
    return Changes(
        {metric: change(metric, champion, intervals[metric]) for metric in METRICS},
        {
            strategy: change(primary, pair, (item.low, item.high))
            for (strategy, pair), item in zip(strategies.items(), moved, strict=True)
        },
    )


def unpaired(champion: Pair, strategies: dict[str, Pair], primary: str) -> Changes:
    """The changes from the intervals that each revision has for itself, each change by itself."""
    return Changes(
        {metric: change(metric, champion, mover(metric, champion)) for metric in METRICS},
        {strategy: change(primary, pair, mover(primary, pair)) for strategy, pair in strategies.items()},
    )


def without_intervals(champion: Pair, strategies: dict[str, Pair], primary: str) -> Changes:
    """The changes of numbers that are not about the same thing."""
    return Changes(
        {metric: change(metric, champion, None) for metric in METRICS},
        {strategy: change(primary, pair, None) for strategy, pair in strategies.items()},
    )


def mover(metric: str, pair: Pair) -> tuple[float, float]:
    """The interval of a change from those of its two sides, within what the metric can change by."""
    before, after = ((getattr(side.test, metric), *getattr(side.intervals, metric)) for side in pair)
    low, high = combined(*after, *before)
    limit = METRICS[metric].limit
    return max(low, -limit), min(high, limit)


def combined(
    value: float, low: float, high: float, other: float, other_low: float, other_high: float
) -> tuple[float, float]:
    """The interval of `value` − `other` from their own, as if these were of rows drawn separately.

    The distances to the limits are combined by their squares (MOVER: Newcombe 1998; Zou & Donner 2008). On rows that
    the two share it is too wide, seldom too short: what makes a row hard makes it hard for both.
    """
    down, up = np.hypot(value - low, other_high - other), np.hypot(high - value, other - other_low)
    return float(value - other - down), float(value - other + up)


def change(metric: str, pair: Pair, interval: Interval) -> Change:
    """One metric of a pair, with a word that is read off the interval as it is written."""
    before, after = (float(getattr(side.test, metric)) for side in pair)
    low, high = (None, None) if interval is None else (round(end, 6) + 0.0 for end in interval)
    return Change(
        metric=metric,
        higher_is_better=METRICS[metric].higher_is_better,
        before=before,
        after=after,
        change=round(after - before, 6) + 0.0,
        low=low,
        high=high,
        word=_word(metric, after - before, low, high),
    )


def moved_first(changes: Iterable[Change]) -> list[Change]:
    """The changes in the order of their words; equals stay as they are."""
    return sorted(changes, key=lambda item: ORDER.index(item.word))


def _word(metric: str, difference: float, low: float | None, high: float | None) -> Word:
    if low is None or high is None:
        return "not compared"
    result = verdict(metric, low, high)
    if result == "tie":
        return "within noise" if difference else "unchanged"
    return "better" if result == "better" else "worse"


def _meter(candidate: Candidate, scores: Scores, *, after: bool) -> MetricEvaluator:
    return MetricEvaluator(scores.y, scores.of(candidate, after=after), candidate.threshold)


def _check(candidate: Candidate, measured: BootstrapResult) -> None:
    for metric, definition in METRICS.items():
        value = measured.values[definition.family][metric]
        if not abs(value - getattr(candidate.test, metric)) <= ROUNDING:  # so written, NaN is refused as well
            raise InputError(f"the test scores of {candidate} do not give the {metric} of its leaderboard")
