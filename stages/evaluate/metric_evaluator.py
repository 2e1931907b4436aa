"""Values of every metric for one candidate, on many weighted samples of the test rows at once."""

from functools import cached_property

import numpy as np

from stages.evaluate.uncertainty.jackknife import (
    decision_with_one_more,
    decision_without,
    mean_without,
    metric_without,
)
from stages.shared.decisions import HALF, is_positive
from stages.shared.metrics.confusion import Counts
from stages.shared.metrics.ranking import Ranking
from stages.shared.metrics.registry import METRICS, of_family
from stages.shared.storage.arrow import Bools, Floats, Ints

#: family -> metric -> value on each sample, shape (samples,)
Values = dict[str, dict[str, Floats]]


class MetricEvaluator:
    """One candidate's scores, prepared once so that many samples of the rows are measured cheaply."""

    def __init__(self, y: Ints, scores: Floats, threshold: float) -> None:
        self.positive, self.scores = y == 1, scores
        self._ranking = Ranking(y, scores)
        self._losses = {name: metric.load()(y, scores) for name, metric in of_family("probabilities").items()}
        thresholds = {"decisions": threshold, "decisions_at_half": HALF}
        self._cells = {
            family: _cells(self.positive, is_positive(scores, limit)) for family, limit in thresholds.items()
        }

    def measure(self, weights: Floats) -> Values:
        """Return every metric on each sample of `weights`, shape (samples, rows); each sample needs both classes."""
        ranked, rows = self._ranking.weight(weights), weights.sum(axis=1)
        return {
            "ranking": {name: metric.load()(ranked) for name, metric in of_family("ranking").items()},
            "probabilities": {name: weights @ loss / rows for name, loss in self._losses.items()},
            **{
                family: {name: metric.load()(counts) for name, metric in of_family("decisions").items()}
                for family, counts in self.counts(weights).items()
            },
        }

    def counts(self, weights: Floats) -> dict[str, Counts]:
        """Return the confusion matrix of each sample: `decisions` at the threshold, `decisions_at_half` at 0.5."""
        return {family: Counts(*(weights @ cells).T) for family, cells in self._cells.items()}

    def without_each(self, family: str, metric: str) -> Floats:
        """Return the metric without each row in turn, shape (rows,)."""
        if family == "ranking":
            return self._rankings_without[metric]
        if family == "probabilities":
            return mean_without(self.positive, self._losses[metric])
        return np.asarray(self._cells[family] @ decision_without(METRICS[metric].load(), self._total(family)))

    def with_one_more(self, family: str, metric: str) -> Floats:
        """Return the change of the metric by one more row in each cell of the confusion matrix, shape (4,)."""
        return decision_with_one_more(METRICS[metric].load(), self._total(family))

    @cached_property
    def _rankings_without(self) -> dict[str, Floats]:
        y = self.positive.astype(np.int64)
        return {name: metric_without(metric, y, self.scores) for name, metric in of_family("ranking").items()}

    def _total(self, family: str) -> Counts:
        return Counts(*self._cells[family].sum(axis=0))


def _cells(positive: Bools, predicted: Bools) -> Floats:
    """Return the cell of the confusion matrix of each row, in the order of `Counts`: shape (rows, 4)."""
    cells = [positive & predicted, ~positive & predicted, positive & ~predicted, ~positive & ~predicted]
    return np.column_stack(cells).astype(np.float64)
