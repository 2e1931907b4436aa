"""Metrics of a ranking on many weighted samples of the same rows at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stages.evaluate.decisions import ratio
from stages.shared.storage.arrow import Floats, Ints

Index = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Steps:
    """The places of a ranking, best first, where positives stand; rows of equal score are one place.

    Arrays of shape (samples, places). Both metrics are sums over the positives, and positives are rare: this is all
    they need, however many negatives there are.
    """

    hits: Floats  # weight of the positives of the place
    misses: Floats  # weight of the negatives of the place
    tp: Floats  # weight of the positives up to the place, itself included
    fp: Floats  # weight of the negatives up to the place, itself included
    negatives: Floats  # weight of all negatives, shape (samples, 1)


class Ranking:
    """Rows sorted once by falling score, to be weighted many times."""

    def __init__(self, y: Ints, scores: Floats) -> None:
        self._order: Index = np.argsort(-scores, kind="stable")
        ranked, positive = scores[self._order], y[self._order] == 1
        self._positives = self._order[positive]
        values = np.unique(ranked[positive])[::-1]
        # each place is the rows [start, end) of the ranking; the same among the positives alone
        self._rows = self._places(ranked, values)
        self._hits = self._places(ranked[positive], values)

    @staticmethod
    def _places(ranked: Floats, values: Floats) -> tuple[Index, Index]:
        return np.searchsorted(-ranked, -values, "left"), np.searchsorted(-ranked, -values, "right")

    def steps(self, weights: Floats) -> Steps:
        """The steps of each sample of `weights`, shape (samples, rows)."""
        total, (start, end) = _cumulated(weights[:, self._order]), self._rows
        hit, (first, last) = _cumulated(weights[:, self._positives]), self._hits
        hits, tp = hit[:, last] - hit[:, first], hit[:, last]
        return Steps(
            hits=hits,
            misses=total[:, end] - total[:, start] - hits,
            tp=tp,
            fp=total[:, end] - tp,
            negatives=total[:, -1:] - hit[:, -1:],
        )


def average_precision(steps: Steps) -> Floats:
    """Mean over the positives of the precision down to their place; scikit-learn's, ties and weights included."""
    precision = ratio(steps.tp, steps.tp + steps.fp)
    return ratio((steps.hits * precision).sum(axis=1), steps.hits.sum(axis=1))


def roc_auc(steps: Steps) -> Floats:
    """Chance that a positive stands above a negative, a tie counted half (Mann & Whitney 1947)."""
    beaten = steps.negatives - steps.fp + steps.misses / 2
    return ratio((steps.hits * beaten).sum(axis=1), steps.hits.sum(axis=1) * steps.negatives[:, 0])


def _cumulated(weights: Floats) -> Floats:
    """Running sums along the rows, beginning with 0."""
    sums = np.zeros((weights.shape[0], weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    return sums
