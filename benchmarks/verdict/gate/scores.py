"""The gate on simulated scores of two champions, whose true average precision is an integral.

A stop is right where the second champion separates the classes less well.
"""

from collections.abc import Iterator

import numpy as np

from benchmarks.shared.markdown import format_percent, print_table
from benchmarks.shared.simulation import CONFIDENCE, NEGATIVES, REFERENCE, Scorer, draw_scores
from benchmarks.verdict.gate.rows import FAMILY, METRIC, Gate, compare_test
from stages.evaluate.uncertainty.bootstrap import BootstrapResult
from stages.evaluate.uncertainty.intervals import interval_of_rows
from tools.compare.changes.paired import combined

#: test positives, and the correlation of the scores of the two champions
CASES = ((38, 0.5), (38, 0.9), (38, 0.95), (20, 0.9))
#: by how much less the second champion separates the classes; the first is no loss
LOSSES = (0.0, 0.2)
KINDS = ("all rows", "test alone", "test alone, unpaired", "all rows: truth in the interval")


def print_scores(runs: int, seed: int) -> None:
    """Print how often the gate stops, by the true loss."""
    truths = [Scorer(REFERENCE.separation - loss).truth()[METRIC] for loss in LOSSES]
    columns = ["runs, %", "no loss", *(f"−{truths[0] - truth:.3f}" for truth in truths[1:])]
    print(f"{runs} runs. True average precision before: {truths[0]:.3f}.")
    print_table(
        "How often the gate stops, by the true loss of average precision", columns, _make_rows(runs, seed, truths)
    )


def _make_rows(runs: int, seed: int, truths: list[float]) -> Iterator[list[str]]:
    random = np.random.RandomState(seed)
    for positives, correlation in CASES:
        counts = [
            _count(positives, correlation, loss, truth - truths[0], runs, random)
            for loss, truth in zip(LOSSES, truths, strict=True)
        ]
        for kind, stops in zip(KINDS, zip(*counts, strict=True), strict=True):
            name = f"{positives} test positives, correlation {correlation:g}: {kind}"
            yield [name, *(format_percent(count, runs) for count in stops)]


def _count(
    positives: int, correlation: float, loss: float, truth: float, runs: int, random: np.random.RandomState
) -> list[int]:
    """Count the runs in which each gate stops the second champion, and those whose interval holds the truth."""
    gate, counts = Gate.make(positives, NEGATIVES), np.zeros(len(KINDS), dtype=np.int64)
    scorers = [REFERENCE, Scorer(REFERENCE.separation - loss)]
    for _ in range(runs):
        before, after = draw_scores(gate.rows.y, scorers, correlation, random)
        found, (one, other) = gate.judge_all(before, after), gate.measure_test(before, after)
        unpaired = combined(*_get_interval(other), *_get_interval(one))
        stops = (found.high < 0, compare_test(one, other).high < 0, unpaired[1] < 0)
        counts += [*stops, found.low <= truth <= found.high]
    return [int(count) for count in counts]


def _get_interval(result: BootstrapResult) -> tuple[float, float, float]:
    """Return the value with its interval, as the leaderboard has them."""
    return result.values[FAMILY][METRIC], *interval_of_rows(result, FAMILY, METRIC, CONFIDENCE)
