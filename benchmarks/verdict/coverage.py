"""How often 95 % intervals contain the true value: `python -m benchmarks.verdict.coverage`.

It shows whether users may rely on the intervals in the report.

First the interval of each metric, for an easy, a middling and a hard problem. Then the interval of the paired
difference between the middling scorer and one that is as good or better. Last, percentiles of the same bootstrap.
"""

import numpy as np

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.markdown import ShareTable, print_table
from benchmarks.shared.simulation import CONFIDENCE, REFERENCE, Scorer, draw_scores, make_labels, measure_scores
from stages.evaluate.outputs.recalibration import fit_line
from stages.evaluate.uncertainty.bootstrap import bootstrap_weights
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import compute_intervals
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats

SCORERS = {"hard": Scorer(1.0), "middling": REFERENCE, "easy": Scorer(3.0)}
OTHERS = {"as good": REFERENCE, "better": Scorer(2.5)}
CORRELATION = 0.8
COMPARED = ("average_precision", "roc_auc", "brier_score", "log_loss", "recall")
METRIC_NAMES = (*COMPARED, "precision", "f1")
#: test positives -> resamples; params.yaml has 2000, fewer make the intervals of differences a little wider
RESAMPLES = {20: 2000, 50: 2000, 100: 2000, 500: 1000}

#: of the calibration line of the true probabilities
LINE = {"slope": 1.0, "intercept": 0.0}


def contains(interval: tuple[float, float], truth: float) -> bool:
    """Return whether the interval contains the truth, to the digits that the leaderboard stores."""
    return interval[0] - 1e-6 <= truth <= interval[1] + 1e-6


def check_single(positives: int, runs: int, random: np.random.RandomState, single: ShareTable) -> None:
    """Add whether the interval of each metric contains its truth."""
    y, truths = make_labels(positives), {name: scorer.compute_truth() for name, scorer in SCORERS.items()}
    for _ in range(runs):
        scores = dict(zip(SCORERS, draw_scores(y, list(SCORERS.values()), CORRELATION, random), strict=True))
        results = measure_scores(y, list(scores.values()), [np.ones((1, len(y)))])
        intervals = [compute_intervals(result, CONFIDENCE) for result in results]
        for metric in METRIC_NAMES:
            for name, interval in zip(SCORERS, intervals, strict=True):
                single.add(f"{metric}, {name}", positives, contains(interval[metric], truths[name][metric]))
        lines = {name: fit_line(y, values, CONFIDENCE) for name, values in scores.items()}
        for part, truth in LINE.items():
            for name, line in lines.items():
                held = line is not None and contains(getattr(line, f"{part}_interval"), truth)
                single.add(f"{part}, {name}", positives, held)


def check_paired(
    positives: int, runs: int, random: np.random.RandomState, ours: ShareTable, percentiles: ShareTable
) -> None:
    """Add whether the interval of each difference contains its truth: ours, and percentiles."""
    y, truth = make_labels(positives), REFERENCE.compute_truth()
    samples = list(bootstrap_weights(y, RESAMPLES[positives], 42))
    truths = {name: scorer.compute_truth() for name, scorer in OTHERS.items()}
    gains = {name: {key: values[key] - truth[key] for key in COMPARED} for name, values in truths.items()}
    for _ in range(runs):
        scores = draw_scores(y, [REFERENCE, *OTHERS.values()], CORRELATION, random)
        reference, *others = measure_scores(y, scores, samples)
        for metric in COMPARED:
            family = METRICS[metric].family
            replicates = reference.replicates[family][metric]
            held = contains(take_percentiles(replicates), truth[metric])
            percentiles.add(f"{metric}, middling", positives, held)
            for (name, gain), result in zip(gains.items(), others, strict=True):
                (difference,) = compare([(result, reference)], CONFIDENCE, {family: (metric,)})
                ours.add(f"{metric}, {name}", positives, contains((difference.low, difference.high), gain[metric]))
                interval = take_percentiles(result.replicates[family][metric] - replicates)
                percentiles.add(f"{metric}, {name}", positives, contains(interval, gain[metric]))


def take_percentiles(replicates: Floats) -> tuple[float, float]:
    """Return Efron's percentile interval."""
    low, high = np.quantile(replicates, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def main() -> None:
    options = parse_simulation_options(__doc__, 500)
    random, single_runs = np.random.RandomState(options.seed), 4 * options.runs
    rows = []
    for name, scorer in {**SCORERS, "better": OTHERS["better"]}.items():
        truth = scorer.compute_truth()
        rows.append([name, str(scorer.separation), *(f"{truth[metric]:.3f}" for metric in METRIC_NAMES)])
    print_table("True metrics", ["scorer", "separation", *METRIC_NAMES], rows)
    single, ours, percentiles = ShareTable(), ShareTable(), ShareTable()
    for positives in RESAMPLES:
        check_single(positives, single_runs, random, single)
        check_paired(positives, options.runs, random, ours, percentiles)
    corner = "truth contained, %"
    single.print(f"Interval of a metric, {single_runs} runs", corner)
    ours.print(f"Interval of a paired difference from the middling scorer, {options.runs} runs", corner)
    percentiles.print("For comparison: percentiles of the bootstrap", corner)


if __name__ == "__main__":
    main()
