"""The optima of logistic regression for several C and several tables, found together.

What can be shared is shared: one pass over the rows serves every C, and the optimum on one table is the start on the
others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.logistic.loss import Floats, LogisticLoss, Target, expit
from stages.train.classifiers.logistic.newton import Minimum, minimize


class WeightedRows(NamedTuple):
    """A table that a model is fitted on."""

    X: Floats  # shape (rows, columns)
    y: Target  # 0 and 1, shape (rows,)
    weights: ClassWeights


@dataclass(frozen=True)
class Path:
    """The optimum for each C."""

    coefficients: Floats  # shape (C, columns)
    intercepts: Floats  # shape (C,)
    inverse: Floats  # approximate inverse Hessians, shape (C, columns + 1, columns + 1)
    log_odds: float  # of the weighted classes
    weight: float  # sum over the rows
    steps: int

    def scores(self, X: Floats) -> Floats:
        """Return the probability of the positive class for each C, shape (C, rows)."""
        return expit(self.coefficients @ X.T, self.intercepts[:, np.newaxis])


def fit_paths(
    tables: Sequence[WeightedRows],
    C: Sequence[float],
    start: Path | None = None,
    fit_intercept: bool = True,
    max_iter: int = 100,
    threads: int = 1,
) -> list[Path]:
    """Return the optimum for every C on each of `tables`, which have the same columns.

    start: the optimum of a similar problem with as many C, from which fewer steps are needed; without it, the optimum
    on the middle table. Warns, as scikit-learn does, if `max_iter` steps are too few.
    """
    each = np.asarray(C, dtype=np.float64)
    losses = [LogisticLoss(*table, each, fit_intercept, threads) for table in tables]
    paths: dict[int, Path] = {}
    if start is None:
        middle = len(losses) // 2
        (minimum,) = minimize([losses[middle]], losses[middle].start[np.newaxis], None, max_iter)
        paths[middle] = start = _make_path(minimum, losses[middle])
    others = [index for index in range(len(losses)) if index not in paths]
    if others:
        W = np.stack([np.column_stack([start.coefficients, start.intercepts])] * len(others))
        W[:, :, -1] += np.array([[losses[index].log_odds - start.log_odds] for index in others])
        inverse = np.stack([start.inverse * (start.weight / losses[index].weight) for index in others])
        minima = minimize([losses[index] for index in others], W, inverse, max_iter)
        paths.update((index, _make_path(minimum, losses[index])) for index, minimum in zip(others, minima, strict=True))
    return [paths[index] for index in range(len(losses))]


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
    """Return the optimum for every C on one table (see `fit_paths`)."""
    (path,) = fit_paths([WeightedRows(X, y, weights)], C, start, fit_intercept, max_iter, threads)
    return path


def _make_path(minimum: Minimum, loss: LogisticLoss) -> Path:
    W = minimum.W
    return Path(W[:, :-1].copy(), W[:, -1].copy(), minimum.inverse, loss.log_odds, loss.weight, minimum.steps)
