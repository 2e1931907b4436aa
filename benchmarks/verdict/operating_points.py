"""Metrics at an operating point: `python -m benchmarks.verdict.operating_points`.

It shows how often 95 % intervals contain the truth, and so which of these metrics may have a verdict. Scores are normal
in each class, and one row in twenty is positive. The truth is that of a population. The columns give the number of
positives: for effects of five folds and a test set together, for differences and values of a test set.
"""

from collections.abc import Iterator

import numpy as np
from scipy.special import ndtr

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.markdown import ShareTable
from benchmarks.shared.simulation import CONFIDENCE, GRID, PREVALENCE, THRESHOLD, Scorer, draw_scores, make_labels
from stages.evaluate.effects.estimates import estimate_difference
from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.uncertainty.bootstrap import BootstrapResult, bootstrap_weights, measure_samples
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import interval_of_rows
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.ranking import RankedPositives
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats

#: recall and lift in the top are multiples of the precision there, where the classes have fixed sizes
POINTS = (
    "recall_at_precision(0.5)", "recall_at_precision(0.9)", "precision_at_recall(0.5)", "precision_at_recall(0.8)",
    "precision_in_top(0.02)", "precision_in_top(0.1)", "net_benefit(0.05)", "net_benefit(0.2)",
)  # fmt: skip
PAIRS = {
    "hard, better": (Scorer(1.0), Scorer(1.5)),
    "as good": (Scorer(2.0), Scorer(2.0)),
    "better": (Scorer(2.0), Scorer(2.5)),
    "easy, better": (Scorer(3.0), Scorer(3.5)),
}
POSITIVES, CORRELATION, RESAMPLES, N_SPLITS, TEST_SHARE = (40, 150), 0.8, 500, 5, 0.25

#: what is counted, and the titles of the tables
KINDS = {
    "effect": "Effects that contain the truth, %",
    "false": "Effects with a wrong verdict, %",
    "decided": "Effects with the verdict better or worse, %",
    "difference": "Differences on test that contain the truth, %",
    "value": "Values of the second scorer on test that contain the truth, %",
}


def find_truth(metric: str, scorer: Scorer) -> float:
    """Return the metric in the population, by integration over the two densities."""
    spec = METRICS[metric]
    hits, misses = PREVALENCE * -np.diff(ndtr(scorer.separation - GRID)), (1 - PREVALENCE) * -np.diff(ndtr(-GRID))
    if spec.family == "ranking":
        hits, misses = hits[None, ::-1], misses[None, ::-1]
        sums = hits.cumsum(axis=1), misses.cumsum(axis=1)
        return float(spec.load()(RankedPositives(hits, misses, *sums, misses.sum(axis=1, keepdims=True)))[0])
    scores = scorer.compute_probabilities((GRID[1:] + GRID[:-1]) / 2)
    gain, loss = (spec.load()(np.full(len(scores), label), scores) for label in (1, 0))
    return float(hits @ gain + misses @ loss)


def make_sets(positives: int) -> RowSets:
    """Return the folds of train and the test set, each with the same share of positives."""
    on_test = round(TEST_SHARE * positives)
    sizes = [*(len(part) for part in np.array_split(np.arange(positives - on_test), N_SPLITS)), on_test]
    labels = [make_labels(size) for size in sizes]
    row_set = np.repeat(np.arange(len(sizes)), [len(label) for label in labels])
    return RowSets(np.concatenate(labels), row_set, np.arange(len(row_set)))


def simulate(positives: int, runs: int, random: np.random.RandomState, tables: dict[str, ShareTable]) -> None:
    """Add whether each interval contains the truth, and whether it has a verdict, to the tables of all kinds."""
    sets, y = make_sets(positives), make_labels(positives)
    samples = list(bootstrap_weights(y, RESAMPLES, 0))
    for name, pair in PAIRS.items():
        truths = {metric: [find_truth(metric, scorer) for scorer in pair] for metric in POINTS}
        for _ in range(runs):
            on_sets, on_test = (draw_scores(labels, pair, CORRELATION, random) for labels in (sets.y, y))
            evaluators = [MetricEvaluator(y, row, THRESHOLD, points=POINTS) for row in on_test]
            results = measure_samples(evaluators, samples)
            for metric, true_values in truths.items():
                for kind, held in check(metric, sets, on_sets, results, true_values):
                    tables[kind].add(metric, f"{positives}, {name}", held)


def check(
    metric: str, sets: RowSets, on_sets: list[Floats], results: list[BootstrapResult], true_values: list[float]
) -> Iterator[tuple[str, bool]]:
    """Yield whether each interval contains the truth.

    Scores on `sets`, `results` on test, and true values are those of the two scorers.
    """
    n_test, family, gain = sets.n_test, METRICS[metric].family, true_values[1] - true_values[0]
    first, second = (sets.measure_one(metric, scores[:-n_test], scores[-n_test:]) for scores in on_sets)
    effect = estimate_difference(second, first, metric, 0.0, CONFIDENCE)
    yield "effect", effect.low <= gain <= effect.high
    yield "false", effect.low > 0 >= gain or effect.high < 0 <= gain
    yield "decided", effect.verdict in ("better", "worse")
    (difference,) = compare([(results[1], results[0])], CONFIDENCE, {family: (metric,)})
    yield "difference", difference.low <= gain <= difference.high
    low, high = interval_of_rows(results[1], family, metric, CONFIDENCE)
    yield "value", low <= true_values[1] <= high


def main() -> None:
    options = parse_simulation_options(__doc__, 200)
    random, tables = np.random.RandomState(options.seed), {kind: ShareTable() for kind in KINDS}
    for positives in POSITIVES:
        simulate(positives, options.runs, random, tables)
    for kind, title in KINDS.items():
        tables[kind].print(f"{title}, {options.runs} runs")


if __name__ == "__main__":
    main()
