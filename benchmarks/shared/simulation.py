"""Simulated scores and tables whose true metrics are known.

Intervals and verdicts can be compared with the truth only where there is a truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr

from stages.evaluate.uncertainty.bootstrap import BootstrapResult, measure_samples
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.confusion import Counts, f1, precision, recall
from stages.shared.metrics.probability import brier_loss, logarithmic_loss
from stages.shared.metrics.ranking import Ranking, average_precision, roc_auc
from stages.shared.storage.arrow import Floats, Ints

CONFIDENCE = 0.95

#: the threshold of decisions on simulated scores
THRESHOLD = 0.2

#: negatives for each positive
NEGATIVES = 19
PREVALENCE = 1 / (NEGATIVES + 1)

#: points of the integrals; scores lie within eight standard deviations of the mean of their class
GRID = np.linspace(-8, 14, 200_001)

RANKING_METRICS = {"average_precision": average_precision, "roc_auc": roc_auc}


@dataclass(frozen=True)
class Scorer:
    """Calibrated scores from normal values with variance 1 and mean 0 for negatives, `separation` for positives."""

    separation: float

    def compute_probabilities(self, values: Floats) -> Floats:
        """Return the probability of being positive, given the normal values."""
        return np.asarray(expit(self.separation * values - self.separation**2 / 2 + logit(PREVALENCE)))

    def compute_truth(self) -> dict[str, float]:
        """Integrate every metric over the two normal densities."""
        above = {1: ndtr(self.separation - GRID), 0: ndtr(-GRID)}
        weights = {label: -np.diff(share) for label, share in above.items()}
        middles = (GRID[1:] + GRID[:-1]) / 2
        hits, misses = PREVALENCE * ndtr(self.separation - middles), (1 - PREVALENCE) * ndtr(-middles)
        scores = self.compute_probabilities(middles)
        losses = {
            name: PREVALENCE * weights[1] @ loss(np.ones_like(scores), scores)
            + (1 - PREVALENCE) * weights[0] @ loss(np.zeros_like(scores), scores)
            for name, loss in {"brier_score": brier_loss, "log_loss": logarithmic_loss}.items()
        }
        index = np.searchsorted(self.compute_probabilities(GRID), THRESHOLD)
        tp, fp = PREVALENCE * above[1][index], (1 - PREVALENCE) * above[0][index]
        counts = Counts(*np.array([[tp], [fp], [PREVALENCE - tp], [1 - PREVALENCE - fp]]))
        return {
            "average_precision": float(weights[1] @ (hits / (hits + misses))),
            "roc_auc": float(ndtr(self.separation / np.sqrt(2))),
            **{name: float(value) for name, value in losses.items()},
            "recall": float(recall(counts)[0]),
            "precision": float(precision(counts)[0]),
            "f1": float(f1(counts)[0]),
        }


#: the scorer with which others are compared
REFERENCE = Scorer(2.0)


def make_labels(positives: int, negatives: int = NEGATIVES) -> Ints:
    """Return the positives first, then so many `negatives` for each of them."""
    return np.repeat([1, 0], [positives, positives * negatives])


def draw_scores(y: Ints, scorers: Sequence[Scorer], correlation: float, random: np.random.RandomState) -> list[Floats]:
    """Draw new rows; return their scores by each scorer, which have this correlation in each class."""
    common, individual = random.normal(size=len(y)), random.normal(size=(len(scorers), len(y)))
    noise = mix_noise(common, individual, correlation)
    pairs = zip(scorers, noise, strict=True)
    return [scorer.compute_probabilities(values + scorer.separation * y) for scorer, values in pairs]


def mix_noise(common: Floats, individual: Floats, share: float) -> Floats:
    """Return the sum of both, weighted so that `common` has this share of the variance."""
    return np.asarray(np.sqrt(share) * common + np.sqrt(1 - share) * individual)


def measure_scores(y: Ints, scores: Sequence[Floats], samples: Sequence[Floats]) -> list[BootstrapResult]:
    """Measure the scores of each scorer as the stage evaluate does."""
    return measure_samples([MetricEvaluator(y, row, THRESHOLD) for row in scores], samples)


def draw_table(positives: int, shifts: Floats, random: np.random.RandomState) -> tuple[Floats, Ints]:
    """Draw independent normal columns, nine negatives for each positive; `shifts` are the means of the positives."""
    y = make_labels(positives, negatives=9)
    return random.normal(size=(len(y), len(shifts))) + shifts * y[:, None], y


def measure_ranking(y: Ints, scores: Floats) -> dict[str, float]:
    """Return average precision and ROC-AUC."""
    ranking = Ranking(y, scores).weight(np.ones((1, len(y))))
    return {name: float(metric(ranking)[0]) for name, metric in RANKING_METRICS.items()}
