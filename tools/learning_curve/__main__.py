"""Command line of the learning curve: `python -m tools.learning_curve`."""

import argparse
import textwrap

from stages.report.params import ReportParams
from stages.shared import paths
from stages.shared.errors import InputError, run_cli
from stages.shared.messages import command
from stages.shared.params import read_params
from stages.shared.runtime.threads import cores, limit_threads
from stages.train.params import TrainParams


def main() -> None:
    """Train the champion on fewer rows, and print its score at each size and whether more rows would help."""
    parser = argparse.ArgumentParser(prog=command("python -m tools.learning_curve"), description=main.__doc__)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.25, 0.5], help="of the rows (%(default)s)")
    shares = parser.parse_args().shares
    for share in shares:
        if not 0 < share < 1:
            raise InputError(f"--shares {share:g}: a share must be above 0 and below 1")
    params, metric = read_params(TrainParams), read_params(ReportParams).select.metric

    limit_threads()
    from stages.report.formatting import format_difference, format_difference_interval, format_metric, format_percent
    from stages.shared.metrics.registry import METRICS
    from stages.shared.runtime.progress import Progress
    from stages.shared.storage.parquet import read_table
    from tools.leaderboard.finished_run import read_finished_run
    from tools.leaderboard.terminal import WIDTH, align_columns
    from tools.learning_curve.curve import compare_points, measure_curve

    leaderboard, champion = read_finished_run()
    settings, n_test = leaderboard.settings, leaderboard.data.test.rows
    candidate = (champion.strategy, champion.classifier)
    if candidate[0] not in params.strategies:
        raise InputError(f"params.yaml: strategies: lacks the champion's, {candidate[0]}; run `dvc repro`")
    if METRICS[metric].family != "ranking":
        metric = "average_precision"  # out-of-fold scores here are not calibrated
    not_applicable = [
        item.classifier for item in leaderboard.not_applicable if item.strategy == candidate[0] and item.classifier
    ]
    table, spec = read_table(paths.TRAIN), METRICS[metric].for_other_sets(n_test)
    with Progress("learning_curve") as progress:
        points = measure_curve(table, params, candidate, spec, shares, progress, cores(), not_applicable)
    lines = [["training rows", "positives", f"{spec.label}, mean ± sd over the folds"]]
    for point in points:
        mean, sd = (format_metric(metric, value) for value in point.summary)
        lines.append([f"{point.rows:,}", f"{point.positives:,}", f"{mean} ± {sd}"])
    gain = compare_points(points, params, table.contract.time is not None, settings.confidence)
    verdict = (
        f"{gain.describe(settings.margins.get(metric, 0.0))}: from {points[-2].rows:,} to {points[-1].rows:,} rows "
        f"{' × '.join(candidate)} gains {format_difference(metric, gain.difference)} "
        f"({format_percent(settings.confidence)}: {format_difference_interval(metric, gain.low, gain.high)})."
    )
    print("\n".join([*align_columns(lines, "rrl", [2]), "", textwrap.fill(verdict, WIDTH)]))


if __name__ == "__main__":
    run_cli(main)
