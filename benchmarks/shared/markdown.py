"""Markdown tables on standard output.

The documentation contains the tables as the commands print them.
"""

from collections import defaultdict
from collections.abc import Iterable


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a title in bold and a table; each row appears as soon as `rows` yields it.

    The first column is aligned to the left, the others to the right.
    """
    header = list(columns)
    print(f"\n**{title}**\n\n| {' | '.join(header)} |\n|:--|{'--:|' * (len(header) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def format_percent(part: float, whole: float) -> str:
    """Format a share in percent: 94.6."""
    return f"{100 * part / whole:.1f}"


class ShareTable:
    """A table of percentages: how often something holds. Rows and columns appear in the order in which they came."""

    def __init__(self) -> None:
        self._cases: dict[tuple[str, str], list[bool]] = defaultdict(list)

    def add(self, row: str, column: object, holds: bool) -> None:
        """Count a case in the cell of this row and column."""
        self._cases[row, str(column)].append(holds)

    def print(self, title: str, corner: str = "") -> None:
        """Print the table; `corner` is the head of its first column."""
        rows, columns = (dict.fromkeys(names) for names in zip(*self._cases, strict=True))
        cells = ([row, *(self._format_cell(row, column) for column in columns)] for row in rows)
        print_table(title, [corner, *columns], cells)

    def _format_cell(self, row: str, column: str) -> str:
        cases = self._cases[row, column]
        return format_percent(sum(cases), len(cases))
