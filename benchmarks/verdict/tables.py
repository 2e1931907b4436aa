"""Markdown tables and the command line that the benchmarks share."""

import argparse
from collections.abc import Iterable


def arguments(description: str | None, runs: int) -> argparse.Namespace:
    """`--runs` and `--seed`."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=runs, help=f"simulated data sets of each size (default {runs})")
    parser.add_argument("--seed", type=int, default=0, help="seed of the simulated data (default 0)")
    return parser.parse_args()


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A title in bold, then the table; the first column is text, the others are numbers."""
    head = list(columns)
    print(f"\n**{title}**\n\n| {' | '.join(head)} |\n|:--|{'--:|' * (len(head) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def percent(part: float, whole: float) -> str:
    """A share in percent: 94.6."""
    return f"{100 * part / whole:.1f}"
