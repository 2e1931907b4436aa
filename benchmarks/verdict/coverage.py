"""How often 95 % intervals hold the truth: `python -m benchmarks.verdict.coverage`.

The interval of each metric by itself for an easy, a middling and a hard problem; then the paired difference of the
middling scorer from one as good and from a better one. Beside them, what percentiles of the bootstrap would have held.
"""

from collections import Counter
import time

import numpy as np

from benchmarks.verdict.tables import arguments, percent, print_table
from benchmarks.verdict.world import Scorer, draw, labels
from stages.evaluate.metric_evaluator import MetricEvaluator
from stages.evaluate.uncertainty.bootstrap import BootstrapResult, bootstrap_weights, measure_samples
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import compute_intervals
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats

CONFIDENCE = 0.95
THRESHOLD = 0.2
POSITIVES = (20, 50, 100, 500)
SCORERS = {"hard": Scorer(1.0), "middling": Scorer(2.0), "easy": Scorer(3.0)}
#: the middling scorer is compared with these; their scores correlate with its own
OTHERS = {"as good": Scorer(2.0), "better": Scorer(2.5)}
CORRELATION = 0.8
COMPARED = ("average_precision", "roc_auc", "brier_score", "log_loss", "recall")
METRIC_NAMES = (*COMPARED, "precision", "f1")
#: the shipped 2000, as far as a few minutes allow: fewer make the intervals of differences a little wider
RESAMPLES = {20: 2000, 50: 2000, 100: 2000, 500: 1000}

Key = tuple[str, str, int]  # what, metric, positives


def holds(low: float, high: float, truth: float) -> bool:
    """Whether the interval holds the truth, to the digits that are stored."""
    return low - 1e-6 <= truth <= high + 1e-6


def singles(positives: int, runs: int, random: np.random.RandomState) -> Counter[Key]:
    """In how many runs each scorer's own interval held."""
    y, held = labels(positives), Counter[Key]()
    truths = {name: scorer.truth(THRESHOLD) for name, scorer in SCORERS.items()}
    for _ in range(runs):
        scores = draw(y, list(SCORERS.values()), CORRELATION, random)
        meters = [MetricEvaluator(y, row, THRESHOLD) for row in scores]
        for name, measured in zip(SCORERS, measure_samples(meters, [np.ones((1, len(y)))]), strict=True):
            for metric, (low, high) in compute_intervals(measured, CONFIDENCE).items():
                if metric in METRIC_NAMES:
                    held[name, metric, positives] += holds(low, high, truths[name][metric])
    return held


def pairs(positives: int, runs: int, random: np.random.RandomState) -> tuple[Counter[Key], Counter[Key]]:
    """In how many runs the interval of each difference held, alone in its family: ours, and percentiles."""
    y, ours, plain = labels(positives), Counter[Key](), Counter[Key]()
    samples = list(bootstrap_weights(y, RESAMPLES[positives], 42))
    scorers = {"middling": SCORERS["middling"], **OTHERS}
    truths = {name: scorer.truth(THRESHOLD) for name, scorer in scorers.items()}
    for _ in range(runs):
        scores = draw(y, list(scorers.values()), CORRELATION, random)
        reference, *others = measure_samples([MetricEvaluator(y, row, THRESHOLD) for row in scores], samples)
        for metric in COMPARED:
            family, truth = METRICS[metric].family, truths["middling"][metric]
            low, high = percentiles(reference.replicates[family][metric])
            plain["middling", metric, positives] += holds(low, high, truth)
            for name, other in zip(OTHERS, others, strict=True):
                low, high = difference(other, reference, family, metric)
                ours[name, metric, positives] += holds(low, high, truths[name][metric] - truth)
                low, high = percentiles(other.replicates[family][metric] - reference.replicates[family][metric])
                plain[name, metric, positives] += holds(low, high, truths[name][metric] - truth)
    return ours, plain


def difference(one: BootstrapResult, other: BootstrapResult, family: str, metric: str) -> tuple[float, float]:
    """The interval of a single comparison."""
    (result,) = compare([(one, other)], CONFIDENCE, {family: (metric,)})
    return result.low, result.high


def percentiles(draws: Floats) -> tuple[float, float]:
    """The middle of the draws (Efron's percentile interval)."""
    low, high = np.quantile(draws, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def report(title: str, held: Counter[Key], whats: list[str], runs: dict[int, int]) -> None:
    """One table: a row a metric and thing, a column a number of positives."""
    rows = [
        [f"{metric}, {what}", *(percent(held[what, metric, positives], runs[positives]) for positives in POSITIVES)]
        for metric in METRIC_NAMES
        for what in whats
        if any((what, metric, positives) in held for positives in POSITIVES)
    ]
    print_table(title, ["truth held, %", *map(str, POSITIVES)], rows)


def main() -> None:
    """Prints the tables as Markdown."""
    options = arguments(__doc__, 500)
    start, random = time.perf_counter(), np.random.RandomState(options.seed)
    print(f"Runs: {4 * options.runs} for intervals of a metric, {options.runs} for differences. Seed {options.seed}.")
    print("\n| scorer | separation | " + " | ".join(METRIC_NAMES) + " |\n|:--|--:|" + "--:|" * len(METRIC_NAMES))
    for name, scorer in {**SCORERS, "better": OTHERS["better"]}.items():
        truth = scorer.truth(THRESHOLD)
        print(f"| {name} | {scorer.separation} | {' | '.join(f'{truth[metric]:.3f}' for metric in METRIC_NAMES)} |")

    single, ours, plain = Counter[Key](), Counter[Key](), Counter[Key]()
    for positives in POSITIVES:
        single += singles(positives, 4 * options.runs, random)
        result = pairs(positives, options.runs, random)
        ours += result[0]
        plain += result[1]
    many, few = dict.fromkeys(POSITIVES, 4 * options.runs), dict.fromkeys(POSITIVES, options.runs)
    report("Interval of a metric", single, list(SCORERS), many)
    report("Interval of a paired difference from the middling scorer", ours, list(OTHERS), few)
    report("For comparison: percentiles of the bootstrap", plain, ["middling", *OTHERS], few)
    print(f"\n{time.perf_counter() - start:.0f} seconds.")


if __name__ == "__main__":
    main()
