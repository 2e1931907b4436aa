"""Logistic regression at its optimum, for several C at once.

scikit-learn's solvers stop when they are near enough: with the default tolerance an average precision may be off by a
few thousandths from the one that the model itself would have. Here Newton's method (iteratively reweighted least
squares) goes on until rounding is all that is left, and what can be shared is: one pass over the rows serves every C,
and a Hessian serves as long as it does its work (the chord method; Ortega & Rheinboldt 1970, section 7.1). Rows are
gone through in blocks of fixed size, so that nothing as large as the table is made, and no sum depends on the number
of threads.

The loss is scikit-learn's: C Σ s log(1 + exp(−y (x w + b))) + |w|² / 2, with y of −1 and 1, s the weight of the row's
class, and no penalty on the intercept b.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
import warnings

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from stages.train.settings import CONVERGED, Settings
from stages.train.weights import ClassWeights, row_weights

Floats = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]

#: rows that are worked on at a time: with some thirty columns they stay in the cache of a core
BLOCK = 4096

#: a table of no more bytes is turned once, a larger one block by block at every look: column by column, numpy is
#: some three times as fast
TURNED = 16 << 20

#: a step that moves no coefficient by more than this part of the largest (or of 1) is the last
LAST_STEP = 1e-7

#: a Hessian is made anew when a step leaves more than this part of the gradient
SLOW = 0.2

#: a step that leaves more than this part of the gradient has done nothing, and the loss has to say how far to go
IDLE = 0.9

#: a fresh step that has done nothing, and would have lowered the loss by no more than this part of what it is where
#: nothing is known, is one that only rounding asks for (columns in the hundred thousands)
NOTHING = 1e-12

#: halvings of a step before it is taken as it is: rounding alone then keeps the loss from falling
HALVINGS = 30


@dataclass(frozen=True)
class Path:
    """The optimum for each C."""

    coefficients: Floats  # shape (C, columns)
    intercepts: Floats  # shape (C,)
    inverse: Floats  # of the last Hessian that was made, shape (C, columns + 1, columns + 1)
    steps: int

    def scores(self, X: Floats) -> Floats:
        """The probability of the positive class for each C, shape (C, rows)."""
        with np.errstate(over="ignore"):
            return _expit(self.coefficients @ X.T + self.intercepts[:, np.newaxis])

    def model(self, place: int, **settings: Any) -> LogisticRegression:
        """The optimum for one C as a fitted estimator of scikit-learn with these settings."""
        model = LogisticRegression(solver="newton-cholesky", **settings)
        model.classes_ = np.array([0, 1])
        model.coef_ = self.coefficients[[place]]
        model.intercept_ = self.intercepts[[place]]
        model.n_iter_ = np.array([self.steps], dtype=np.int32)
        model.n_features_in_ = self.coefficients.shape[1]
        return model


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
    """The optimum for every C on rows X, shape (rows, columns), with the classes y of 0 and 1, shape (rows,).

    start: the optimum of a similar problem with as many C, from which fewer steps lead to this one. Warns, as
    scikit-learn does, when `max_iter` steps do not suffice.
    """
    problem = _Problem(X, y, weights, np.asarray(C, dtype=np.float64), fit_intercept, threads)
    W = problem.origin() if start is None else np.column_stack([start.coefficients, start.intercepts])
    with np.errstate(over="ignore"):  # exp(−z) may be infinite: 1 / (1 + ∞) is 0, as it should be
        W, inverse, steps = _newton(problem, W, None if start is None else start.inverse, max_iter)
    return Path(W[:, :-1].copy(), W[:, -1].copy(), inverse, steps)


def _newton(problem: "_Problem", W: Floats, known: Floats | None, max_iter: int) -> tuple[Floats, Floats, int]:
    """Steps from W, shape (C, columns + 1), until the last moves nothing; with the last H⁻¹ and their number.

    How far a gradient g is from vanishing is measured by the Newton decrement √(g H⁻¹ g), which knows nothing of the
    units of the columns.
    """
    fresh = known is None
    gradient, hessian = problem.look(W, with_hessian=fresh)
    inverse = _inverse(hessian) if known is None else known
    step, size = _step(inverse, gradient)
    going = np.ones(len(W), dtype=np.bool_)
    for steps in range(1, max_iter + 1):
        step[~going] = 0.0
        going &= np.abs(step).max(axis=1) > LAST_STEP * np.maximum(1.0, np.abs(W).max(axis=1))
        if not going.any():
            return W - step, inverse, steps
        before, step_before, last = W, step, size
        W = before - step
        gradient, _ = problem.look(W)
        step, size = _step(inverse, gradient)
        slow, idle = going & ~(size < SLOW * last), going & ~(size < IDLE * last)
        if fresh:
            rounding = idle & (last**2 <= NOTHING * problem.worth)
            going, slow, idle = going & ~rounding, slow & ~rounding, idle & ~rounding
        if slow.any():
            if fresh and idle.any():
                W = _shortened(problem, before, step_before, last, idle)
            elif idle.any():
                W = np.where(idle[:, np.newaxis], before, W)
            gradient, hessian = problem.look(W, with_hessian=True)
            inverse = _inverse(hessian)
            step, size = _step(inverse, gradient)
        fresh = bool(slow.any())
    warnings.warn(f"logistic regression did not converge in {max_iter} steps; raise max_iter", ConvergenceWarning, 3)
    return W, inverse, max_iter


def _inverse(hessian: Floats) -> Floats:
    return np.asarray(np.linalg.inv(hessian), dtype=np.float64)


def _step(inverse: Floats, gradient: Floats) -> tuple[Floats, Floats]:
    """The way to where the gradient would vanish if the loss were a parabola, and the Newton decrement, for each C."""
    step = np.matmul(inverse, gradient[:, :, np.newaxis])[:, :, 0]
    return step, np.sqrt(np.maximum((gradient * step).sum(axis=1), 0.0))


def _shortened(problem: "_Problem", W: Floats, step: Floats, size: Floats, which: npt.NDArray[np.bool_]) -> Floats:
    """W after a step that lowers the loss, halved as often as that takes where a whole one may go too far (Armijo)."""
    part, loss = np.ones(len(W)), problem.loss(W)
    for _ in range(HALVINGS):
        lower = problem.loss(W - part[:, np.newaxis] * step) <= loss * (1 + 1e-14) - 1e-4 * part * size**2
        if lower[which].all():
            break
        part[which & ~lower] /= 2
    return np.asarray(W - part[:, np.newaxis] * step)


class _Problem:
    """What is to be minimised, for each C."""

    def __init__(
        self, X: Floats, y: Target, weights: ClassWeights, C: Floats, fit_intercept: bool, threads: int
    ) -> None:
        small = X.nbytes <= TURNED
        self.X, self.y, self.weights, self.C = X, y.astype(np.float64) if small else y, weights, C
        self.fit_intercept, self.threads = fit_intercept, threads
        self.row_weights = row_weights(weights, y)
        self._diagonal = np.arange(X.shape[1])
        #: the loss where nothing is known, but for a factor of about one
        self.worth = C * (len(X) if self.row_weights is None else self.row_weights.sum())
        self.blocks = [slice(start, start + BLOCK) for start in range(0, len(X), BLOCK)]
        self.turned = [np.ascontiguousarray(X[rows].T) for rows in self.blocks] if small else None

    def origin(self) -> Floats:
        """Where nothing is known: no slope, and the log odds of the weighted classes."""
        W = np.zeros((len(self.C), self.X.shape[1] + 1))
        if self.fit_intercept:
            positives = float(self.y.sum())
            W[:, -1] = np.log(positives * self.weights.positive / ((len(self.y) - positives) * self.weights.negative))
        return W

    def look(self, W: Floats, with_hessian: bool = False) -> tuple[Floats, Floats]:
        """The gradient at W, shape (C, columns + 1), and the Hessians, shape (C, columns + 1, columns + 1)."""
        parts = self._over_blocks(lambda block: self._look_at(block, W, with_hessian))
        gradient, hessian = next(parts)
        for own, curved in parts:
            gradient += own
            hessian += curved
        gradient *= self.C[:, np.newaxis]
        gradient[:, :-1] += W[:, :-1]
        if with_hessian:
            hessian *= self.C[:, np.newaxis, np.newaxis]
            hessian[:, self._diagonal, self._diagonal] += 1.0
        if not self.fit_intercept:
            gradient[:, -1] = 0.0
            if with_hessian:
                hessian[:, -1, :] = hessian[:, :, -1] = 0.0
                hessian[:, -1, -1] = 1.0
        return gradient, hessian

    def loss(self, W: Floats) -> Floats:
        """What is minimised, at W, shape (C,)."""
        total = np.zeros(len(W))
        for own in self._over_blocks(lambda block: self._loss_at(block, W)):
            total += own
        return np.asarray(self.C * total + (W[:, :-1] ** 2).sum(axis=1) / 2)

    def _loss_at(self, block: int, W: Floats) -> Floats:
        rows = self.blocks[block]
        Z = W[:, :-1] @ self._columns(block) + W[:, -1:]
        losses = np.logaddexp(0.0, Z) - self.y[rows] * Z
        return np.asarray((losses if self.row_weights is None else losses * self.row_weights[rows]).sum(axis=1))

    def _columns(self, block: int) -> Floats:
        """The rows of a block, turned: shape (columns, rows)."""
        return np.ascontiguousarray(self.X[self.blocks[block]].T) if self.turned is None else self.turned[block]

    def _over_blocks(self, work: Callable[[int], Any]) -> Iterator[Any]:
        """The results of `work` on each block of rows, in their order, whoever has done it."""
        if self.threads == 1 or len(self.blocks) == 1:
            yield from map(work, range(len(self.blocks)))
            return
        with ThreadPoolExecutor(self.threads) as pool:
            yield from pool.map(work, range(len(self.blocks)))

    def _look_at(self, block: int, W: Floats, with_hessian: bool) -> tuple[Floats, Floats]:
        rows, X = self.blocks[block], self._columns(block)
        expected = _expit(W[:, :-1] @ X + W[:, -1:])
        weight = None if self.row_weights is None else self.row_weights[rows]
        hessian = self._curvature(X, expected, weight) if with_hessian else _NONE
        wrong = np.subtract(expected, self.y[rows], out=expected)
        if weight is not None:
            wrong *= weight
        gradient = np.empty(W.shape)
        np.matmul(wrong, X.T, out=gradient[:, :-1])
        wrong.sum(axis=1, out=gradient[:, -1])
        return gradient, hessian

    def _curvature(self, X: Floats, expected: Floats, weight: Floats | None) -> Floats:
        curved = expected * (1 - expected)
        if weight is not None:
            curved *= weight
        return np.stack([_weighted_products(X, one) for one in curved])


def _weighted_products(X: Floats, weight: Floats) -> Floats:
    """Σ weight x xᵀ over the columns of X, each with a 1 at its end."""
    root = np.sqrt(weight)
    weighted = X * root
    products = np.empty((len(X) + 1, len(X) + 1))
    products[:-1, :-1] = weighted @ weighted.T
    products[-1, :-1] = products[:-1, -1] = weighted @ root
    products[-1, -1] = weight.sum()
    return products


def is_converged(settings: Settings) -> bool:
    """Whether logistic regression with these settings goes to its optimum; else scikit-learn fits it as it would."""
    return bool(settings.get("solver", CONVERGED) == CONVERGED)


def path_settings(settings: Settings) -> Settings:
    """Those settings of logistic regression, beside C, that bear on its optimum and the way there."""
    return {key: settings[key] for key in ("fit_intercept", "max_iter") if key in settings}


#: the Hessian that was not asked for
_NONE = np.zeros(0)


def _expit(Z: Floats) -> Floats:
    """1 / (1 + exp(−z)), in place: faster than scipy's, which looks at the sign of each number."""
    np.negative(Z, out=Z)
    np.exp(Z, out=Z)
    Z += 1
    return np.reciprocal(Z, out=Z)
