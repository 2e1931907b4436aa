"""The rows that may have a row of another class among their nearest: only for those must neighbours be known.

A cleaner asks which classes the nearest rows are of. Where no row of another class is within a distance in which a row
has enough others, all its nearest are of its own class, in whatever order, and there is nothing to clean.
"""

import numpy as np
import numpy.typing as npt

from stages.train.fast.blocks import Floats, Ints, lay_out
from stages.train.fast.nearby import FARTHEST, enough, pairs_within
from stages.train.fast.ranking import doubt


def contested(X: Floats, y: npt.NDArray[np.generic], k: int, workers: int = 1, one_side: bool = False) -> Ints:
    """The rows that may have a row of another class among their k nearest, themselves counted, in scikit-learn's order.

    X: shape (rows, columns), more than k of them; y: their classes. one_side: one class, the one with the farthest
    neighbours, is left out; of two rows of different classes that are near each other, one is named all the same.
    """
    if not np.abs(X).max() < FARTHEST:
        return np.arange(len(X))
    squared = enough(lay_out(X, X), k, workers)
    squared += doubt(squared, squared, X)
    labels = sorted(np.unique(y), key=lambda label: float(np.median(squared[y == label])))
    found = []
    for label in labels[:-1] if one_side else labels:
        own = np.flatnonzero(y == label)
        if len(own) == len(y):
            return own[:0]
        pairs = pairs_within(lay_out(X[y != label], X[own]), squared[own], workers)
        found.append(own if pairs is None else own[np.unique(pairs.queries)])
    return np.sort(np.concatenate(found))
