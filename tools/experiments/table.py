"""The table of experiments, as lines of text."""

import shlex

from tools.experiments.rows import METRICS, Row

_HEADER = ["experiment", "champion", *METRICS, "changed params"]


def table(rows: list[Row]) -> list[str]:
    """A header and one line a row. What has no results says why, and changes may be pasted into a shell."""
    cells = [_HEADER, *map(_cells, rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(_HEADER))]
    numbers = range(2, 2 + len(METRICS))
    return [
        "  ".join(
            cell.rjust(width) if place in numbers else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]


def _cells(row: Row) -> list[str]:
    champion = row.state or (f"{row.strategy} × {row.classifier}" if row.strategy else "no results")
    numbers = ["" if value is None else f"{value:.4f}" for value in row.metrics]
    return [row.name if row.is_commit else f"  {row.name}", champion, *numbers, " ".join(map(shlex.quote, row.changes))]
