"""Logistic regression at its optimum, for several C and several tables at once.

scikit-learn's solvers stop when they are near enough: with the default tolerance an average precision may be off by a
few thousandths from the one that the model itself would have. Here Newton's method (iteratively reweighted least
squares) goes on until rounding is all that is left, and what can be shared is shared: one pass over the rows serves
every C, and the optimum on one table is where the way to the others' begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.logistic.loss import Floats, LogisticLoss, Target, expit
from stages.train.classifiers.logistic.newton import Minimum, minimise
from stages.train.params.allowed_settings import CONVERGED, Settings


class Rows(NamedTuple):
    """What a model learns from."""

    X: Floats  # shape (rows, columns)
    y: Target  # 0 and 1, shape (rows,)
    weights: ClassWeights


@dataclass(frozen=True)
class Path:
    """The optimum for each C."""

    coefficients: Floats  # shape (C, columns)
    intercepts: Floats  # shape (C,)
    inverse: Floats  # what is known of the inverse Hessians, shape (C, columns + 1, columns + 1)
    log_odds: float  # of the weighted classes
    weight: float  # of all rows
    steps: int

    def scores(self, X: Floats) -> Floats:
        """The probability of the positive class for each C, shape (C, rows)."""
        return expit(self.coefficients @ X.T, self.intercepts[:, np.newaxis])

    def model(self, index: int, **settings: Any) -> LogisticRegression:
        """The optimum for one C as a fitted estimator of scikit-learn with these settings."""
        model = LogisticRegression(solver="newton-cholesky", **settings)
        model.classes_ = np.array([0, 1])
        model.coef_ = self.coefficients[[index]]
        model.intercept_ = self.intercepts[[index]]
        model.n_iter_ = np.array([self.steps], dtype=np.int32)
        model.n_features_in_ = self.coefficients.shape[1]
        return model


def fit_paths(
    tables: Sequence[Rows],
    C: Sequence[float],
    start: Path | None = None,
    fit_intercept: bool = True,
    max_iter: int = 100,
    threads: int = 1,
) -> list[Path]:
    """The optimum for every C on each of `tables`, which have the same columns.

    start: the optimum of a similar problem with as many C, from which fewer steps lead to these; without it the optimum
    on the table in the middle is that. Warns, as scikit-learn does, when `max_iter` steps do not suffice.
    """
    each = np.asarray(C, dtype=np.float64)
    losses = [LogisticLoss(*table, each, fit_intercept, threads) for table in tables]
    found: dict[int, Path] = {}
    if start is None:
        middle = len(losses) // 2
        (minimum,) = minimise([losses[middle]], losses[middle].start[np.newaxis], None, max_iter)
        found[middle] = start = _path(minimum, losses[middle])
    others = [index for index in range(len(losses)) if index not in found]
    if others:
        W = np.stack([np.column_stack([start.coefficients, start.intercepts])] * len(others))
        W[:, :, -1] += np.array([[losses[index].log_odds - start.log_odds] for index in others])
        inverse = np.stack([start.inverse * (start.weight / losses[index].weight) for index in others])
        minima = minimise([losses[index] for index in others], W, inverse, max_iter)
        found.update((index, _path(minimum, losses[index])) for index, minimum in zip(others, minima, strict=True))
    return [found[index] for index in range(len(losses))]


def fit_path(
    X: Floats,
    y: Target,
    weights: ClassWeights,
    C: Sequence[float],
    start: Path | None = None,
    fit_intercept: bool = True,
    max_iter: int = 100,
    threads: int = 1,
) -> Path:
    """`fit_paths` on one table."""
    (path,) = fit_paths([Rows(X, y, weights)], C, start, fit_intercept, max_iter, threads)
    return path


def is_converged(settings: Settings) -> bool:
    """Whether logistic regression with these settings goes to its optimum; else scikit-learn fits it as it would."""
    return bool(settings.get("solver", CONVERGED) == CONVERGED)


def path_settings(settings: Settings) -> Settings:
    """Those settings of logistic regression, beside C, that bear on its optimum and the way there."""
    return {key: settings[key] for key in ("fit_intercept", "max_iter") if key in settings}


def _path(minimum: Minimum, loss: LogisticLoss) -> Path:
    W = minimum.W
    return Path(W[:, :-1].copy(), W[:, -1].copy(), minimum.inverse, loss.log_odds, loss.weight, minimum.steps)
