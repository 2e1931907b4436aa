"""Hand-made tables whose metrics are fractions done in the head, and a made one with two classes."""

import numpy as np

from stages.shared.storage.arrow import Floats, Ints

Y = np.array([1, 1, 0, 0])

#: a positive first, then a negative, then the other positive
BALANCED = np.array([0.9, 0.4, 0.6, 0.1])
PERFECT = np.array([0.9, 0.8, 0.2, 0.1])
WORST = np.array([0.1, 0.2, 0.8, 0.9])
TIED = np.array([0.5, 0.5, 0.5, 0.5])
SILENT = np.array([0.0, 0.0, 0.0, 0.0])


def made(positives: int, negatives: int, gain: float, random_state: int = 0) -> tuple[Ints, Floats]:
    """Labels and scores in (0, 1); a positive lies `gain` standard deviations higher."""
    rng = np.random.RandomState(random_state)
    y = rng.permutation(np.repeat([0, 1], [negatives, positives]))
    return y, 1 / (1 + np.exp(1.5 - rng.normal(size=len(y)) - gain * y))
