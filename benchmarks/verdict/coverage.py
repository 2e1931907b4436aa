"""How often 95 % intervals contain the true value: `python -m benchmarks.verdict.coverage`.

It shows whether users may rely on the intervals in the report.

First the interval of each metric, for an easy, a middling and a hard problem. Then the interval of the paired
difference between the middling scorer and one that is as good or better. Last, percentiles of the same bootstrap.
"""

from collections import Counter

import numpy as np

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.markdown import format_percent, print_table
from benchmarks.shared.simulation import (
    CONFIDENCE,
    REFERENCE,
    Scorer,
    draw_scores,
    make_labels,
    measure_scores,
)
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

Hits = Counter[tuple[str, str, int]]  # metric, scorer, positives


def contains(low: float, high: float, truth: float) -> bool:
    """Return whether the interval contains the truth, to the digits that the leaderboard stores."""
    return low - 1e-6 <= truth <= high + 1e-6


def count_single_hits(positives: int, runs: int, random: np.random.RandomState) -> Hits:
    """Count the runs in which the interval of a metric contains its truth."""
    y, hits = make_labels(positives), Hits()
    truths = {name: scorer.truth() for name, scorer in SCORERS.items()}
    for _ in range(runs):
        scores = draw_scores(y, list(SCORERS.values()), CORRELATION, random)
        results = measure_scores(y, scores, [np.ones((1, len(y)))])
        for name, result in zip(SCORERS, results, strict=True):
            intervals = compute_intervals(result, CONFIDENCE)
            for metric in METRIC_NAMES:
                hits[metric, name, positives] += contains(*intervals[metric], truths[name][metric])
        for name, values in zip(SCORERS, scores, strict=True):
            line = fit_line(y, values, CONFIDENCE)
            for part, truth in LINE.items():
                hits[part, name, positives] += line is not None and contains(*getattr(line, f"{part}_interval"), truth)
    return hits


def count_paired_hits(positives: int, runs: int, random: np.random.RandomState) -> tuple[Hits, Hits]:
    """Count the runs in which the interval of a difference contains its truth: ours, and percentiles."""
    y, ours, percentiles = make_labels(positives), Hits(), Hits()
    samples = list(bootstrap_weights(y, RESAMPLES[positives], 42))
    truth = REFERENCE.truth()
    gains = {name: {key: scorer.truth()[key] - truth[key] for key in COMPARED} for name, scorer in OTHERS.items()}
    for _ in range(runs):
        scores = draw_scores(y, [REFERENCE, *OTHERS.values()], CORRELATION, random)
        reference, *others = measure_scores(y, scores, samples)
        for metric in COMPARED:
            family = METRICS[metric].family
            replicates = reference.replicates[family][metric]
            percentiles[metric, "middling", positives] += contains(*take_percentiles(replicates), truth[metric])
            for name, other in zip(OTHERS, others, strict=True):
                (result,) = compare([(other, reference)], CONFIDENCE, {family: (metric,)})
                ours[metric, name, positives] += contains(result.low, result.high, gains[name][metric])
                low, high = take_percentiles(other.replicates[family][metric] - replicates)
                percentiles[metric, name, positives] += contains(low, high, gains[name][metric])
    return ours, percentiles


def take_percentiles(replicates: Floats) -> tuple[float, float]:
    """Return Efron's percentile interval."""
    low, high = np.quantile(replicates, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def print_hits(title: str, hits: Hits, scorers: list[str], runs: int) -> None:
    """Print a row for each metric and scorer, a column for each number of positives."""
    rows = [
        [f"{metric}, {name}", *(format_percent(hits[metric, name, positives], runs) for positives in RESAMPLES)]
        for metric in (*METRIC_NAMES, *LINE)
        for name in scorers
        if (metric, name, 20) in hits
    ]
    print_table(title, ["truth contained, %", *map(str, RESAMPLES)], rows)


def main() -> None:
    options = parse_simulation_options(__doc__, 500)
    random, single_runs = np.random.RandomState(options.seed), 4 * options.runs
    truths = {name: (scorer, scorer.truth()) for name, scorer in {**SCORERS, "better": OTHERS["better"]}.items()}
    rows = [
        [name, str(scorer.separation), *(f"{truth[metric]:.3f}" for metric in METRIC_NAMES)]
        for name, (scorer, truth) in truths.items()
    ]
    print_table("True metrics", ["scorer", "separation", *METRIC_NAMES], rows)
    single, ours, percentiles = Hits(), Hits(), Hits()
    for positives in RESAMPLES:
        single += count_single_hits(positives, single_runs, random)
        results = count_paired_hits(positives, options.runs, random)
        ours += results[0]
        percentiles += results[1]
    print_hits(f"Interval of a metric, {single_runs} runs", single, list(SCORERS), single_runs)
    title = f"Interval of a paired difference from the middling scorer, {options.runs} runs"
    print_hits(title, ours, list(OTHERS), options.runs)
    print_hits("For comparison: percentiles of the bootstrap", percentiles, ["middling", *OTHERS], options.runs)


if __name__ == "__main__":
    main()
