"""The gate on the rows of a simulated table: five folds of train, and a quarter of the positives on test."""

from dataclasses import dataclass

import numpy as np

from benchmarks.shared.simulation import CONFIDENCE, THRESHOLD
from stages.evaluate.effects.estimates import Estimate, estimate_difference
from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.uncertainty.bootstrap import BootstrapResult, bootstrap_weights, measure_samples
from stages.evaluate.uncertainty.differences import Difference, compare
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats, Ints

METRIC, FAMILY = "average_precision", "ranking"
N_SPLITS, RESAMPLES, MARGIN = 5, 500, 0.02

#: train rows for each test row
TRAIN_ROWS = 3


@dataclass(frozen=True)
class Gate:
    """The two gates: from all rows, and from the test rows alone. Scores have shape (rows,); test rows come last."""

    rows: RowSets

    @classmethod
    def make(cls, positives: int, negatives: int) -> "Gate":
        """Return the rows with so many test positives, and so many negatives for each positive."""
        sizes = [len(part) for part in np.array_split(np.arange(TRAIN_ROWS * positives), N_SPLITS)] + [positives]
        y = np.concatenate([np.repeat([1, 0], [size, size * negatives]) for size in sizes])
        return cls.of(y, np.repeat(np.arange(N_SPLITS + 1), [size * (negatives + 1) for size in sizes]))

    @classmethod
    def of(cls, y: Ints, row_set: Ints, groups: Ints | None = None, repeats: int = 1) -> "Gate":
        """Return the rows with these labels and sets; `groups` are the rows of the table where `repeats` is not 1."""
        return cls(RowSets(y, row_set, np.arange(len(y)) if groups is None else groups, repeats))

    def judge_all(self, before: Floats, after: Floats) -> Estimate:
        """Return the change of average precision from all rows, as the gate estimates it."""
        n_test = self.rows.n_test
        old, new = (self.rows.measure(scores[:-n_test], scores[-n_test:])[METRIC] for scores in (before, after))
        return estimate_difference(new, old, METRIC, MARGIN, CONFIDENCE)

    def score_folds(self, scores: Floats) -> float:
        """Return the mean over the folds, which chooses the champion."""
        folds = [self.rows.row_set == index for index in range(N_SPLITS)]
        return float(np.mean([METRICS[METRIC].score(self.rows.y[fold], scores[fold]) for fold in folds]))

    def measure_test(self, *scores: Floats) -> list[BootstrapResult]:
        """Measure the scores of the test rows as the stage evaluate does."""
        n_test = self.rows.n_test
        y = self.rows.y[-n_test:]
        evaluators = [MetricEvaluator(y, item[-n_test:], THRESHOLD) for item in scores]
        return measure_samples(evaluators, bootstrap_weights(y, RESAMPLES, 42))

    def judge_test(self, before: Floats, after: Floats) -> Difference:
        """Return the change of average precision from the test rows alone, as the gate estimates it."""
        return compare_test(*self.measure_test(before, after))


def compare_test(before: BootstrapResult, after: BootstrapResult) -> Difference:
    """Return the change of average precision of two champions that were measured on test."""
    return compare([(after, before)], CONFIDENCE, {FAMILY: (METRIC,)})[0]
