"""The calibration line of scores whose line is known, and scores that have none."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from stages.evaluate.outputs.recalibration import fit_line

RANDOM = np.random.RandomState(3)
ODDS = RANDOM.normal(-2, 1.5, 4000)
Y = (RANDOM.uniform(size=4000) < expit(ODDS)).astype(np.int64)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (2.0, 0.0), (0.5, 0.0), (1.0, 0.7)])
def test_the_line_of_distorted_probabilities(slope: float, intercept: float) -> None:
    """Scores whose log odds are `slope` times too large, or too high by `intercept`."""
    line = fit_line(Y, expit(slope * ODDS + intercept), 0.95)
    assert line is not None
    assert line.slope_interval[0] < 1 / slope < line.slope_interval[1]
    assert line.slope_interval[1] - line.slope_interval[0] < 0.3 / slope
    if slope == 1:
        assert line.intercept_interval[0] < -intercept < line.intercept_interval[1]
        assert line.intercept_interval[1] - line.intercept_interval[0] < 0.3


def test_the_slope_is_that_of_a_logistic_regression() -> None:
    scores = expit(1.3 * ODDS)
    line = fit_line(Y, scores, 0.95)
    fitted = LogisticRegression(C=1e10, tol=1e-10, max_iter=1000).fit(logit(scores)[:, None], Y)
    assert line is not None
    assert line.slope == pytest.approx(float(fitted.coef_[0, 0]), abs=1e-4)


@pytest.mark.parametrize("scores", [np.full(4000, 0.2), np.where(Y == 1, 0.9, 0.1), np.where(Y == 1, 1.0, 0.0)])
def test_constant_and_separating_scores_have_no_line(scores: np.ndarray) -> None:
    assert fit_line(Y, scores, 0.95) is None
