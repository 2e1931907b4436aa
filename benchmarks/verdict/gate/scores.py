"""The gate on simulated scores of two champions, whose true average precision is an integral.

A stop is right where the second champion separates the classes less well.
"""

import numpy as np

from benchmarks.shared.markdown import ShareTable
from benchmarks.shared.simulation import CONFIDENCE, NEGATIVES, REFERENCE, Scorer, draw_scores
from benchmarks.verdict.gate.rows import FAMILY, METRIC, Gate, compare_test
from stages.evaluate.uncertainty.bootstrap import BootstrapResult
from stages.evaluate.uncertainty.intervals import interval_of_rows
from tools.compare.changes.paired import combine_intervals

#: test positives, and the correlation of the scores of the two champions
CASES = ((38, 0.5), (38, 0.9), (38, 0.95), (20, 0.9))
#: by how much less the second champion separates the classes; the first is no loss
LOSSES = (0.0, 0.2)


def print_scores(runs: int, seed: int) -> None:
    """Print how often the gate stops, by the true loss."""
    random, table = np.random.RandomState(seed), ShareTable()
    truths = [Scorer(REFERENCE.separation - loss).compute_truth()[METRIC] for loss in LOSSES]
    for positives, correlation in CASES:
        for loss, truth in zip(LOSSES, truths, strict=True):
            column = f"−{truths[0] - truth:.3f}" if loss else "no loss"
            for _ in range(runs):
                for kind, held in _check(positives, correlation, loss, truth - truths[0], random).items():
                    table.add(f"{positives} test positives, correlation {correlation:g}: {kind}", column, held)
    print(f"{runs} runs. True average precision before: {truths[0]:.3f}.")
    table.print("How often the gate stops, by the true loss of average precision", "runs, %")


def _check(
    positives: int, correlation: float, loss: float, truth: float, random: np.random.RandomState
) -> dict[str, bool]:
    """Draw scores; return whether each gate stops the second champion, and whether an interval holds the truth."""
    gate, scorers = Gate.make(positives, NEGATIVES), [REFERENCE, Scorer(REFERENCE.separation - loss)]
    before, after = draw_scores(gate.rows.y, scorers, correlation, random)
    estimate, (old, new) = gate.judge_all(before, after), gate.measure_test(before, after)
    return {
        "all rows": estimate.high < 0,
        "test alone": compare_test(old, new).high < 0,
        "test alone, unpaired": combine_intervals(*_get_interval(new), *_get_interval(old))[1] < 0,
        "all rows: truth in the interval": estimate.low <= truth <= estimate.high,
    }


def _get_interval(result: BootstrapResult) -> tuple[float, float, float]:
    """Return the value with its interval, as the leaderboard has them."""
    return result.values[FAMILY][METRIC], *interval_of_rows(result, FAMILY, METRIC, CONFIDENCE)
