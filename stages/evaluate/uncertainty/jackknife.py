"""The noise of a number, from what it would be without each row in turn."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from stages.shared.storage.arrow import Bools, Floats

#: a smaller standard error is rounding, not noise: six digits are stored
TINY = 1e-9

#: with fewer degrees of freedom Student's t reaches so far that an interval says nothing at all, and none is known that
#: well: they are themselves estimated. Coverage is the same without this floor (docs/verdict.md).
FEWEST = 4.0


@dataclass(frozen=True)
class Spread:
    """How far a number is from the truth, and how well that itself is known."""

    error: float  # standard error
    freedom: float  # degrees of freedom of Student's t


def spread(left_out: Floats, positive: Bools) -> Spread:
    """The delete-one jackknife of values `left_out`, shape (rows,), each class by itself (Arvesen 1969).

    The degrees of freedom are Satterthwaite's (1946), with the variance of a variance as it is for rows of any
    kurtosis, σ⁴ (2 / (n − 1) + excess / n): where a few rows carry the noise, it is known as badly as from so few.
    """
    variances, doubts = zip(*(_class_spread(left_out[members]) for members in (positive, ~positive)), strict=True)
    variance, doubt = sum(variances), sum(doubts)
    if variance <= TINY**2:
        smaller = min(positive.sum(), (~positive).sum())
        return Spread(0.0, max(float(smaller - 1), FEWEST))
    return Spread(float(np.sqrt(variance)), max(2 * variance**2 / doubt, FEWEST))


def quantile(confidence: float, freedom: float) -> float:
    """The end of the middle `confidence` of Student's t."""
    return float(stdtrit(freedom, (1 + confidence) / 2))


def as_student(normal: float, freedom: Floats) -> Floats:
    """The quantiles of Student's t that are as seldom exceeded as `normal` is by a normal number."""
    return np.asarray(-stdtrit(freedom, ndtr(-normal)))


def as_normal(confidence: float) -> float:
    """The end of the middle `confidence` of the normal distribution."""
    return float(ndtri((1 + confidence) / 2))


def _class_spread(values: Floats) -> tuple[float, float]:
    """The variance that one class brings, and the variance of that variance."""
    rows = len(values)
    squares = (values - values.mean()) ** 2
    total = float(squares.sum())
    if rows < 2 or total <= TINY**2:
        return 0.0, 0.0
    variance = total * (rows - 1) / rows
    return variance, variance**2 * (2 / (rows - 1) + max(_excess(squares), 0) / rows)


def _excess(squares: Floats) -> float:
    """Excess kurtosis from squared deviations, without the bias of few rows (Fisher's k-statistics)."""
    rows = len(squares)
    if rows < 4:
        return 0.0
    sample = rows * float((squares**2).sum()) / float(squares.sum()) ** 2 - 3
    return (rows - 1) / ((rows - 2) * (rows - 3)) * ((rows + 1) * sample + 6)
