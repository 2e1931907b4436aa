"""Losses of scores as probabilities, one value per row; the metric is their mean."""

import numpy as np

from stages.shared.storage.arrow import Floats, Ints

#: log loss stays finite: no score counts as closer to 0 or 1 than this, as in scikit-learn
EPSILON = float(np.finfo(np.float64).eps)


def brier_loss(y: Ints, scores: Floats) -> Floats:
    """Return the squared distance of each score from its class, 0 or 1 (Brier 1950)."""
    return np.asarray((scores - y) ** 2)


def logarithmic_loss(y: Ints, scores: Floats) -> Floats:
    """Return −log of the probability that each score gives to the class of its row."""
    likelihood = np.clip(np.where(y == 1, scores, 1 - scores), EPSILON, 1 - EPSILON)
    return np.asarray(-np.log(likelihood), dtype=np.float64)
