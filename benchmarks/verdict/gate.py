"""How often the gate of a pull request stops a loss, and how often it stops where there is none.

`python -m benchmarks.verdict.gate` shows maintainers which losses the gate can find.

Two champions score the same new test rows. In a paired comparison the gate has the scores of the rows, in an unpaired
one only the interval of each champion. A stop is right where the second champion separates the classes less well.
"""

import numpy as np

from benchmarks.shared.arguments import parse_simulation_options
from benchmarks.shared.markdown import format_percent, print_table
from benchmarks.shared.simulation import CONFIDENCE, REFERENCE, Scorer, draw_scores, make_labels, measure_scores
from stages.evaluate.uncertainty.bootstrap import BootstrapResult, bootstrap_weights
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import interval_of_rows
from tools.compare.changes.paired import combined

METRIC, FAMILY = "average_precision", "ranking"
RESAMPLES = 500
#: test positives, and the correlation of the scores of the two champions
CASES = ((38, 0.5), (38, 0.9), (100, 0.9), (300, 0.9))
#: by how much less the second champion separates the classes; the first is no loss
LOSSES = (0.0, 0.2, 0.5, 1.0)


def count_stops(
    positives: int, correlation: float, loss: float, runs: int, random: np.random.RandomState
) -> tuple[int, int]:
    """Count the runs in which the gate stops the second champion: paired, and unpaired."""
    y = make_labels(positives)
    samples = list(bootstrap_weights(y, RESAMPLES, 42))
    scorers = [REFERENCE, Scorer(REFERENCE.separation - loss)]
    paired = unpaired = 0
    for _ in range(runs):
        before, after = measure_scores(y, draw_scores(y, scorers, correlation, random), samples)
        (change,) = compare([(after, before)], CONFIDENCE, {FAMILY: (METRIC,)})
        paired += change.high < 0
        unpaired += combined(*get_interval(after), *get_interval(before))[1] < 0
    return paired, unpaired


def get_interval(result: BootstrapResult) -> tuple[float, float, float]:
    """Return the value with its interval, as the leaderboard has them."""
    return result.values[FAMILY][METRIC], *interval_of_rows(result, FAMILY, METRIC, CONFIDENCE)


def main() -> None:
    options = parse_simulation_options(__doc__, 300)
    random = np.random.RandomState(options.seed)
    rows: list[list[str]] = []
    for positives, correlation in CASES:
        stops = [count_stops(positives, correlation, loss, options.runs, random) for loss in LOSSES]
        for kind, counts in zip(("paired", "unpaired"), zip(*stops, strict=True), strict=True):
            shares = [format_percent(count, options.runs) for count in counts]
            rows.append([f"{positives} positives, correlation {correlation:g}, {kind}", *shares])
    truths = [Scorer(REFERENCE.separation - loss).truth()[METRIC] for loss in LOSSES]
    columns = ["runs, %", "no loss", *(f"−{truths[0] - truth:.3f}" for truth in truths[1:])]
    print(f"{options.runs} runs. True average precision before: {truths[0]:.3f}.")
    print_table("How often the gate stops, by the true loss of average precision", columns, rows)


if __name__ == "__main__":
    main()
