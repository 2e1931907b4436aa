"""Strategies counted by their verdict, per family of metrics."""

from dataclasses import dataclass

from stages.report.formatting import format_difference, format_difference_interval, format_percent
from stages.shared.metrics.registry import Family, get_points
from stages.shared.schemas.leaderboard import Comparison, CvComparison, Leaderboard

#: the metric of each family that sentences and tables show
MAIN_METRIC: dict[Family, str] = {
    "ranking": "average_precision",
    "probabilities": "brier_score",
    "decisions": "f1",
    "decisions_at_half": "recall",
}


def get_shown_metric(leaderboard: Leaderboard) -> str:
    """Return the metric at an operating point that selects the champion, or else average precision."""
    return next(iter(get_points(leaderboard.settings.metric)), MAIN_METRIC["ranking"])


@dataclass(frozen=True)
class VerdictCounts:
    """The comparisons of one family of metrics with the reference, by verdict."""

    better: list[Comparison]
    tie: list[Comparison]
    worse: list[Comparison]

    @property
    def total(self) -> int:
        """The number of compared strategies."""
        return len(self.better) + len(self.tie) + len(self.worse)


def count_verdicts(leaderboard: Leaderboard, family: Family) -> VerdictCounts:
    """Return the strategies by the verdict on the main metric of `family`, each list in params order."""
    comparisons = [
        item
        for row in leaderboard.strategies
        if row.strategy != leaderboard.settings.reference.strategy
        and (item := leaderboard.comparison("strategy", row, family, MAIN_METRIC[family]))
    ]
    verdicts = ("better", "tie", "worse")
    return VerdictCounts(*([item for item in comparisons if item.verdict == verdict] for verdict in verdicts))


def format_comparison(item: Comparison | CvComparison, confidence: float) -> str:
    """Return a difference with its interval: −0.014, 95 % interval −0.058 to +0.016."""
    bounds = format_difference_interval(item.metric, item.low, item.high)
    return f"{format_difference(item.metric, item.difference)}, {format_percent(confidence)} interval {bounds}"
