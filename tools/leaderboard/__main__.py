"""Command line of the leaderboard: `python -m tools.leaderboard`."""

import argparse
import hashlib
from pathlib import Path
import sys

from stages.shared import paths
from stages.shared.errors import run_cli
from stages.shared.messages import command


def main() -> None:
    """Print the leaderboard, the verdict, and the path of the report."""
    parser = argparse.ArgumentParser(prog=command("python -m tools.leaderboard"), description=main.__doc__)
    parser.parse_args()
    print_leaderboard()


def print_leaderboard() -> None:
    """Print the leaderboard and the verdict of the finished run. Raises IntegrityError if its files do not agree."""
    from stages.report.context import reference_name
    from stages.report.formatting import format_metric
    from stages.report.params import ReportParams
    from stages.report.verdict.effects import get_main_metric
    from stages.report.verdict.terminal import describe_end
    from stages.shared.metrics.registry import METRICS, get_points
    from stages.shared.params import read_params
    from tools.leaderboard.finished_run import read_finished_run
    from tools.leaderboard.table import format_table

    leaderboard, champion = read_finished_run()
    _warn_of_edits()
    reference = reference_name(read_params(ReportParams), leaderboard)
    metric, guess = get_main_metric(leaderboard), format_metric("average_precision", leaderboard.data.test.prevalence)
    points = get_points(leaderboard.settings.metric)
    values_label = METRICS[points[0]].label if points else f"AP: average precision; guessing gives {guess}"
    legend = (
        f"{values_label[0].upper()}{values_label[1:]}. CV: on train. *: champion.\n"
        f"verdict: the mean effect on {METRICS[metric].label} against {reference}."
    )
    print("\n".join([*format_table(leaderboard, champion), legend, ""]))
    print(*describe_end(leaderboard, champion, reference), sep="\n")


def _warn_of_edits() -> None:
    """Warn of a file that dvc.lock does not name: it was edited, damaged, or made by a stage without DVC."""
    lock = Path("dvc.lock")
    if not lock.is_file():
        return
    text = lock.read_text(encoding="utf-8", errors="replace")
    for path in (paths.LEADERBOARD, paths.SELECTED):
        if hashlib.md5(path.read_bytes()).hexdigest() not in text:
            print(f"warning: {path}: is not the file that {lock} names; run `dvc repro`", file=sys.stderr)


if __name__ == "__main__":
    run_cli(main)
