"""The metrics, by scikit-learn's names, and their values on many weighted samples of the test rows at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stages.evaluate.decisions import (
    Counts,
    accuracy,
    balanced_accuracy,
    f1,
    g_mean,
    precision,
    recall,
    specificity,
)
from stages.evaluate.ranking import Ranking, average_precision, roc_auc
from stages.evaluate.uncertainty.left_out import (
    average_precision_without,
    decision_with_one_more,
    decision_without,
    mean_without,
    roc_auc_without,
)
from stages.shared.storage.arrow import Bools, Floats, Ints

#: family -> metric -> value on each sample, shape (samples,)
Values = dict[str, dict[str, Floats]]

#: the threshold that most libraries take without asking
HALF = 0.5


#: log loss is kept finite by taking no score as closer to 0 or 1 than this
CERTAIN = float(np.finfo(np.float64).eps)
WORST_LOG_LOSS = float(-np.log(CERTAIN))


def brier_loss(y: Ints, scores: Floats) -> Floats:
    """Squared distance of each score from the truth (Brier 1950)."""
    return (scores - y) ** 2


def logarithmic_loss(y: Ints, scores: Floats) -> Floats:
    """Surprise at each row's class, -log of its score, kept finite as scikit-learn keeps it."""
    likelihood = np.clip(np.where(y == 1, scores, 1 - scores), CERTAIN, 1 - CERTAIN)
    return np.asarray(-np.log(likelihood), dtype=np.float64)


@dataclass(frozen=True)
class Metric:
    """How a metric is computed and which way is better.

    `function` takes what its family is measured on: `Steps` of a ranking, `(y, scores)` for a loss per row whose
    mean is the metric, or the `Counts` of decisions.
    """

    family: str
    higher_is_better: bool
    function: Callable[..., Floats]
    limit: float = 1.0  # the largest value; 0 is the smallest


METRICS = {
    "average_precision": Metric("ranking", True, average_precision),
    "roc_auc": Metric("ranking", True, roc_auc),
    "brier_score": Metric("probabilities", False, brier_loss),
    "log_loss": Metric("probabilities", False, logarithmic_loss, WORST_LOG_LOSS),
    "precision": Metric("decisions", True, precision),
    "recall": Metric("decisions", True, recall),
    "specificity": Metric("decisions", True, specificity),
    "f1": Metric("decisions", True, f1),
    "g_mean": Metric("decisions", True, g_mean),
    "balanced_accuracy": Metric("decisions", True, balanced_accuracy),
    "accuracy": Metric("decisions", True, accuracy),
}


def of_family(family: str) -> dict[str, Metric]:
    """The metrics of one family, in the order of the registry."""
    return {name: metric for name, metric in METRICS.items() if metric.family == family}


class Meter:
    """One candidate's scores, prepared once so that many samples of the rows are measured cheaply."""

    def __init__(self, y: Ints, scores: Floats, threshold: float) -> None:
        self.positive, self.scores = y == 1, scores
        self._ranking = Ranking(y, scores)
        self._losses = {name: metric.function(y, scores) for name, metric in of_family("probabilities").items()}
        alarms = {"decisions": scores >= threshold, "decisions_at_half": scores >= HALF}
        self._cells = {family: _cells(self.positive, flagged) for family, flagged in alarms.items()}

    def measure(self, weights: Floats) -> Values:
        """Every metric on each sample of `weights`, shape (samples, rows); each sample must hold both classes."""
        steps, rows = self._ranking.steps(weights), weights.sum(axis=1)
        return {
            "ranking": {name: metric.function(steps) for name, metric in of_family("ranking").items()},
            "probabilities": {name: weights @ loss / rows for name, loss in self._losses.items()},
            **{
                family: {name: metric.function(counts) for name, metric in of_family("decisions").items()}
                for family, counts in self.counts(weights).items()
            },
        }

    def counts(self, weights: Floats) -> dict[str, Counts]:
        """The confusion matrix of each sample: of `decisions` at the threshold, of `decisions_at_half` at 0.5."""
        return {family: Counts(*(weights @ cells).T) for family, cells in self._cells.items()}

    def without_each(self, family: str, metric: str) -> Floats:
        """The metric without each row in turn, shape (rows,)."""
        if family == "ranking":
            return self._rankings_without[metric]
        if family == "probabilities":
            return mean_without(self.positive, self._losses[metric])
        return np.asarray(self._cells[family] @ decision_without(METRICS[metric].function, self._counted(family)))

    def with_one_more(self, family: str, metric: str) -> Floats:
        """By how much one row more in each cell of the confusion matrix changes the metric, shape (4,)."""
        return decision_with_one_more(METRICS[metric].function, self._counted(family))

    @cached_property
    def _rankings_without(self) -> dict[str, Floats]:
        return {
            "average_precision": average_precision_without(self.positive, self.scores),
            "roc_auc": roc_auc_without(self.positive, self.scores),
        }

    def _counted(self, family: str) -> Counts:
        return Counts(*self._cells[family].sum(axis=0))


def _cells(positive: Bools, flagged: Bools) -> Floats:
    """The cell of the confusion matrix in which each row stands, in the order of `Counts`: shape (rows, 4)."""
    cells = [positive & flagged, ~positive & flagged, positive & ~flagged, ~positive & ~flagged]
    return np.column_stack(cells).astype(np.float64)
