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


class Shares:
    """How often something holds: a table of percentages, whose rows and columns appear in the order of their names."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[bool]] = defaultdict(list)

    def add(self, row: str, column: object, holds: bool) -> None:
        """Count one case."""
        self._found[row, str(column)].append(holds)

    def print(self, title: str, corner: str = "") -> None:
        """Print the table; `corner` is the head of its first column."""
        rows, columns = (dict.fromkeys(names) for names in zip(*self._found, strict=True))
        cells = (
            [row, *(format_percent(sum(self._found[row, column]), len(self._found[row, column])) for column in columns)]
            for row in rows
        )
        print_table(title, [corner, *columns], cells)
