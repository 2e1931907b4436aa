"""Newton's method for many losses at once, with as few Hessians as possible.

A Hessian serves while its steps reduce the gradient enough (the chord method; Ortega & Rheinboldt 1970, section 7.1).
The curvature observed along each step updates its inverse (BFGS; Nocedal & Wright 2006, section 6.1). All losses take
their steps together, because on small tables the Python code of a step costs more than its arithmetic.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from stages.shared.storage.arrow import Bools, Floats
from stages.train.classifiers.logistic.loss import LogisticLoss

#: after the last step, no coefficient is farther from its optimum than this share of the largest one (or of 1)
TOLERANCE = 1e-9

#: a step that leaves more than this share of the gradient is followed by a new Hessian
NEW_HESSIAN_SHARE = 0.3

#: a step that leaves more than this share of the gradient failed, and a line search shortens it
FAILED_SHARE = 0.9

#: a failed step with an exact Hessian is due to rounding if its expected gain is at most this share of the first loss,
#: as with values in the hundred thousands
ROUNDING = 1e-12

#: if a step with a shared Hessian of this point leaves more than this share, each C gets its own Hessian
SEPARATE_SHARE = 0.5

#: the curvature along a step is used if it is within this factor of the Hessian's; otherwise it is rounding noise
MAX_CURVATURE_RATIO = 10.0

#: smaller numbers count as 0 in divisions
TINY = 1e-100

#: halvings in the line search; after that, only rounding prevents a lower loss
MAX_HALVINGS = 30


@dataclass(frozen=True)
class Minimum:
    """The minimum of the loss on one table, for each C."""

    W: Floats  # shape (C, columns + 1)
    inverse: Floats  # approximate inverse Hessian, shape (C, columns + 1, columns + 1)
    steps: int


def minimize(losses: Sequence[LogisticLoss], W: Floats, inverse: Floats | None, max_iter: int) -> list[Minimum]:
    """Return the minimum of each loss.

    W: the start, shape (losses, C, columns + 1). inverse: approximate inverse Hessians there, shape
    (losses, C, columns + 1, columns + 1). Warns, as scikit-learn does, if `max_iter` steps are too few.
    """
    descent = _Descent(losses, W, inverse)
    while descent.n_steps < max_iter and descent.active.any():
        descent.take_step()
    if descent.active.any():
        message = f"logistic regression did not converge in {max_iter} steps; raise max_iter"
        warnings.warn(message, ConvergenceWarning, stacklevel=4)
    return [
        Minimum(W, inverse, int(steps))
        for W, inverse, steps in zip(descent.W, descent.inverse, descent.steps, strict=True)
    ]


class _Descent:
    """The state of all losses.

    The Newton decrement √(g H⁻¹ g) measures the distance of a gradient g from 0. It does not depend on the scales of
    the columns.
    """

    def __init__(self, losses: Sequence[LogisticLoss], W: Floats, inverse: Floats | None) -> None:
        self.losses, self.W, self.n_steps = losses, W.copy(), 0
        self.gradient = np.stack([loss.gradient(start) for loss, start in zip(losses, W, strict=True)])
        self.inverse = np.empty((*W.shape, W.shape[-1])) if inverse is None else inverse.copy()
        self.step, self.decrement = np.empty(W.shape), np.empty(W.shape[:2])
        #: the share of the decrement that a step with this Hessian leaves, as far as known
        self.remaining = np.ones(W.shape[:2])
        #: whether the Hessian is that of the current point, and each C has its own
        self.exact = np.zeros(len(losses), dtype=np.bool_)
        #: whether the Hessian is that of the current point, and all C share it
        self.shared = np.zeros(len(losses), dtype=np.bool_)
        #: whether each C needs its own Hessian, because a shared one failed
        self.separate = np.zeros(len(losses), dtype=np.bool_)
        if inverse is None:
            for index in range(len(losses)):
                self._renew_hessian(index)
        self.step, self.decrement = _compute_newton_step(self.inverse, self.gradient)
        self.steps = np.zeros(len(losses), dtype=np.int32)
        self.active = np.ones(W.shape[:2], dtype=np.bool_)
        self._finish_near_minimum()

    def take_step(self) -> None:
        """Take one step of every active loss, and compute the next one."""
        before, taken = self.W, self.step * self.active[:, :, np.newaxis]
        last_decrement, last_gradient = self.decrement, self.gradient
        self.W, self.gradient = before - taken, last_gradient.copy()
        for index in _list_indices(self.active.any(axis=1)):
            self.gradient[index] = self.losses[index].gradient(self.W[index])
            self.steps[index] += 1
        self.step, self.decrement = _compute_newton_step(self.inverse, self.gradient)
        self.remaining = np.minimum(1.0, self.decrement / np.maximum(last_decrement, TINY))
        if (self.remaining >= FAILED_SHARE).any():
            scale = np.stack([loss.C * loss.weight for loss in self.losses])
            is_real = (last_decrement**2 > ROUNDING * scale) | ~self.exact[:, np.newaxis]
            self.active &= (self.remaining < FAILED_SHARE) | is_real
        self._finish_near_minimum()
        slow = (self.active & (self.remaining >= NEW_HESSIAN_SHARE)).any(axis=1)
        if self.active.any() and not slow.all():
            self._update_inverse(taken, last_gradient)
        self.separate |= self.shared & (self.active & (self.remaining >= SEPARATE_SHARE)).any(axis=1)
        for index in _list_indices(slow):
            self._undo_failed_step(index, before[index], taken[index], last_decrement[index])
            self._renew_hessian(index)
        self.exact &= slow
        self.shared &= slow
        self.n_steps += 1

    def _finish_near_minimum(self) -> None:
        """Take the final step where the remaining error is within the tolerance."""
        error = self.remaining * np.abs(self.step).max(axis=2)
        far = error > TOLERANCE * np.maximum(1.0, np.abs(self.W).max(axis=2))
        is_final = self.active & ~far
        if is_final.any():
            self.W -= self.step * is_final[:, :, np.newaxis]
            self.active &= far

    def _update_inverse(self, taken: Floats, last_gradient: Floats) -> None:
        """Write the curvature observed along the steps into the inverse Hessians (BFGS).

        `self.step` already is H⁻¹ times the new gradient, so H⁻¹ times the change of the gradient is its change.
        """
        moved, change, step_change = -taken, self.gradient - last_gradient, self.step - taken
        curvature, expected = np.vecdot(moved, change), np.vecdot(taken, last_gradient)
        plausible = self.active & (curvature * MAX_CURVATURE_RATIO > expected)
        plausible &= (curvature < MAX_CURVATURE_RATIO * expected) & (expected > TINY)
        curvature = np.where(plausible, curvature, np.inf)[:, :, np.newaxis]
        factor = 1.0 + np.vecdot(change, step_change)[:, :, np.newaxis] / curvature
        factors = np.empty((*moved.shape, 2))
        factors[..., 0] = factor * moved - step_change
        np.negative(moved, out=factors[..., 1])
        factors /= curvature[..., np.newaxis]
        self.inverse += factors @ np.stack([moved, step_change], axis=-2)
        self.step, self.decrement = _compute_newton_step(self.inverse, self.gradient)

    def _undo_failed_step(self, index: int, before: Floats, taken: Floats, last_decrement: Floats) -> None:
        """Return to the start of a failed step; with an exact Hessian, a shorter step is taken instead."""
        failed = self.active[index] & (self.remaining[index] >= FAILED_SHARE)
        if not failed.any():
            return
        if self.exact[index]:
            self.W[index] = _search_line(self.losses[index], before, taken, last_decrement, failed)
        else:
            self.W[index] = np.where(failed[:, np.newaxis], before, self.W[index])
        self.gradient[index] = self.losses[index].gradient(self.W[index])

    def _renew_hessian(self, index: int) -> None:
        hessian, self.exact[index] = self.losses[index].hessian(self.separate[index])
        self.shared[index] = not self.exact[index]
        self.inverse[index] = _invert(hessian, self.gradient[index])
        self.step[index], self.decrement[index] = _compute_newton_step(self.inverse[index], self.gradient[index])
        self.remaining[index] = 1.0


def _list_indices(mask: Any) -> list[int]:
    return [int(index) for index in np.flatnonzero(mask)]


def _invert(hessian: Floats, gradient: Floats) -> Floats:
    """Return the inverse for each C; the pseudo-inverse if it is so near to singular that rounding would lead uphill.

    The Hessian is scaled to a diagonal of ones first, so that the scales of the columns do not affect rounding.
    """
    scale = 1.0 / np.sqrt(np.maximum(np.einsum("cii->ci", hessian), TINY))
    scales = scale[:, :, np.newaxis] * scale[:, np.newaxis, :]
    scaled = hessian * scales
    with suppress(np.linalg.LinAlgError):
        inverse = np.asarray(np.linalg.inv(scaled) * scales)
        if (np.einsum("ci,cij,cj->c", gradient, inverse, gradient) >= 0).all():
            return inverse
    return np.asarray(np.linalg.pinv((scaled + scaled.transpose(0, 2, 1)) / 2, hermitian=True) * scales)


def _compute_newton_step(inverse: Floats, gradient: Floats) -> tuple[Floats, Floats]:
    """Return the step to the minimum of the quadratic model, and the Newton decrement."""
    step = np.matmul(inverse, gradient[..., np.newaxis])[..., 0]
    return step, np.sqrt(np.abs(np.vecdot(gradient, step)))  # negative by rounding alone


def _search_line(loss: LogisticLoss, W: Floats, step: Floats, decrement: Floats, failed: Bools) -> Floats:
    """Return W after a step that lowers the loss; the `failed` ones are halved until they do (Armijo)."""
    share, start = np.ones(len(W)), loss.loss(W)
    for _ in range(MAX_HALVINGS):
        lower = loss.loss(W - share[:, np.newaxis] * step) <= start * (1 + 1e-14) - 1e-4 * share * decrement**2
        if lower[failed].all():
            break
        share[failed & ~lower] /= 2
    return np.asarray(W - share[:, np.newaxis] * step)
