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
    show()


def show() -> None:
    """Print it from metrics/leaderboard.json and metrics/selected.json. Raises IntegrityError if they do not agree."""
    from stages.report.context import reference_name
    from stages.report.formatting import format_metric
    from stages.report.params import ReportParams
    from stages.report.verdict.effects import get_main_metric
    from stages.report.verdict.terminal import describe_end
    from stages.shared.metrics.registry import METRICS, get_points
    from stages.shared.params import read_params
    from tools.leaderboard.table import format_table
    from tools.shared.finished_run import read_finished_run

    leaderboard, champion = read_finished_run()
    _warn_of_edits()
    reference = reference_name(read_params(ReportParams), leaderboard)
    metric, guess = get_main_metric(leaderboard), format_metric("average_precision", leaderboard.data.test.prevalence)
    points = get_points(leaderboard.settings.metric)
    of_values = METRICS[points[0]].label if points else f"AP: average precision; guessing gives {guess}"
    explained = (
        f"{of_values[0].upper()}{of_values[1:]}. CV: on train. *: champion.\n"
        f"verdict: the mean effect on {METRICS[metric].label} against {reference}."
    )
    print("\n".join([*format_table(leaderboard, champion), explained, ""]))
    print(*describe_end(leaderboard, champion, reference), sep="\n")


def _warn_of_edits() -> None:
    """Warn of a file that dvc.lock does not name: it was edited, damaged, or made by a stage without DVC."""
    lock = Path("dvc.lock")
    known = lock.read_text(encoding="utf-8", errors="replace") if lock.is_file() else None
    for path in (paths.LEADERBOARD, paths.SELECTED):
        if known is not None and hashlib.md5(path.read_bytes()).hexdigest() not in known:
            print(f"warning: {path}: is not the file that {lock} names; run `dvc repro`", file=sys.stderr)


if __name__ == "__main__":
    run_cli(main)
