"""Each metric without each row in turn: what single rows do to it.

The weight of the row left out goes in equal parts to the others of its class, so that prevalence stays, as it does in
the stratified bootstrap. In a class of one row nothing can be left out; what is given for that row is without meaning.
"""

from collections.abc import Callable

import numpy as np

from stages.evaluate.decisions import Counts, ratio
from stages.shared.storage.arrow import Bools, Floats, Ints


def average_precision_without(positive: Bools, scores: Floats) -> Floats:
    """Average precision without each row, shape (rows,): two running sums, one of the places above, one of the rest."""
    place, hits, misses = _places(positive, scores)
    tp, fp = np.cumsum(hits), np.cumsum(misses)
    share, up, down = hits / tp[-1], _restored(tp[-1]), _restored(fp[-1])

    above = up * share * ratio(up * tp, up * tp + fp)
    below = ratio(up * (tp - 1), up * (tp - 1) + fp)  # precision at and below the place of the positive left out
    without_positive = _before(above) + _onwards(up * share * below) - up / tp[-1] * below

    above = share * ratio(tp, tp + down * fp)
    below = share * ratio(tp, tp + down * np.maximum(fp - 1, 0))
    without_negative = _before(above) + _onwards(below)
    return np.where(positive, without_positive[place], without_negative[place])


def roc_auc_without(positive: Bools, scores: Floats) -> Floats:
    """ROC-AUC without each row, shape (rows,): it is a mean over the positives as well as over the negatives."""
    place, hits, misses = _places(positive, scores)
    tp, fp = np.cumsum(hits), np.cumsum(misses)
    beaten = (fp[-1] - fp + misses / 2) / fp[-1]  # share of the negatives that a positive there stands above
    beating = (tp - hits / 2) / tp[-1]  # share of the positives that stand above a negative there
    won = np.where(positive, beaten[place], beating[place])
    mean = won[positive].mean()
    return np.asarray(mean + (mean - won) / np.where(positive, _rest(tp[-1]), _rest(fp[-1])))


def mean_without(positive: Bools, losses: Floats) -> Floats:
    """The mean of a loss per row without each row, shape (rows,)."""
    values = np.full(len(losses), losses.mean())
    for members in (positive, ~positive):
        size = members.sum()
        values[members] += (losses[members].mean() - losses[members]) / _rest(size) * size / len(losses)
    return values


def decision_without(function: Callable[[Counts], Floats], counts: Counts) -> Floats:
    """A metric of decisions without one row of each cell of the confusion matrix, shape (4,), as `Counts` has them."""
    cells = np.array(list(vars(counts).values()))
    left = np.maximum(cells - np.eye(4), 0)  # from an empty cell nothing can be taken, and no row asks for it
    up, down = _restored(float(counts.tp + counts.fn)), _restored(float(counts.fp + counts.tn))
    left[[0, 2]] *= np.array([up, 1, up, 1])
    left[[1, 3]] *= np.array([1, down, 1, down])
    return function(Counts(*left.T))


def decision_with_one_more(function: Callable[[Counts], Floats], counts: Counts) -> Floats:
    """By how much one row more in each cell of the confusion matrix changes a metric of decisions, shape (4,)."""
    cells = np.array(list(vars(counts).values()))
    values = function(Counts(*np.vstack([cells, cells + np.eye(4)]).T))
    return np.asarray(values[1:] - values[0])


def _places(positive: Bools, scores: Floats) -> tuple[Ints, Floats, Floats]:
    """Each row's place in the ranking, best first, and how many positives and negatives stand there."""
    distinct, place = np.unique(-scores, return_inverse=True)
    hits, misses = (np.bincount(place[rows], minlength=len(distinct)) for rows in (positive, ~positive))
    return place, hits.astype(np.float64), misses.astype(np.float64)


def _rest(size: float) -> float:
    return max(size - 1, 1)


def _restored(size: float) -> float:
    """The weight of the other rows of a class of `size` that has lost one."""
    return float(size / _rest(size))


def _before(terms: Floats) -> Floats:
    return np.cumsum(terms) - terms


def _onwards(terms: Floats) -> Floats:
    return np.cumsum(terms[::-1])[::-1]
