"""The loss of logistic regression on one table, for several C at once, with its gradient and Hessian.

It is scikit-learn's loss, C Σ s log(1 + exp(−y (x w + b))) + |w|² / 2. Here y is −1 or 1, s is the weight of the row,
and the intercept b has no penalty. Let z = x w + b, and let p = 1 / (1 + exp(−z)) be the probability of the positive
class. The slope of a row along z is p − (y + 1) / 2, and its curvature is p (1 − p). Both need only one exponential.

Rows are processed in blocks of fixed size. So no temporary array is as large as the table, and no sum depends on the
number of threads. Temporary arrays have a row for each C: numpy is about three times as fast as with a column for each.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np

from stages.shared.storage.arrow import Floats, Ints
from stages.train.classifiers.class_weights import ClassWeights, RowWeights, compute_row_weights, count_classes

#: rows in a block; with some thirty columns they fit into the cache of a core
BLOCK_SIZE = 4096

#: probabilities of at most so many bytes are kept for the Hessian; otherwise they are computed again
MAX_KEPT_BYTES = 16 << 20

#: all C share one Hessian while the curvatures differ by at most this share of their mean
MAX_CURVATURE_SPREAD = 0.25

#: of the first block, one row in so many is compared
SAMPLE_STEP = 8


class LogisticLoss:
    """The loss as a function of W, shape (C, columns + 1): for each C the coefficients, then the intercept."""

    def __init__(
        self,
        X: Floats,
        y: Ints,
        weights: ClassWeights,
        C: Floats,
        fit_intercept: bool,
        threads: int,
        sample_weight: RowWeights = None,
    ) -> None:
        """X: shape (rows, columns); y: 0 and 1, shape (rows,); C: shape (C,); sample_weight: shape (rows,)."""
        self.X, self.y, self.weights, self.C = X, y, weights, C
        self.fit_intercept, self.threads = fit_intercept, threads
        self.row_weights, self._sizes = compute_row_weights(weights, y, sample_weight), count_classes(y, sample_weight)
        self._blocks = [slice(start, start + BLOCK_SIZE) for start in range(0, len(X), BLOCK_SIZE)]
        self._keeps = len(X) * len(C) * np.dtype(np.float64).itemsize <= MAX_KEPT_BYTES
        self._W = self.start  # of the last gradient
        self._probabilities: list[Floats | None] = [None] * len(self._blocks)  # of the rows at this W, if kept

    @property
    def start(self) -> Floats:
        """W without any coefficient: the log odds of the weighted classes, shape (C, columns + 1)."""
        W = np.zeros((len(self.C), self.X.shape[1] + 1))
        W[:, -1] = self.log_odds
        return W

    @cached_property
    def weight(self) -> float:
        """The sum of the row weights."""
        return float(len(self.X) if self.row_weights is None else self.row_weights.sum())

    @cached_property
    def log_odds(self) -> float:
        """The optimal intercept without columns; 0 without an intercept."""
        if not self.fit_intercept:
            return 0.0
        negatives, positives = self._sizes
        odds = positives * self.weights.positive / (negatives * self.weights.negative)
        return float(np.log(odds))

    def gradient(self, W: Floats) -> Floats:
        """Return the gradient at W, shape (C, columns + 1)."""
        self._W = W.copy()
        gradient = self._sum(self._compute_block_gradient)
        gradient -= self._positive_sum
        gradient *= self.C[:, np.newaxis]
        gradient[:, :-1] += W[:, :-1]
        if not self.fit_intercept:
            gradient[:, -1] = 0.0
        return gradient

    def hessian(self, separate: bool = False) -> tuple[Floats, bool]:
        """Return the Hessians at the last W, shape (C, columns + 1, columns + 1), and whether they are exact.

        If the curvatures of all C are similar, their mean serves each, unless `separate`.
        """
        shared = not separate and self._is_curvature_similar()
        hessian = self.C[:, np.newaxis, np.newaxis] * self._sum(
            lambda block: self._compute_block_hessian(block, shared)
        )
        coefficients = np.arange(self.X.shape[1])
        hessian[:, coefficients, coefficients] += 1.0
        if not self.fit_intercept:
            hessian[:, -1, :] = hessian[:, :, -1] = 0.0
            hessian[:, -1, -1] = 1.0
        return hessian, not shared

    def loss(self, W: Floats) -> Floats:
        """Return the loss at W, shape (C,)."""
        rows = self._sum(lambda block: self._compute_block_loss(block, W))
        return np.asarray(self.C * rows + (W[:, :-1] ** 2).sum(axis=1) / 2)

    @cached_property
    def _positive_sum(self) -> Floats:
        """Σ s x over the positive rows, the part of the gradient without W: shape (columns + 1,)."""

        def compute(block: int) -> Floats:
            positive = self.y[np.newaxis, self._blocks[block]].astype(np.float64)
            return np.asarray(_sum_weighted(self._weight(block, positive), self._rows(block))[0])

        return self._sum(compute)

    def _compute_block_gradient(self, block: int) -> Floats:
        """Return Σ s p x over the rows, shape (C, columns + 1)."""
        X = self._rows(block)
        probabilities = _predict(self._W, X)
        if self._keeps:
            self._probabilities[block] = probabilities
        return _sum_weighted(self._weight(block, probabilities), X)

    def _compute_block_hessian(self, block: int, shared: bool) -> Floats:
        """Return Σ s p (1 − p) x xᵀ over the rows, shape (C, columns + 1, columns + 1), or (1, …) if shared."""
        X, probabilities = self._rows(block), self._predict_block(block)
        curvature = _compute_curvature(probabilities)
        if shared:
            curvature = np.add.reduce(curvature, axis=0, keepdims=True) / len(probabilities)
        curvature = self._weight(block, curvature)
        hessian = np.empty((len(curvature), X.shape[1] + 1, X.shape[1] + 1))
        for out, weights in zip(hessian, curvature, strict=True):
            out[:-1, :-1] = (X.T * weights) @ X
        hessian[:, -1] = hessian[:, :, -1] = _sum_weighted(curvature, X)
        return hessian

    def _compute_block_loss(self, block: int, W: Floats) -> Floats:
        """Return Σ s log(1 + exp(−y z)) over the rows, shape (C,)."""
        margins = W[:, :-1] @ self._rows(block).T + W[:, -1:]
        losses = np.logaddexp(0.0, margins) - self.y[self._blocks[block]] * margins
        return np.asarray(self._weight(block, losses).sum(axis=1))

    def _is_curvature_similar(self) -> bool:
        curvature = _compute_curvature(self._predict_block(0)[:, ::SAMPLE_STEP])
        mean = curvature.mean(axis=0)
        deviation = np.abs(curvature - mean).sum()
        return len(curvature) > 1 and bool(deviation <= MAX_CURVATURE_SPREAD * len(curvature) * mean.sum())

    def _predict_block(self, block: int) -> Floats:
        """Return p of the rows at the W of the last gradient, shape (C, rows)."""
        kept = self._probabilities[block]
        return _predict(self._W, self._rows(block)) if kept is None else kept

    def _weight(self, block: int, by_row: Floats) -> Floats:
        return by_row if self.row_weights is None else by_row * self.row_weights[self._blocks[block]]

    def _rows(self, block: int) -> Floats:
        return self.X[self._blocks[block]].astype(np.float64, copy=False)

    def _sum(self, compute: Callable[[int], Floats]) -> Floats:
        """Return the sum over the blocks, in their order for any number of threads."""
        parts: Iterable[Floats] = map(compute, range(len(self._blocks)))
        if self.threads > 1 and len(self._blocks) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                parts = list(pool.map(compute, range(len(self._blocks))))
        first, *others = parts
        for part in others:
            first += part
        return first


def expit(Z: Floats, intercepts: Floats) -> Floats:
    """Return 1 / (1 + exp(−z − b)), computed in place. It is faster than scipy's, which tests every sign."""
    np.subtract(-intercepts, Z, out=Z)
    with np.errstate(over="ignore"):
        np.exp(Z, out=Z)
    Z += 1.0
    return np.reciprocal(Z, out=Z)


def _predict(W: Floats, X: Floats) -> Floats:
    """Return p of the rows, shape (C, rows)."""
    return expit(W[:, :-1] @ X.T, W[:, -1:])


def _compute_curvature(probabilities: Floats) -> Floats:
    """Return p (1 − p), the curvature of a row's loss along its margin."""
    curvature = 1.0 - probabilities
    curvature *= probabilities
    return curvature


def _sum_weighted(by_row: Floats, X: Floats) -> Floats:
    """Return the sum of the rows (x, 1), weighted `by_row`, shape (C, rows): shape (C, columns + 1)."""
    total = np.empty((len(by_row), X.shape[1] + 1))
    np.matmul(by_row, X, out=total[:, :-1])
    np.add.reduce(by_row, axis=1, out=total[:, -1])
    return total
