"""The leaderboard as plain lines for a terminal."""

from stages.report.formatting import format_interval, format_metric, format_percent
from stages.report.verdict.effects import WORDS, get_main_metric
from stages.shared.schemas.leaderboard import Candidate, Leaderboard

WIDTH = 100
_GAP = "  "


def table(leaderboard: Leaderboard, champion: Candidate) -> list[str]:
    """Return one line per strategy, best cross-validated first, the champion marked with `*`; at most 100 characters.

    The champion has a line of its own where another classifier represents its strategy.
    """
    level = format_percent(leaderboard.settings.confidence)
    header = ["strategy", "classifier", "CV AP", f"test AP ({level})", "Brier", "recall", "verdict"]
    rows = [
        [
            f"{row.strategy} *" if str(row) == str(champion) else row.strategy,
            row.classifier,
            format_metric("average_precision", row.cv["average_precision"].mean),
            f"{format_metric('average_precision', row.test['average_precision'])} "
            f"({format_interval('average_precision', *row.intervals['average_precision'])})",
            *(format_metric(metric, row.test[metric]) for metric in ("brier_score", "recall")),
            _verdict(leaderboard, row),
        ]
        for row in leaderboard.candidates
        if row in leaderboard.rows or str(row) == str(champion)
    ]
    return aligned([header, *rows], "llrrrrl")


def aligned(lines: list[list[str]], align: str) -> list[str]:
    """Return lines with aligned columns; the first two are shortened with an ellipsis where all are too wide."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(align))]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > WIDTH:
        widest = 0 if widths[0] >= widths[1] else 1
        widths[widest] -= 1
    return [
        _GAP.join(
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(map(_cut, line, widths), widths, align, strict=True)
        ).rstrip()
        for line in lines
    ]


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 1]}…"


def _verdict(leaderboard: Leaderboard, row: Candidate) -> str:
    """Return the verdict on the mean effect of the strategy, or on its best classifier where there is none."""
    for effect in leaderboard.mean_effects(get_main_metric(leaderboard)):
        if effect.strategy == row.strategy:
            return WORDS[effect.verdict] if row in leaderboard.rows else ""
    item = leaderboard.comparison("strategy", row, "ranking", "average_precision")
    if item:
        return item.verdict
    return "reference" if str(row) == str(leaderboard.reference) else ""
