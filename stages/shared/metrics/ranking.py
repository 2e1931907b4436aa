"""Average precision and ROC-AUC: on weighted samples of the same rows, on plain rows, and without each row.

The bootstrap needs thousands of weighted samples, a search hundreds of plain values, the jackknife one value per row.
Each has its own fast computation. Tests compare them with scikit-learn and with one another.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stages.shared.metrics.confusion import ratio
from stages.shared.storage.arrow import Bools, Floats, Ints

Index = npt.NDArray[np.intp]


@dataclass(frozen=True)
class RankedPositives:
    """The distinct scores of positives, highest first, with the weights of the rows that have them.

    The arrays have shape (samples, scores). Both metrics are sums over the positives, which are rare. So no loop visits
    the negatives between them.
    """

    hits: Floats  # weight of the positives with the score
    misses: Floats  # weight of the negatives with the score
    tp: Floats  # weight of the positives with at least the score
    fp: Floats  # weight of the negatives with at least the score
    negatives: Floats  # weight of all negatives, shape (samples, 1)


class Ranking:
    """Rows sorted once by falling score, to be weighted many times."""

    def __init__(self, y: Ints, scores: Floats) -> None:
        self._order: Index = np.argsort(-scores, kind="stable")
        ranked, positive = scores[self._order], y[self._order] == 1
        self._positives = self._order[positive]
        values = np.unique(ranked[positive])[::-1]
        # rows [start, end) of the ranking have each score; likewise among the positives alone
        self._rows = self._find_ranges(ranked, values)
        self._hits = self._find_ranges(ranked[positive], values)

    @staticmethod
    def _find_ranges(ranked: Floats, values: Floats) -> tuple[Index, Index]:
        return np.searchsorted(-ranked, -values, "left"), np.searchsorted(-ranked, -values, "right")

    def weight(self, weights: Floats) -> RankedPositives:
        """Return the ranked positives of each sample of `weights`, shape (samples, rows)."""
        total, (start, end) = _cumulate(weights[:, self._order]), self._rows
        hit, (first, last) = _cumulate(weights[:, self._positives]), self._hits
        hits, tp = hit[:, last] - hit[:, first], hit[:, last]
        return RankedPositives(
            hits=hits,
            misses=total[:, end] - total[:, start] - hits,
            tp=tp,
            fp=total[:, end] - tp,
            negatives=total[:, -1:] - hit[:, -1:],
        )


def rank_positives(y: Ints, scores: Floats, weights: Floats | None = None) -> RankedPositives:
    """Return the ranked positives of rows, with weights of shape (rows,) or without, as one sample."""
    return Ranking(y, scores).weight(np.ones((1, len(y))) if weights is None else weights[None])


def average_precision(ranked: RankedPositives) -> Floats:
    """Return the mean over the positives of the precision down to their score, shape (samples,)."""
    precision = ratio(ranked.tp, ranked.tp + ranked.fp)
    return ratio((ranked.hits * precision).sum(axis=1), ranked.hits.sum(axis=1))


def roc_auc(ranked: RankedPositives) -> Floats:
    """Return the chance that a positive scores above a negative, a tie counted half (Mann & Whitney 1947)."""
    beaten = ranked.negatives - ranked.fp + ranked.misses / 2
    return ratio((ranked.hits * beaten).sum(axis=1), ranked.hits.sum(axis=1) * ranked.negatives[:, 0])


def average_precision_score(y: Ints, scores: Floats) -> float:
    """Return scikit-learn's average_precision_score to the last bit, without its checks of the input.

    A search calls it some hundred times on valid arrays, and the checks would take most of the time. `y` contains 0 and
    1, with at least one 1.
    """
    tp, predicted = _count_above(y, scores)
    precision, recall = tp / predicted, tp / tp[-1]
    # from the lowest threshold to the highest, as scikit-learn adds up
    steps = np.empty(len(recall))
    np.subtract(recall[:-1], recall[1:], out=steps[-2::-1])
    steps[-1] = -recall[0]
    return max(0.0, float(-np.sum(steps * precision[::-1])))


def roc_auc_score(y: Ints, scores: Floats) -> float:
    """Return ROC-AUC of plain rows, without checks of the input."""
    tp, predicted = _count_above(y, scores)
    fp = predicted - tp
    pairs = np.sum(np.diff(fp, prepend=0.0) * (tp + np.append(0.0, tp[:-1])))
    return float(pairs / (2 * tp[-1] * fp[-1]))


def average_precision_jackknife(positive: Bools, scores: Floats, weights: Floats | None = None) -> Floats:
    """Return average precision without each row, shape (rows,), from two running sums over the ranking.

    The weight of the row goes to the others of its class, as in `uncertainty.jackknife`. With `weights`, shape (rows,),
    the change is linear in the weight (the infinitesimal jackknife: Jaeckel 1972).
    """
    rank, hits, misses = _rank_rows(positive, scores, weights)
    tp, fp = np.cumsum(hits), np.cumsum(misses)
    if weights is not None:
        share, precision, square = hits / tp[-1], ratio(tp, tp + fp), (tp + fp) ** 2
        value = float(share @ precision)
        of_positive = (precision - value) / tp[-1] + _sum_onwards(ratio(share * fp, square))
        slopes = np.where(positive, of_positive[rank], -_sum_onwards(ratio(share * tp, square))[rank])
        return without_linear(value, slopes, positive, weights)
    share, up, down = hits / tp[-1], reweighted(tp[-1]), reweighted(fp[-1])

    above = up * share * ratio(up * tp, up * tp + fp)
    below = ratio(up * (tp - 1), up * (tp - 1) + fp)  # precision at and below the rank of the positive
    without_positive = _sum_before(above) + _sum_onwards(up * share * below) - up / tp[-1] * below

    above = share * ratio(tp, tp + down * fp)
    below = share * ratio(tp, tp + down * np.maximum(fp - 1, 0))
    without_negative = _sum_before(above) + _sum_onwards(below)
    return np.where(positive, without_positive[rank], without_negative[rank])


def roc_auc_jackknife(positive: Bools, scores: Floats, weights: Floats | None = None) -> Floats:
    """Return ROC-AUC without each row, shape (rows,): it is a mean over the positives and over the negatives."""
    rank, hits, misses = _rank_rows(positive, scores, weights)
    tp, fp = np.cumsum(hits), np.cumsum(misses)
    beaten = (fp[-1] - fp + misses / 2) / fp[-1]  # share of the negatives that a positive of the rank beats
    beating = (tp - hits / 2) / tp[-1]  # share of the positives that beat a negative of the rank
    won = np.where(positive, beaten[rank], beating[rank])
    if weights is not None:
        value = float(np.average(won[positive], weights=weights[positive]))
        return without_linear(value, (won - value) / np.where(positive, tp[-1], fp[-1]), positive, weights)
    mean = won[positive].mean()
    return np.asarray(mean + (mean - won) / np.where(positive, max(tp[-1] - 1, 1), max(fp[-1] - 1, 1)))


def without_linear(value: float, slopes: Floats, positive: Bools, weights: Floats) -> Floats:
    """Return a metric of weighted rows without each row, shape (rows,), from its slope along the weight of each.

    The other rows of the class get the weight of the row, in proportion to their own.
    """
    values = np.full(len(weights), value)
    for members in (positive, ~positive):
        weight, slope = weights[members], slopes[members]
        total = weight.sum()
        values[members] += ratio(weight, total - weight) * (weight @ slope - total * slope)
    return values


def reweighted(size: float) -> float:
    """Return the weight of the other rows of a class of `size` rows that lost one."""
    return float(size / max(size - 1, 1))


def _count_above(y: Ints, scores: Floats) -> tuple[Floats, Floats]:
    """Return positives and rows at or above each distinct score, from the highest down."""
    order = np.argsort(-scores)  # the order of equal scores does not matter
    ranked, tp, predicted = scores[order], np.cumsum(y[order], dtype=np.float64), np.arange(1.0, len(y) + 1)
    differ = ranked[1:] != ranked[:-1]
    if differ.all():
        return tp, predicted
    last = np.append(np.flatnonzero(differ), len(ranked) - 1)  # of each run of equal scores
    return tp[last], predicted[last]


def _rank_rows(positive: Bools, scores: Floats, weights: Floats | None) -> tuple[Ints, Floats, Floats]:
    """Return each row's rank, best first and equal for ties, with the positives and negatives of each rank."""
    distinct, rank = np.unique(-scores, return_inverse=True)
    hits, misses = (
        np.bincount(rank[rows], None if weights is None else weights[rows], minlength=len(distinct))
        for rows in (positive, ~positive)
    )
    return rank, hits.astype(np.float64), misses.astype(np.float64)


def _cumulate(weights: Floats) -> Floats:
    """Return running sums along the rows, starting with 0."""
    sums = np.zeros((weights.shape[0], weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    return sums


def _sum_before(terms: Floats) -> Floats:
    return np.cumsum(terms) - terms


def _sum_onwards(terms: Floats) -> Floats:
    return np.cumsum(terms[::-1])[::-1]
