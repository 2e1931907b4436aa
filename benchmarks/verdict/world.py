"""Worlds whose truth is known: scores are normal in each class, and one row in twenty is positive."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr

from stages.shared.metrics.confusion import Counts, f1, precision, recall
from stages.shared.metrics.probability import brier_loss, logarithmic_loss
from stages.shared.storage.arrow import Floats, Ints

#: negatives for each positive
RATIO = 19
PREVALENCE = 1 / (RATIO + 1)

#: where the integrals of the truth are summed; scores lie within eight standard deviations of their class
GRID = np.linspace(-8, 14, 200_001)


@dataclass(frozen=True)
class Scorer:
    """Scores normal with variance 1, around 0 for negatives and `separation` for positives; perfectly calibrated."""

    separation: float

    def probabilities(self, values: Floats) -> Floats:
        """The chance of being positive, given the normal values."""
        return np.asarray(expit(self.separation * values - self.separation**2 / 2 + logit(PREVALENCE)))

    def truth(self, threshold: float) -> dict[str, float]:
        """Every metric as infinitely many rows would give it: integrals of the two normal densities."""
        above = {1: ndtr(self.separation - GRID), 0: ndtr(-GRID)}
        weights = {label: -np.diff(share) for label, share in above.items()}
        middles = (GRID[1:] + GRID[:-1]) / 2
        hits, misses = PREVALENCE * ndtr(self.separation - middles), (1 - PREVALENCE) * ndtr(-middles)
        scores = self.probabilities(middles)
        losses = {
            name: PREVALENCE * weights[1] @ loss(np.ones_like(scores), scores)
            + (1 - PREVALENCE) * weights[0] @ loss(np.zeros_like(scores), scores)
            for name, loss in {"brier_score": brier_loss, "log_loss": logarithmic_loss}.items()
        }
        index = np.searchsorted(self.probabilities(GRID), threshold)
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


def labels(positives: int) -> Ints:
    """The positives first, then RATIO times as many negatives."""
    return np.repeat([1, 0], [positives, positives * RATIO])


def draw(y: Ints, scorers: list[Scorer], correlation: float, random: np.random.RandomState) -> list[Floats]:
    """Scores of new rows by each of `scorers`, shape (rows,) each; any two are so correlated within a class."""
    shared, own = random.normal(size=len(y)), random.normal(size=(len(scorers), len(y)))
    noise = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
    return [scorer.probabilities(row + scorer.separation * y) for scorer, row in zip(scorers, noise, strict=True)]
