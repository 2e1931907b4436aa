"""Values of every metric for one candidate, on many weighted samples of the test rows at once."""

from collections.abc import Collection
from functools import cached_property

import numpy as np

from stages.evaluate.uncertainty.jackknife import (
    decision_with_one_more,
    decisions_without,
    find_cells,
    mean_without,
    metric_without,
)
from stages.shared.metrics.confusion import Counts
from stages.shared.metrics.decisions import HALF, is_positive
from stages.shared.metrics.ranking import Ranking
from stages.shared.metrics.registry import METRICS, list_family
from stages.shared.storage.arrow import Bools, Floats, Ints

#: family -> metric -> value on each sample, shape (samples,)
Values = dict[str, dict[str, Floats]]


class MetricEvaluator:
    """One candidate's scores, prepared once so that many samples of the rows are measured cheaply."""

    def __init__(
        self,
        y: Ints,
        scores: Floats,
        threshold: float,
        groups: Ints | None = None,
        decided: Floats | None = None,
        weights: Floats | None = None,
        points: Collection[str] = (),
    ) -> None:
        """Prepare the scores. `groups`, shape (rows,), are numbers from 0: rows of one group are not independent.

        `decided` are the scores of the decisions, where these are made at another prevalence. `weights` say how much
        each row counts in every metric, with the mean 1. `points` are metrics at operating points, measured as well.
        """
        self.positive, self.scores, self.groups, self.weights = y == 1, scores, groups, weights
        self._ranking = Ranking(y, scores)
        self._rankings = {name: metric.load() for name, metric in list_family("ranking", *points).items()}
        self._losses = {
            name: metric.load()(y, scores) for name, metric in list_family("probabilities", *points).items()
        }
        thresholds = {"decisions": threshold, "decisions_at_half": HALF}
        self._cells = {
            family: find_cells(self.positive, is_positive(scores if decided is None else decided, limit))
            for family, limit in thresholds.items()
        }

    def measure(self, samples: Floats) -> Values:
        """Return every metric on each of `samples`, shape (samples, rows): how often each holds a row.

        Each sample needs both classes.
        """
        weights = self._weigh(samples)
        ranked, rows = self._ranking.weight(weights), weights.sum(axis=1)
        return {
            "ranking": {name: function(ranked) for name, function in self._rankings.items()},
            "probabilities": {name: weights @ loss / rows for name, loss in self._losses.items()},
            **{
                family: {name: metric.load()(counts) for name, metric in list_family("decisions").items()}
                for family, counts in self.counts(samples).items()
            },
        }

    def counts(self, samples: Floats) -> dict[str, Counts]:
        """Return the confusion matrix of each sample: `decisions` at the threshold, `decisions_at_half` at 0.5."""
        weights = self._weigh(samples)
        return {family: Counts(*(weights @ cells).T) for family, cells in self._cells.items()}

    def without_each(self, family: str, metric: str) -> Floats:
        """Return the metric without each row in turn, shape (rows,)."""
        if family == "ranking":
            return self._rankings_without[metric]
        if family == "probabilities":
            return mean_without(self.positive, self._losses[metric], self.weights)
        return decisions_without(METRICS[metric].load(), self._cells[family], self.positive, self.weights)

    def design_effects(self, family: str) -> tuple[float, float]:
        """Return by how much groups and weights multiply the variance of the true and of the false positive rate."""
        if self.groups is None and self.weights is None:
            return 1.0, 1.0
        n_rows = len(self.positive)
        groups = np.arange(n_rows) if self.groups is None else self.groups
        weights, hits = self._weigh(np.ones(n_rows)), self._cells[family]

        def measure(column: int, rows: Bools) -> float:
            return get_design_effect(hits[rows, column], groups[rows], weights[rows])

        return measure(0, self.positive), measure(1, ~self.positive)

    def with_one_more(self, family: str, metric: str) -> Floats:
        """Return the change of the metric by one more row in each cell of the confusion matrix, shape (4,)."""
        counts = Counts(*(self._weigh(np.ones(len(self.positive))) @ self._cells[family]))
        return decision_with_one_more(METRICS[metric].load(), counts)

    @cached_property
    def _rankings_without(self) -> dict[str, Floats]:
        y = self.positive.astype(np.int64)
        return {
            name: metric_without(metric, y, self.scores, self.weights)
            for name, metric in list_family("ranking").items()
        }

    def _weigh(self, samples: Floats) -> Floats:
        return samples if self.weights is None else samples * self.weights


def get_design_effect(hits: Floats, groups: Ints, weights: Floats) -> float:
    """Return the factor by which `groups` and `weights` multiply the variance of the mean of `hits` (Kish 1965).

    It is at least the factor of independent rows with these weights, which is 1 if all weights are 1.
    """
    minimum = float((weights**2).sum() / weights.sum())
    deviations = hits - np.average(hits, weights=weights)
    independent = float(weights @ deviations**2)
    sums = np.bincount(groups, weights=weights * deviations)
    return max(minimum, float((sums**2).sum()) / independent) if independent else minimum
