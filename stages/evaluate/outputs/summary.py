"""The leaderboard as a few lines for a terminal."""

from collections import Counter

from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard


def summarize(leaderboard: Leaderboard) -> list[str]:
    """Return one line per strategy, one per strategy or classifier that could not run, and one of the whole."""
    rows = (leaderboard.candidate(name.strategy, name.classifier) for name in leaderboard.strategies)
    not_applicable = (f"evaluate {item.label}: not applicable: {item.why}" for item in leaderboard.not_applicable)
    return [*(_summarize_strategy(row) for row in rows), *not_applicable, _summarize_all(leaderboard)]


def _summarize_strategy(row: Candidate) -> str:
    low, high = row.intervals["average_precision"]
    return (
        f"evaluate {row.strategy} {row.classifier}: average precision {row.test['average_precision']:.3f} "
        f"[{low:.3f}, {high:.3f}], f1 {row.test['f1']:.3f} at threshold {row.threshold:.3f}"
    )


def _summarize_all(leaderboard: Leaderboard) -> str:
    test, settings = leaderboard.data.test, leaderboard.settings
    verdicts = Counter(
        item.verdict for item in leaderboard.comparisons if item.scope == "strategy" and item.metric == settings.metric
    )
    return (
        f"evaluate: {len(leaderboard.candidates)} candidates on {test.rows} test rows, {test.positives} positive; "
        f"against {settings.reference.strategy}/{settings.reference.classifier} in {settings.metric}: "
        f"{verdicts['better']} better, {verdicts['worse']} worse, {verdicts['tie']} tie"
    )
