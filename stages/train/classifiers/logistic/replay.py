"""What scikit-learn's LogisticRegression gives with its default solver, to the last bit, without the work around it.

A fit on a few thousand rows is some ten looks at the rows; checks, tags, callbacks and records around them take
scikit-learn and scipy longer than these. Here scipy's L-BFGS-B (Zhu, Byrd, Lu & Nocedal 1997) is given scikit-learn's
loss directly: the same operations on the same arrays in the same order.

Both are called below their public doors, which may change with any release. So each process first fits a small table
both ways; where anything is missing or a bit differs, scikit-learn is called as everybody calls it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from stages.train.classifiers.class_weights import ClassWeights, row_weights
from stages.train.params.allowed_settings import Settings

Floats = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]

#: the settings that are understood here, by scikit-learn's defaults
DEFAULTS: Settings = {"C": 1.0, "fit_intercept": True, "max_iter": 100, "solver": "lbfgs", "tol": 1e-4}

#: what scikit-learn asks of L-BFGS-B beside its tolerance, and scipy's own defaults
CORRECTIONS, LINE_SEARCHES, EVALUATIONS = 10, 50, 15_000
FACTOR = 64.0

#: what L-BFGS-B answers: that it wants the loss, that a step is done, that it has converged
WANTS_LOSS, NEW_STEP, CONVERGED = 3, 1, 4


def replays(settings: Settings) -> bool:
    """Whether scores of logistic regression with these settings can be had from `replayed_scores`."""
    if not set(settings) <= set(DEFAULTS):
        return False
    C, _, max_iter, solver, tol = (DEFAULTS | settings).values()
    numbers = all(type(each) in (int, float) and 0 < each < np.inf for each in (C, tol))
    return solver == "lbfgs" and numbers and type(max_iter) is int and max_iter > 0 and _is_the_same()


def replayed_scores(
    X: Floats, y: Target, weights: ClassWeights, tried: Sequence[Settings], X_validation: Floats
) -> list[Floats | None]:
    """The scores of the rows X_validation, shape (rows,), that `LogisticRegression(**settings)` fitted on X, y gives.

    X: shape (rows, columns), in C order; y: 0 and 1. `replays` each of `tried`. None where the solver does not
    converge: scikit-learn is to say so in its own words.
    """
    rows = _Rows(X, y, weights)
    return [rows.scores(DEFAULTS | settings, X_validation) for settings in tried]


class _Rows:
    """The rows of one table as scikit-learn hands them to its loss."""

    def __init__(self, X: Floats, y: Target, weights: ClassWeights) -> None:
        from sklearn._loss.loss import HalfBinomialLoss

        self.X, self.y, self.row_weights = X, y.astype(np.float64), row_weights(weights, y)
        self.total = len(y) if self.row_weights is None else float(np.sum(self.row_weights))
        self.loss_gradient = HalfBinomialLoss().loss_gradient

    def scores(self, settings: Settings, X_validation: Floats) -> Floats | None:
        solution = self._solution(settings)
        if solution is None:
            return None
        fit_intercept = settings["fit_intercept"]
        coefficients, intercept = (solution[:-1], solution[-1:]) if fit_intercept else (solution, np.zeros(1))
        margins = X_validation @ coefficients[np.newaxis].T + intercept
        return np.asarray(expit(margins.reshape(-1)))

    def _solution(self, settings: Settings) -> Floats | None:
        """scipy.optimize._lbfgsb_py._minimize_lbfgsb, without bounds."""
        from scipy.optimize import _lbfgsb

        fit_intercept = settings["fit_intercept"]
        strength, m, n = 1.0 / (settings["C"] * self.total), CORRECTIONS, self.X.shape[1] + int(fit_intercept)
        x, g = np.zeros(n), np.zeros(n)
        f: Any = np.array(0.0)
        bounds, bounded = np.zeros(n), np.zeros(n, dtype=np.int32)
        room, places = np.zeros(2 * m * n + 5 * n + 11 * m * m + 8 * m), np.zeros(3 * n, dtype=np.int32)
        task, search = np.zeros(2, dtype=np.int32), np.zeros(2, dtype=np.int32)
        saved = np.zeros(4, dtype=np.int32), np.zeros(44, dtype=np.int32), np.zeros(29)
        steps = evaluations = 0
        while steps < settings["max_iter"] and evaluations <= EVALUATIONS:
            _lbfgsb.setulb(
                m, x, bounds, bounds, bounded, f, g, FACTOR, settings["tol"], room, places, task, *saved, LINE_SEARCHES,
                search,
            )  # fmt: skip
            if task[0] == WANTS_LOSS:
                f, g = self._loss_gradient(x, strength, fit_intercept)
                evaluations += 1
            elif task[0] == NEW_STEP:
                steps += 1
            else:
                return x if task[0] == CONVERGED else None
        return None

    def _loss_gradient(self, x: Floats, strength: float, fit_intercept: bool) -> tuple[float, Floats]:
        """sklearn.linear_model._linear_loss.LinearModelLoss.loss_gradient, of two classes."""
        coefficients, intercept = (x[:-1], x[-1]) if fit_intercept else (x, 0.0)
        losses, slopes = self.loss_gradient(
            y_true=self.y, raw_prediction=self.X @ coefficients + intercept, sample_weight=self.row_weights, n_threads=1
        )
        loss = float(np.sum(losses) / self.total)
        loss += float(0.5 * strength * (coefficients @ coefficients))
        slopes /= self.total
        gradient = np.empty(len(x))
        gradient[: len(coefficients)] = self.X.T @ slopes + strength * coefficients
        if fit_intercept:
            gradient[-1] = np.sum(slopes)
        return loss, gradient


@cache
def _is_the_same() -> bool:
    """Whether, of the libraries that are installed, scores replayed are scikit-learn's own on a small table."""
    random = np.random.RandomState(0)
    X, y = random.normal(size=(60, 3)), np.arange(60) % 3 // 2
    X[y == 1] += 0.5
    settings = [{"C": C, "fit_intercept": fit_intercept} for C in (0.1, 10.0) for fit_intercept in (True, False)]
    for weights in (ClassWeights(1.0, 1.0), ClassWeights(0.75, 1.5)):
        by_label = None if weights == (1.0, 1.0) else {0: weights.negative, 1: weights.positive}
        try:
            found: Sequence[Any] = replayed_scores(X, y, weights, settings, X)
        except Exception:  # whatever a later release has made of its inside
            return False
        for each, scores in zip(settings, found, strict=True):
            expected = LogisticRegression(**each, class_weight=by_label).fit(X, y).predict_proba(X)[:, 1]
            if scores is None or not np.array_equal(scores, expected):
                return False
    return True
