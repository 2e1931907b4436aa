"""The loss of logistic regression on one table, for several C at once.

It is scikit-learn's: C Σ s log(1 + exp(−y (x w + b))) + |w|² / 2, with y of −1 and 1, s the weight of the row's class,
and no penalty on the intercept b. With the probability p = 1 / (1 + exp(−z)) of the positive class, z = x w + b, the
slope of a row along z is p − (y + 1) / 2 and its curvature p (1 − p): one exponential a row does for both derivatives.

Rows are gone through in blocks of fixed size, so that nothing as large as the table is made, and no sum depends on the
number of threads. What is worked out for them has a row for each C: side by side in memory, numpy is some three times
as fast as with a column for each.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from stages.train.classifiers.class_weights import ClassWeights, row_weights

Floats = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]
Part = TypeVar("Part")

#: rows that are worked on at a time: with some thirty columns they stay in the cache of a core
BLOCK = 4096

#: scores of no more bytes are kept for the Hessian; more are worked out again
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
        self._keeps = len(X) * len(C) * np.dtype(np.float64).itemsize <= KEPT
        self._at = self.start  # where the gradient was asked for last
        self._scores: list[Floats | None] = [None] * len(self._blocks)  # of the rows there, where they are kept

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
        gradient = self._sum(self._pushed)
        gradient -= self._pull
        gradient *= self.C[:, np.newaxis]
        gradient[:, :-1] += W[:, :-1]
        if not self.fit_intercept:
            gradient[:, -1] = 0.0
        return gradient

    def hessian(self, own: bool = False) -> tuple[Floats, bool]:
        """Where the gradient was asked for last: shape (C, columns + 1, columns + 1), and whether it is exact.

        Where the curvatures of all C are much alike, the mean of them serves each, unless each is to have its `own`.
        """
        shared = not own and self._are_alike()
        hessian = self.C[:, np.newaxis, np.newaxis] * self._sum(lambda block: self._curved(block, shared))
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
        """Σ s x over the positive rows, which no W changes: shape (columns + 1,)."""

        def pull(block: int) -> Floats:
            positive = self.y[np.newaxis, self._blocks[block]].astype(np.float64)
            return np.asarray(_pulled(self._weighted(block, positive), self._rows(block))[0])

        return self._sum(pull)

    def _pushed(self, block: int) -> Floats:
        """Σ s p x over the rows: shape (C, columns + 1)."""
        X = self._rows(block)
        scores = _scores(self._at, X)
        if self._keeps:
            self._scores[block] = scores
        return _pulled(self._weighted(block, scores), X)

    def _curved(self, block: int, shared: bool) -> Floats:
        """Σ s p (1 − p) x xᵀ over the rows: shape (C, columns + 1, columns + 1), or (1, …) where one is for all."""
        X, scores = self._rows(block), self._scores_there(block)
        curved = _curvature(scores)
        if shared:
            curved = np.add.reduce(curved, axis=0, keepdims=True) / len(scores)
        curved = self._weighted(block, curved)
        hessian = np.empty((len(curved), X.shape[1] + 1, X.shape[1] + 1))
        for of_one, each in zip(hessian, curved, strict=True):
            of_one[:-1, :-1] = (X.T * each) @ X
        hessian[:, -1] = hessian[:, :, -1] = _pulled(curved, X)
        return hessian

    def _lost(self, block: int, W: Floats) -> Floats:
        """Σ s log(1 + exp(−y z)) over the rows: shape (C,)."""
        margins = W[:, :-1] @ self._rows(block).T + W[:, -1:]
        lost = np.logaddexp(0.0, margins) - self.y[self._blocks[block]] * margins
        return np.asarray(self._weighted(block, lost).sum(axis=1))

    def _are_alike(self) -> bool:
        curved = _curvature(self._scores_there(0)[:, ::SAMPLED])
        mean = curved.mean(axis=0)
        return len(curved) > 1 and bool(np.abs(curved - mean).sum() <= ALIKE * len(curved) * mean.sum())

    def _scores_there(self, block: int) -> Floats:
        """p of the rows where the gradient was asked for last, shape (C, rows)."""
        kept = self._scores[block]
        return _scores(self._at, self._rows(block)) if kept is None else kept

    def _weighted(self, block: int, of_rows: Floats) -> Floats:
        return of_rows if self.row_weights is None else of_rows * self.row_weights[self._blocks[block]]

    def _rows(self, block: int) -> Floats:
        """Those of a block, shape (rows, columns)."""
        return self.X[self._blocks[block]].astype(np.float64, copy=False)

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


def _pulled(of_rows: Floats, X: Floats) -> Floats:
    """Σ x over the rows, with one for the intercept, each by what is given of it: shape (C, columns + 1)."""
    pulled = np.empty((len(of_rows), X.shape[1] + 1))
    np.matmul(of_rows, X, out=pulled[:, :-1])
    np.add.reduce(of_rows, axis=1, out=pulled[:, -1])
    return pulled


def _scores(W: Floats, X: Floats) -> Floats:
    """p of the rows: shape (C, rows)."""
    return expit(W[:, :-1] @ X.T, W[:, -1:])


def _curvature(scores: Floats) -> Floats:
    """p (1 − p): that of the loss of a row along its margin."""
    curved = 1.0 - scores
    curved *= scores
    return curved


def expit(Z: Floats, intercepts: Floats) -> Floats:
    """1 / (1 + exp(−z − b)), in place: faster than scipy's, which looks at the sign of each number."""
    np.subtract(-intercepts, Z, out=Z)
    with np.errstate(over="ignore"):
        np.exp(Z, out=Z)
    Z += 1.0
    return np.reciprocal(Z, out=Z)
