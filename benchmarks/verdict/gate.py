"""How often the gate of a pull request stops what is no loss, and what is one: `python -m benchmarks.verdict.gate`.

Two champions score the same new test rows. Paired, the gate sees the rows; unpaired, only the interval of each. Where
both are equally good, every stop is false; where the second separates the classes less well, every stop is right.
"""

import time

import numpy as np

from benchmarks.verdict.tables import arguments, percent, print_table
from benchmarks.verdict.world import Scorer, draw, labels
from stages.evaluate.metric_evaluator import MetricEvaluator
from stages.evaluate.uncertainty.bootstrap import BootstrapResult, bootstrap_weights, measure_samples
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import interval_of_rows
from tools.compare.changes.paired import combined

CONFIDENCE = 0.95
METRIC, FAMILY = "average_precision", "ranking"
PLAIN = Scorer(2.0)
RESAMPLES = 500
#: test positives, and how much alike the two champions are
SIZES = ((38, 0.5), (38, 0.9), (100, 0.9), (300, 0.9))
#: by how much less the second separates the classes; the first of them is no loss
LOSSES = (0.0, 0.2, 0.5, 1.0)


def stops(positives: int, correlation: float, loss: float, runs: int, random: np.random.RandomState) -> tuple[int, int]:
    """In how many runs the gate stops the second champion: paired, and unpaired."""
    y = labels(positives)
    samples = list(bootstrap_weights(y, RESAMPLES, 42))
    scorers = [PLAIN, Scorer(PLAIN.separation - loss)]
    paired = unpaired = 0
    for _ in range(runs):
        before, after = measure_samples(
            [MetricEvaluator(y, row, 0.2) for row in draw(y, scorers, correlation, random)], samples
        )
        (change,) = compare([(after, before)], CONFIDENCE, {FAMILY: (METRIC,)})
        paired += change.high < 0
        unpaired += combined(*side(after), *side(before))[1] < 0
    return paired, unpaired


def side(measured: BootstrapResult) -> tuple[float, float, float]:
    """The value with its interval, as the leaderboard has them."""
    return measured.values[FAMILY][METRIC], *interval_of_rows(measured, FAMILY, METRIC, CONFIDENCE)


def main() -> None:
    """Prints the table as Markdown."""
    options = arguments(__doc__, 300)
    start, random = time.perf_counter(), np.random.RandomState(options.seed)
    rows: list[list[str]] = []
    for positives, correlation in SIZES:
        result = [stops(positives, correlation, loss, options.runs, random) for loss in LOSSES]
        for index, kind in enumerate(("paired", "unpaired")):
            cells = [percent(counts[index], options.runs) for counts in result]
            rows.append([f"{positives} positives, correlation {correlation:g}, {kind}", *cells])
    truths = [Scorer(PLAIN.separation - loss).truth(0.2)[METRIC] for loss in LOSSES]
    heads = ["no loss", *(f"−{truths[0] - truth:.3f}" for truth in truths[1:])]
    print(f"Runs: {options.runs}. Seed {options.seed}. True average precision before: {truths[0]:.3f}.")
    print_table("How often the gate stops, by the true loss of average precision", ["runs, %", *heads], rows)
    print(f"\n{time.perf_counter() - start:.0f} seconds.")


if __name__ == "__main__":
    main()
