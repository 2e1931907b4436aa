"""Strategies counted by evaluate's verdict on them, family of metrics by family."""

from dataclasses import dataclass

from stages.report.formatting import percent, signed, signed_interval
from stages.shared.metrics.registry import Family
from stages.shared.schemas.leaderboard import Comparison, Leaderboard

#: the metric that speaks for each family in sentences and tables
MAIN_METRIC: dict[Family, str] = {
    "ranking": "average_precision",
    "probabilities": "brier_score",
    "decisions": "f1",
    "decisions_at_half": "recall",
}


@dataclass(frozen=True)
class VerdictCounts:
    """Strategies that a family of metrics finds better than, even with, or worse than the reference."""

    better: list[Comparison]
    tie: list[Comparison]
    worse: list[Comparison]

    @property
    def total(self) -> int:
        """How many strategies were compared."""
        return len(self.better) + len(self.tie) + len(self.worse)


def count_verdicts(leaderboard: Leaderboard, family: Family) -> VerdictCounts:
    """The strategies sorted by the verdict on the family's main metric, each list in params order."""
    format_comparison = [
        item
        for row in leaderboard.strategies
        if row.strategy != leaderboard.settings.reference.strategy
        and (item := leaderboard.comparison("strategy", row, family, MAIN_METRIC[family]))
    ]
    words = ("better", "tie", "worse")
    return VerdictCounts(*([item for item in format_comparison if item.verdict == word] for word in words))


def difference(item: Comparison, confidence: float) -> str:
    """A comparison in brackets' words: −0.014, 95 % interval −0.058 to +0.016."""
    bounds = signed_interval(item.metric, item.low, item.high)
    return f"{signed(item.metric, item.difference)}, {percent(confidence)} interval {bounds}"
