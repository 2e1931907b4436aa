"""The line that would recalibrate scores on the test rows: its slope and intercept, with intervals.

The expected calibration error alone is biased upwards where positives are few; these two have intervals (Cox 1958).
"""

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm

from stages.shared.schemas.candidate import RecalibrationLine
from stages.shared.storage.arrow import Floats, Ints

#: scores of 0 and 1 count as this far from them
CLOSEST = 1e-6
MAX_STEPS = 50
#: a steeper line separates the classes, so its slope has no finite estimate
MAX_SLOPE = 50.0


def fit_line(y: Ints, scores: Floats, confidence: float, weights: Floats | None = None) -> RecalibrationLine | None:
    """Return slope and intercept of the logistic regression of `y` on the log odds of `scores`.

    The slope is 1 where scores are spread as they should be; below 1 they are too extreme. The intercept is that of
    slope 1: 0 where scores are right on the whole, below 0 where they are too high. The intervals are Wald's. None
    where the scores are constant or separate the classes. `y` of 0 and 1, `scores` and `weights` have shape (rows,).
    """
    odds = logit(np.clip(scores, CLOSEST, 1 - CLOSEST))
    if np.ptp(odds) == 0:
        return None
    line = _maximize(y, np.column_stack([odds, np.ones(len(y))]), np.zeros(len(y)), weights)
    shift = _maximize(y, np.ones((len(y), 1)), odds, weights)
    if line is None or shift is None or abs(line[0][0]) > MAX_SLOPE:
        return None
    width = float(norm.ppf((1 + confidence) / 2))
    slope, intercept = float(line[0][0]), float(shift[0][0])
    slope_error, intercept_error = width * float(line[1][0]), width * float(shift[1][0])
    return RecalibrationLine(
        slope=slope,
        slope_interval=(slope - slope_error, slope + slope_error),
        intercept=intercept,
        intercept_interval=(intercept - intercept_error, intercept + intercept_error),
    )


def _maximize(y: Ints, X: Floats, offset: Floats, weights: Floats | None) -> tuple[Floats, Floats] | None:
    """Return the coefficients of a logistic regression and their standard errors (Newton); None if it does not end.

    With weights the errors are those of the sandwich (Huber 1967; Binder 1983).
    """
    counted = np.ones(len(y)) if weights is None else weights
    beta = np.zeros(X.shape[1])
    for _ in range(MAX_STEPS):
        p = expit(X @ beta + offset)
        information = (X * (counted * p * (1 - p))[:, None]).T @ X
        if np.linalg.cond(information) > 1 / CLOSEST**2:
            return None
        step = np.linalg.solve(information, X.T @ (counted * (y - p)))
        beta += np.clip(step, -5, 5)  # a full first step from 0 may overshoot
        if np.abs(step).max() < CLOSEST:
            covariance = np.linalg.inv(information)
            if weights is not None:
                slopes = X * (weights * (y - p))[:, None]
                covariance = covariance @ (slopes.T @ slopes) @ covariance
            return beta, np.sqrt(np.diag(covariance))
    return None
