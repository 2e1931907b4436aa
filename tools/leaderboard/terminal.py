"""Tables in plain text for a terminal."""

from collections.abc import Sequence

from stages.report.verdict.terminal import WIDTH as WIDTH  # the verdict is printed below these tables

_GAP = "  "


def align_columns(lines: Sequence[Sequence[str]], align: str, shrinking: Sequence[int]) -> list[str]:
    """Return lines of at most WIDTH characters with aligned columns; `align` holds `l` or `r` for each.

    The columns `shrinking` are shortened with an ellipsis where a line is too long, the widest of them first.
    """
    widths = [max(len(line[column]) for line in lines) for column in range(len(align))]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > WIDTH:
        widths[max(shrinking, key=lambda column: widths[column])] -= 1
    return [
        _GAP.join(
            cell.rjust(width) if letter == "r" else cell.ljust(width)
            for cell, width, letter in zip(map(_cut, line, widths), widths, align, strict=True)
        ).rstrip()
        for line in lines
    ]


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 1]}…"
