"""The one definition of a positive prediction."""

from stages.shared.storage.arrow import Bools, Floats

#: the default threshold of most libraries
HALF = 0.5


def is_positive(probability: Floats, threshold: float) -> Bools:
    """Return whether each probability is at least the threshold: a row at the threshold is positive."""
    return probability >= threshold
