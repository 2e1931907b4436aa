"""The optima of logistic regression for several C and several tables, found together.

One pass over the rows serves every C, and the optimum on one table is the start on the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from stages.shared.storage.arrow import Floats, Ints
from stages.train.classifiers.class_weights import ClassWeights, RowWeights
from stages.train.classifiers.logistic.loss import LogisticLoss, expit
from stages.train.classifiers.logistic.newton import Minimum, minimize


class WeightedRows(NamedTuple):
    """A table that a model is fitted on."""

    X: Floats  # shape (rows, columns)
    y: Ints  # 0 and 1, shape (rows,)
    weights: ClassWeights
    sample_weight: RowWeights = None  # class weights multiply it


@dataclass(frozen=True)
class Path:
    """The optimum for each C."""

    coefficients: Floats  # shape (C, columns)
    intercepts: Floats  # shape (C,)
    inverse: Floats  # approximate inverse Hessians, shape (C, columns + 1, columns + 1), or of the span of the rows
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

    start: the optimum of a similar problem with as many C, which saves steps. Without it the optimum on the middle
    table is the start of the others. Warns, as scikit-learn does, if `max_iter` steps are too few. Tables with more
    columns than rows are fitted by themselves.
    """
    penalties = np.asarray(C, dtype=np.float64)
    paths = {
        index: _fit_in_span(table, penalties, fit_intercept, max_iter, threads)
        for index, table in enumerate(tables)
        if table.X.shape[1] > len(table.X)
    }
    tall = [index for index in range(len(tables)) if index not in paths]
    if start is not None and start.inverse.shape[-1] != tables[0].X.shape[1] + 1:
        start = None  # its curvature is only that in the span of its own rows
    together = _fit_together([tables[index] for index in tall], penalties, start, fit_intercept, max_iter, threads)
    paths.update(zip(tall, together, strict=True))
    return [paths[index] for index in range(len(tables))]


def _fit_in_span(table: WeightedRows, C: Floats, fit_intercept: bool, max_iter: int, threads: int) -> Path:
    """Return the optimum. It lies in the span of the rows: a part of w outside changes no margin, only the penalty.

    Let Xᵀ = Q R with an orthonormal basis Q, and w = Q v. Then X w = Rᵀ v and |w| = |v|, so there are as many unknowns
    as rows.
    """
    basis, triangle = np.linalg.qr(table.X.T.astype(np.float64, copy=False))
    loss = _make_loss(table._replace(X=triangle.T.copy()), C, fit_intercept, threads)
    (minimum,) = minimize([loss], loss.start[np.newaxis], None, max_iter)
    path = _make_path(minimum, loss)
    return replace(path, coefficients=path.coefficients @ basis.T)


def _fit_together(
    tables: Sequence[WeightedRows], C: Floats, start: Path | None, fit_intercept: bool, max_iter: int, threads: int
) -> list[Path]:
    if not tables:
        return []
    losses = [_make_loss(table, C, fit_intercept, threads) for table in tables]
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


def _make_loss(table: WeightedRows, C: Floats, fit_intercept: bool, threads: int) -> LogisticLoss:
    return LogisticLoss(table.X, table.y, table.weights, C, fit_intercept, threads, table.sample_weight)


def _make_path(minimum: Minimum, loss: LogisticLoss) -> Path:
    W = minimum.W
    return Path(W[:, :-1].copy(), W[:, -1].copy(), minimum.inverse, loss.log_odds, loss.weight, minimum.steps)
