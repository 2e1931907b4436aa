"""Markdown tables on standard output.

The documentation contains the tables as the commands print them.
"""

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
