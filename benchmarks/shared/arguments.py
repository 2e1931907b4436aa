"""Command-line options that several benchmarks share.

One definition keeps their names, defaults and help texts the same.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path


def make_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser whose `--help` shows the docstring of the module as it is."""
    return argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)


def parse_simulation_options(description: str | None, runs: int) -> argparse.Namespace:
    """Return `runs` and `seed`, the only options of a simulation."""
    return add_simulation_options(make_parser(description), runs).parse_args()


def add_simulation_options(parser: argparse.ArgumentParser, runs: int) -> argparse.ArgumentParser:
    """Add `--runs` and `--seed`, and return the parser."""
    parser.add_argument("--runs", type=int, default=runs, help=f"simulated data sets of each kind (default {runs})")
    parser.add_argument("--seed", type=int, default=0, help="seed of the simulated data (default 0)")
    return parser


def make_suite_parser(description: str | None, results_required: bool = True) -> argparse.ArgumentParser:
    """Return a parser with the options of benchmarks that run on a suite of data sets."""
    parser = make_parser(description)
    parser.add_argument("--datasets", type=Path, required=True, help="folder of the suite")
    parser.add_argument("--only", nargs="*", default=[], help="names of data sets (default: all but cover)")
    parser.add_argument(
        "--results", type=Path, required=results_required, help="file of finished results, which do not run again"
    )
    return parser


def add_rows_option(parser: argparse.ArgumentParser) -> None:
    """Add `--rows`, which bounds the size of the data sets."""
    parser.add_argument("--rows", type=int, default=3000, help="rows drawn of larger sets (default 3000)")


def add_table_options(parser: argparse.ArgumentParser, rows: int) -> None:
    """Add `--rows` and `--columns`, the size of a made table."""
    parser.add_argument("--rows", type=int, default=rows, help=f"rows of the made table (default {rows:,})")
    parser.add_argument("--columns", type=int, default=30, help="columns of the made table (default 30)")


def add_strategies_option(parser: argparse.ArgumentParser, strategies: Iterable[str]) -> None:
    """Add `--strategies`, which chooses among the strategies of a benchmark."""
    names = list(strategies)
    parser.add_argument("--strategies", nargs="+", default=names, choices=names, help="only these (default: all)")


def add_comparison_options(parser: argparse.ArgumentParser) -> None:
    """Add `--pairs` and `--only` of benchmarks that compare two functions in several cases."""
    parser.add_argument("--pairs", type=int, default=5, help="alternating pairs of runs for each case (default 5)")
    parser.add_argument("--only", default="", help="cases whose names contain this text (default: all)")
