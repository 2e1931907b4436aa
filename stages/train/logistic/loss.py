"""The loss of logistic regression on one table, for several C at once.

It is scikit-learn's: C Σ s log(1 + exp(−y (x w + b))) + |w|² / 2, with y of −1 and 1, s the weight of the row's class,
and no penalty on the intercept b. With t = tanh(z / 2) of a margin z = x w + b the probability of the positive class is
(1 + t) / 2, its gap to the truth (t − y) / 2 and the curvature (1 − t²) / 4: one tanh a row does for both derivatives.

Rows are gone through in blocks of fixed size, so that nothing as large as the table is made, and no sum depends on the
number of threads. In a block they are turned, with a column of ones for the intercept: column by column, numpy is some
three times as fast.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from stages.train.weights import ClassWeights, row_weights

Floats = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]
Part = TypeVar("Part")

#: rows that are worked on at a time: with some thirty columns they stay in the cache of a core
BLOCK = 4096

#: of a table of no more bytes the turned blocks are kept; a larger one's are made at every look
KEPT = 16 << 20

#: one Hessian serves every C while the curvatures of their rows differ by no more than this part of their mean
ALIKE = 0.25

#: every so many rows that is looked at
SAMPLED = 8


class LogisticLoss:
    """What is to be minimised over W, shape (C, columns + 1): for each C its coefficients, then its intercept."""

    def __init__(
        self, X: Floats, y: Target, weights: ClassWeights, C: Floats, fit_intercept: bool, threads: int
    ) -> None:
        """X: shape (rows, columns); y: 0 and 1, shape (rows,); C: shape (C,)."""
        self.X, self.y, self.weights, self.C = X, y, weights, C
        self.fit_intercept, self.threads = fit_intercept, threads
        self.row_weights = row_weights(weights, y)
        self._blocks = [slice(start, start + BLOCK) for start in range(0, len(X), BLOCK)]
        small = len(X) * max(X.shape[1], len(C)) * X.itemsize <= KEPT
        self._kept = [_turned(X[rows]) for rows in self._blocks] if small else None
        self._at = self.start  # where the gradient was asked for last
        self._tanh: list[Floats | None] = [None] * len(self._blocks)  # of the rows there, where they are kept

    @property
    def start(self) -> Floats:
        """Where nothing is known: no coefficient, and the log odds of the weighted classes; shape (C, columns + 1)."""
        W = np.zeros((len(self.C), self.X.shape[1] + 1))
        W[:, -1] = self.log_odds
        return W

    @cached_property
    def weight(self) -> float:
        """Of all rows."""
        return float(len(self.X) if self.row_weights is None else self.row_weights.sum())

    @cached_property
    def log_odds(self) -> float:
        """The intercept where no column tells anything; 0 where there is none."""
        if not self.fit_intercept:
            return 0.0
        positives = int(self.y.sum())
        odds = positives * self.weights.positive / ((len(self.y) - positives) * self.weights.negative)
        return float(np.log(odds))

    def gradient(self, W: Floats) -> Floats:
        """At W, shape (C, columns + 1)."""
        self._at = W.copy()
        gradient = self._sum(self._pulled)
        gradient -= self._pull
        gradient *= 0.5 * self.C[:, np.newaxis]
        gradient[:, :-1] += W[:, :-1]
        if not self.fit_intercept:
            gradient[:, -1] = 0.0
        return gradient

    def hessian(self, own: bool = False) -> tuple[Floats, bool]:
        """Where the gradient was asked for last: shape (C, columns + 1, columns + 1), and whether it is exact.

        Where the curvatures of all C are much alike, the mean of them serves each, unless each is to have its `own`.
        """
        shared = not own and self._are_alike()
        hessian = (0.25 * self.C)[:, np.newaxis, np.newaxis] * self._sum(lambda block: self._curved(block, shared))
        coefficients = np.arange(self.X.shape[1])
        hessian[:, coefficients, coefficients] += 1.0
        if not self.fit_intercept:
            hessian[:, -1, :] = hessian[:, :, -1] = 0.0
            hessian[:, -1, -1] = 1.0
        return hessian, not shared

    def loss(self, W: Floats) -> Floats:
        """What is minimised, at W, shape (C,)."""
        rows = self._sum(lambda block: self._lost(block, W))
        return np.asarray(self.C * rows + (W[:, :-1] ** 2).sum(axis=1) / 2)

    @cached_property
    def _pull(self) -> Floats:
        """Σ s y x over the rows, which no W changes: shape (columns + 1,)."""

        def pull(block: int) -> Floats:
            sides = np.where(self.y[self._rows(block)] == 1, 1.0, -1.0)
            return np.asarray(np.dot(self._columns(block), self._weighted(block, sides)))

        return self._sum(pull)

    def _pulled(self, block: int) -> Floats:
        """Σ s t x over the rows: shape (C, columns + 1)."""
        columns, tanh = self._columns(block), self._half_margins(block, self._at)
        np.tanh(tanh, out=tanh)
        if self._kept is not None:
            self._tanh[block] = tanh
        return np.asarray(self._weighted(block, tanh) @ columns.T)

    def _curved(self, block: int, shared: bool) -> Floats:
        """Σ s (1 − t²) x xᵀ over the rows: shape (C, columns + 1, columns + 1), or (1, …) where one is for all."""
        columns, tanh = self._columns(block), self._tanh_there(block)
        curved = _curvature(tanh)
        if shared:
            curved = np.add.reduce(curved, axis=0, keepdims=True) / len(tanh)
        return np.stack([(columns * each) @ columns.T for each in self._weighted(block, curved)])

    def _lost(self, block: int, W: Floats) -> Floats:
        """Σ s log(1 + exp(−y z)) over the rows: shape (C,)."""
        margins = 2 * self._half_margins(block, W)
        lost = np.logaddexp(0.0, margins) - self.y[self._rows(block)] * margins
        return np.asarray(self._weighted(block, lost).sum(axis=1))

    def _are_alike(self) -> bool:
        curved = _curvature(self._tanh_there(0)[:, ::SAMPLED])
        mean = curved.mean(axis=0)
        return len(curved) > 1 and bool(np.abs(curved - mean).sum() <= ALIKE * len(curved) * mean.sum())

    def _half_margins(self, block: int, W: Floats) -> Floats:
        """z / 2 of the rows, shape (C, rows)."""
        return np.asarray((0.5 * W) @ self._columns(block))

    def _tanh_there(self, block: int) -> Floats:
        """tanh(z / 2) of the rows where the gradient was asked for last, shape (C, rows)."""
        kept = self._tanh[block]
        return np.tanh(self._half_margins(block, self._at)) if kept is None else kept

    def _weighted(self, block: int, of_rows: Floats) -> Floats:
        return of_rows if self.row_weights is None else of_rows * self.row_weights[self._rows(block)]

    def _columns(self, block: int) -> Floats:
        """The rows of a block, turned: shape (columns + 1, rows)."""
        return _turned(self.X[self._rows(block)]) if self._kept is None else self._kept[block]

    def _rows(self, block: int) -> slice:
        return self._blocks[block]

    def _sum(self, work: Callable[[int], Floats]) -> Floats:
        """Over the blocks of rows, in their order whoever has done them."""
        parts: Iterable[Floats] = map(work, range(len(self._blocks)))
        if self.threads > 1 and len(self._blocks) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                parts = list(pool.map(work, range(len(self._blocks))))
        first, *others = parts
        for part in others:
            first += part
        return first


def _turned(rows: Floats) -> Floats:
    """The columns of some rows, then one of ones: shape (columns + 1, rows)."""
    columns = np.empty((rows.shape[1] + 1, len(rows)))
    columns[:-1] = rows.T
    columns[-1] = 1.0
    return columns


def _curvature(tanh: Floats) -> Floats:
    """1 − t²: four times that of the loss of a row."""
    curved = tanh * tanh
    return np.subtract(1.0, curved, out=curved)
