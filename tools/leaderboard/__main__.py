"""Command line of the leaderboard: `python -m tools.leaderboard`."""

import argparse
import textwrap

from stages.shared import paths
from stages.shared.errors import run_cli


def main() -> None:
    """Print the leaderboard, the verdict, and the path of the report."""
    parser = argparse.ArgumentParser(prog="python -m tools.leaderboard", description=main.__doc__)
    parser.parse_args()

    from stages.report.context import reference_name
    from stages.report.formatting import format_metric
    from stages.report.params import ReportParams
    from stages.report.verdict.effects import get_main_metric
    from stages.report.verdict.sentences import describe_verdict
    from stages.shared.metrics.registry import METRICS
    from stages.shared.params import read_params
    from stages.shared.schemas.base import parse
    from stages.shared.schemas.leaderboard import Leaderboard
    from stages.shared.storage.files import read_json
    from tools.leaderboard.table import WIDTH, table

    leaderboard = parse(Leaderboard, paths.LEADERBOARD, read_json(paths.LEADERBOARD))
    selected = read_json(paths.SELECTED)
    champion = leaderboard.candidate(str(selected.get("strategy")), str(selected.get("classifier")))
    reference = reference_name(read_params(ReportParams), leaderboard)
    verdict = describe_verdict(leaderboard, champion, reference)
    sentences = [textwrap.fill(text, WIDTH) for text in (*verdict.effects, verdict.ranking, verdict.champion) if text]
    metric, guess = get_main_metric(leaderboard), format_metric("average_precision", leaderboard.data.test.prevalence)
    explained = (
        f"AP: average precision; guessing gives {guess}. CV: on train. *: champion.\n"
        f"verdict: the mean effect on {METRICS[metric].label} against {reference}."
    )
    print("\n".join([*table(leaderboard, champion), explained, ""]))
    if leaderboard.noticed:
        count = len(leaderboard.noticed)
        sentences.append(f"Noticed in the table: {count} thing{'s' * (count > 1)} to look at; the report lists them.")
    print("\n".join([*sentences, "", f"Report: {paths.REPORT_HTML} ({paths.REPORT_MD})"]))


if __name__ == "__main__":
    run_cli(main)
