"""The leaderboard as plain lines for a terminal."""

from stages.report.formatting import format_metric, format_percent
from stages.report.verdict.cells import format_test_value, format_verdict
from stages.report.verdict.counts import get_shown_metric
from stages.report.verdict.effects import get_main_metric
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard
from tools.leaderboard.terminal import align_columns


def format_table(leaderboard: Leaderboard, champion: Candidate) -> list[str]:
    """Return one line per strategy, best cross-validated first, the champion marked with `*`; at most 100 characters.

    The champion has a line of its own where another classifier represents its strategy.
    """
    level, metric = format_percent(leaderboard.settings.confidence), get_shown_metric(leaderboard)
    short = " AP" if metric == "average_precision" else ""
    header = ["strategy", "classifier", f"CV{short}", f"test{short} ({level})", "Brier", "recall", "verdict"]
    rows = [
        [
            f"{row.strategy} *" if str(row) == str(champion) else row.strategy,
            row.classifier,
            format_metric(metric, row.cv[metric].mean),
            format_test_value(row, metric),
            *(format_metric(name, row.test[name]) for name in ("brier_score", "recall")),
            _describe_verdict(leaderboard, row),
        ]
        for row in leaderboard.candidates
        if row in leaderboard.rows or str(row) == str(champion)
    ]
    return align_columns([header, *rows], "llrrrrl", shrinking=(0, 1))


def _describe_verdict(leaderboard: Leaderboard, row: Candidate) -> str:
    """Return the verdict on the mean effect of the strategy, or on its best classifier where there is none."""
    for effect in leaderboard.mean_effects(get_main_metric(leaderboard)):
        if effect.strategy == row.strategy:
            return format_verdict(effect.verdict) if row in leaderboard.rows else ""
    item = leaderboard.comparison("strategy", row, "ranking", "average_precision")
    if item:
        return item.verdict
    return "reference" if str(row) == str(leaderboard.reference) else ""
