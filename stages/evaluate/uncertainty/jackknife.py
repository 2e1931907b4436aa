"""The delete-one jackknife: a metric without each row in turn, and the standard error that follows.

The weight of the deleted row goes to the others of its class, in proportion to theirs. So prevalence stays, as in the
stratified bootstrap. In a class of one row nothing can be deleted, and the value of that row has no meaning.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from stages.shared.metrics.confusion import Counts, ratio
from stages.shared.metrics.ranking import RankedPositives, Ranking, without_linear
from stages.shared.metrics.registry import Metric
from stages.shared.storage.arrow import Bools, Floats, Ints

#: a smaller standard error is rounding: six digits are stored
TINY = 1e-9

#: which cells of the confusion matrix hold positives, in the order of `Counts`
POSITIVE_CELLS = np.array([True, False, True, False])

#: the floor of the degrees of freedom, which are estimates themselves. With fewer, the intervals of Student's t are
#: useless; coverage is the same without this floor (docs/verdict.md).
MIN_DF = 4.0


@dataclass(frozen=True)
class StandardError:
    """A standard error, and the degrees of freedom of Student's t."""

    error: float
    df: float


def jackknife_error(values: Floats, positive: Bools, groups: Ints | None = None) -> StandardError:
    """Return the jackknife's error from the values without each row, shape (rows,), by class (Arvesen 1969).

    Rows with an equal number in `groups` are not independent. The variance is then the sum of the squares of their
    summed influences, a linear approximation of deleting whole groups.

    The degrees of freedom are Satterthwaite's (1946). The variance of a variance is σ⁴ (2 / (n − 1) + excess / n), for
    rows of any kurtosis. If the variance is that of few rows, the degrees of freedom are few as well.
    """
    if groups is not None:
        return _estimate_group_error(
            np.asarray(np.bincount(groups, weights=influence_of_rows(values, positive)), dtype=np.float64)
        )
    variances, errors = zip(
        *(_estimate_class_variance(values[members]) for members in (positive, ~positive)), strict=True
    )
    variance, error = sum(variances), sum(errors)
    if variance <= TINY**2:
        smaller = min(positive.sum(), (~positive).sum())
        return StandardError(0.0, max(float(smaller - 1), MIN_DF))
    return StandardError(float(np.sqrt(variance)), max(2 * variance**2 / error, MIN_DF))


def influence_of_rows(values: Floats, positive: Bools) -> Floats:
    """Return the influence of each row from the values without it; the squares sum to the variance."""
    influence = np.empty(len(values))
    for members in (positive, ~positive):
        size = members.sum()
        influence[members] = np.sqrt((size - 1) / size) * (values[members].mean() - values[members])
    return influence


def t_quantile(confidence: float, df: float) -> float:
    """Return the upper end of the middle `confidence` of Student's t."""
    return float(stdtrit(df, (1 + confidence) / 2))


def normal_quantile(confidence: float) -> float:
    """Return the upper end of the middle `confidence` of the normal distribution."""
    return float(ndtri((1 + confidence) / 2))


def normal_to_t(normal: float, df: Floats) -> Floats:
    """Return the quantiles of Student's t with the tail probability of the quantile `normal`."""
    return np.asarray(-stdtrit(df, ndtr(-normal)))


def mean_without(positive: Bools, losses: Floats, weights: Floats | None = None) -> Floats:
    """Return the mean of a loss per row without each row, shape (rows,)."""
    if weights is not None:
        mean = float(np.average(losses, weights=weights))
        return without_linear(mean, (losses - mean) / weights.sum(), positive, weights)
    values = np.full(len(losses), losses.mean())
    for members in (positive, ~positive):
        size = members.sum()
        values[members] += (losses[members].mean() - losses[members]) / max(size - 1, 1) * size / len(losses)
    return values


def find_cells(positive: Bools, predicted: Bools) -> Floats:
    """Return the cell of the confusion matrix of each row, in the order of `Counts`: shape (rows, 4)."""
    cells = [positive & predicted, ~positive & predicted, positive & ~predicted, ~positive & ~predicted]
    return np.column_stack(cells).astype(np.float64)


def decisions_without(
    function: Callable[[Counts], Floats], cells: Floats, positive: Bools, weights: Floats | None
) -> Floats:
    """Return a metric of decisions without each row, shape (rows,); `cells` has shape (rows, 4)."""
    if weights is not None:
        return _leave_out(function, weights @ cells, cells, positive, weights)
    # without weights, all rows of a cell give the same value
    return np.asarray(cells @ _leave_out(function, cells.sum(axis=0), np.eye(4), POSITIVE_CELLS, np.ones(4)))


def _leave_out(
    function: Callable[[Counts], Floats], total: Floats, cells: Floats, positive: Bools, weights: Floats
) -> Floats:
    """Return a metric of the decisions that sum to `total`, shape (4,), without each of these rows, shape (rows,)."""
    sizes = np.where(positive, total[0] + total[2], total[1] + total[3])
    up = ratio(sizes, sizes - weights)
    left = np.maximum(total - weights[:, None] * cells, 0) * up[:, None]
    return function(Counts(*np.where(positive[:, None] == POSITIVE_CELLS, left, total).T))


def decision_with_one_more(function: Callable[[Counts], Floats], counts: Counts) -> Floats:
    """Return the change of a metric by one more row in each cell of the confusion matrix, shape (4,)."""
    cells = np.array(list(vars(counts).values()))
    values = function(Counts(*np.vstack([cells, cells + np.eye(4)]).T))
    return np.asarray(values[1:] - values[0])


def metric_without(metric: Metric, y: Ints, scores: Floats, weights: Floats | None = None) -> Floats:
    """Return a ranking metric without each row, shape (rows,), as fast as the registry allows."""
    if jackknife := metric.load_jackknife():
        return np.asarray(jackknife(y == 1, scores, weights))
    return ranking_without(metric.load(), Ranking(y, scores), y == 1, weights)


def ranking_without(
    function: Callable[[RankedPositives], Floats], ranking: Ranking, positive: Bools, weights: Floats | None = None
) -> Floats:
    """Return a ranking metric without each row, shape (rows,), by weighting the rows once for each.

    It takes rows² operations; a metric with a `jackknife` of its own does not need it.
    """
    values, given = np.empty(len(positive)), np.ones(len(positive)) if weights is None else weights
    for row, label in enumerate(positive):
        size = float(given[positive == label].sum())
        changed = np.where(positive == label, given * size / max(size - given[row], TINY), given)
        changed[row] = 0
        values[row] = function(ranking.weight(changed[None]))[0]
    return values


def _estimate_group_error(sums: Floats) -> StandardError:
    """Return the error from the sums of the influences of each group, shape (groups,)."""
    squares, size = sums**2, len(sums)
    variance = float(squares.sum()) * size / max(size - 1, 1)
    if variance <= TINY**2:
        return StandardError(0.0, max(float(size - 1), MIN_DF))
    error = variance**2 * (2 / max(size - 1, 1) + max(_estimate_excess_kurtosis(squares), 0) / size)
    return StandardError(float(np.sqrt(variance)), max(2 * variance**2 / error, MIN_DF))


def _estimate_class_variance(values: Floats) -> tuple[float, float]:
    """Return the variance that one class contributes, and the variance of that variance."""
    rows = len(values)
    squares = (values - values.mean()) ** 2
    total = float(squares.sum())
    if rows < 2 or total <= TINY**2:
        return 0.0, 0.0
    variance = total * (rows - 1) / rows
    return variance, variance**2 * (2 / (rows - 1) + max(_estimate_excess_kurtosis(squares), 0) / rows)


def _estimate_excess_kurtosis(squares: Floats) -> float:
    """Return the excess kurtosis from squared deviations, unbiased for few rows (Fisher's k-statistics)."""
    rows = len(squares)
    if rows < 4:
        return 0.0
    sample = rows * float((squares**2).sum()) / float(squares.sum()) ** 2 - 3
    return (rows - 1) / ((rows - 2) * (rows - 3)) * ((rows + 1) * sample + 6)
