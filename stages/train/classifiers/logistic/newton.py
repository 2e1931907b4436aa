"""Newton's method for many losses at once, with as few Hessians as do the work.

A Hessian serves as long as steps by it leave little of the gradient (the chord method; Ortega & Rheinboldt 1970,
section 7.1), and what each step shows of the true curvature is written into its inverse (BFGS; Nocedal & Wright 2006,
section 6.1). All losses take their steps side by side: of small tables, the arithmetic of a step costs less than the
Python around it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
import warnings

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning

from stages.train.classifiers.logistic.loss import Floats, LogisticLoss

Bools = npt.NDArray[np.bool_]

#: the last step leaves no coefficient further from its optimum than this part of the largest (or of 1)
LAST_STEP = 1e-9

#: a Hessian is made anew when a step leaves more than this part of the gradient
SLOW = 0.3

#: a step that leaves more than this part of the gradient has done nothing, and the loss has to say how far to go
IDLE = 0.9

#: a step by a fresh Hessian that has done nothing, and would have lowered the loss by no more than this part of what it
#: is where nothing is known, is one that only rounding asks for (columns in the hundred thousands)
NOTHING = 1e-12

#: one Hessian for all C gives way to one each when a step by it, made for the place itself, leaves more than this part
POOR = 0.5

#: the curvature along a step is believed where it is within this factor of what the Hessian says; beyond, it is noise
BELIEVED = 10.0

#: and where it can be divided by: what is less counts as nothing
SMALLEST = 1e-100

#: halvings of a step before it is taken as it is: rounding alone then keeps the loss from falling
HALVINGS = 30


@dataclass(frozen=True)
class Minimum:
    """Where the loss of one table is least, for each C."""

    W: Floats  # shape (C, columns + 1)
    inverse: Floats  # what is known of the inverse Hessian, shape (C, columns + 1, columns + 1)
    steps: int


def minimise(losses: Sequence[LogisticLoss], W: Floats, inverse: Floats | None, max_iter: int) -> list[Minimum]:
    """The minimum of each loss.

    W: where to begin, shape (losses, C, columns + 1). inverse: what is known of the inverse Hessians there, shape
    (losses, C, columns + 1, columns + 1). Warns, as scikit-learn does, when `max_iter` steps do not suffice.
    """
    descent = _Descent(losses, W, inverse)
    while descent.taken < max_iter and descent.going.any():
        descent.step_on()
    if descent.going.any():
        message = f"logistic regression did not converge in {max_iter} steps; raise max_iter"
        warnings.warn(message, ConvergenceWarning, stacklevel=4)
    return [
        Minimum(W, inverse, int(steps))
        for W, inverse, steps in zip(descent.W, descent.inverse, descent.steps, strict=True)
    ]


class _Descent:
    """The state of all losses.

    How far a gradient g is from vanishing is measured by the Newton decrement √(g H⁻¹ g), which knows nothing of the
    units of the columns.
    """

    def __init__(self, losses: Sequence[LogisticLoss], W: Floats, inverse: Floats | None) -> None:
        self.losses, self.W, self.taken = losses, W.copy(), 0
        self.gradient = np.stack([loss.gradient(at) for loss, at in zip(losses, W, strict=True)])
        self.inverse = np.empty((*W.shape, W.shape[-1])) if inverse is None else inverse.copy()
        self.step, self.size = np.empty(W.shape), np.empty(W.shape[:2])
        #: which part of the way to the minimum a step by this Hessian leaves, as far as is known
        self.left = np.ones(W.shape[:2])
        #: whether the Hessian is that of the place itself, and for each C its own
        self.exact = np.zeros(len(losses), dtype=np.bool_)
        #: whether it is that of the place itself, and one for all
        self.shared = np.zeros(len(losses), dtype=np.bool_)
        #: whether each C is to have its own Hessian, since one for all has not served
        self.own = np.zeros(len(losses), dtype=np.bool_)
        if inverse is None:
            for index in range(len(losses)):
                self._make_anew(index)
        self.step, self.size = _newton_step(self.inverse, self.gradient)
        self.steps = np.zeros(len(losses), dtype=np.int32)
        self.going = np.ones(W.shape[:2], dtype=np.bool_)
        self._leave_where_near()

    def step_on(self) -> None:
        """One step for whatever is not at its minimum yet, and the next one reckoned."""
        before, taken, last, known = self.W, self.step * self.going[:, :, np.newaxis], self.size, self.gradient
        self.W, self.gradient = before - taken, known.copy()
        for index in _places(self.going.any(axis=1)):
            self.gradient[index] = self.losses[index].gradient(self.W[index])
            self.steps[index] += 1
        self.step, self.size = _newton_step(self.inverse, self.gradient)
        self.left = np.minimum(1.0, self.size / np.maximum(last, SMALLEST))
        if (self.left >= IDLE).any():
            worth = np.stack([loss.C * loss.weight for loss in self.losses])
            self.going &= (self.left < IDLE) | (last**2 > NOTHING * worth) | ~self.exact[:, np.newaxis]
        self._leave_where_near()
        slow = (self.going & (self.left >= SLOW)).any(axis=1)
        if self.going.any() and not slow.all():
            self._learn(taken, known)
        self.own |= self.shared & (self.going & (self.left >= POOR)).any(axis=1)
        for index in _places(slow):
            self._go_back(index, before[index], taken[index], last[index])
            self._make_anew(index)
        self.exact &= slow
        self.shared &= slow
        self.taken += 1

    def _leave_where_near(self) -> None:
        """Takes the step that is the last one, where it is."""
        far = self.left * np.abs(self.step).max(axis=2) > LAST_STEP * np.maximum(1.0, np.abs(self.W).max(axis=2))
        last = self.going & ~far
        if last.any():
            self.W -= self.step * last[:, :, np.newaxis]
            self.going &= far

    def _learn(self, taken: Floats, known: Floats) -> None:
        """Writes the curvature that the steps have `taken` and found into the inverse Hessians.

        The step by the old Hessian is reckoned already: H⁻¹ times the change of the gradient is its change.
        """
        moved, change, answer = -taken, self.gradient - known, self.step - taken
        curvature, expected = np.vecdot(moved, change), np.vecdot(taken, known)
        believed = self.going & (curvature * BELIEVED > expected) & (curvature < BELIEVED * expected)
        believed &= expected > SMALLEST
        curvature = np.where(believed, curvature, np.inf)[:, :, np.newaxis]
        part = 1.0 + np.vecdot(change, answer)[:, :, np.newaxis] / curvature
        both = np.empty((*moved.shape, 2))
        both[..., 0] = part * moved - answer
        np.negative(moved, out=both[..., 1])
        both /= curvature[..., np.newaxis]
        self.inverse += both @ np.stack([moved, answer], axis=-2)
        self.step, self.size = _newton_step(self.inverse, self.gradient)

    def _go_back(self, index: int, before: Floats, taken: Floats, last: Floats) -> None:
        """To where the step began, where it has done nothing; a shorter one goes on if its direction was right."""
        idle = self.going[index] & (self.left[index] >= IDLE)
        if not idle.any():
            return
        if self.exact[index]:
            self.W[index] = _shortened(self.losses[index], before, taken, last, idle)
        else:
            self.W[index] = np.where(idle[:, np.newaxis], before, self.W[index])
        self.gradient[index] = self.losses[index].gradient(self.W[index])

    def _make_anew(self, index: int) -> None:
        hessian, self.exact[index] = self.losses[index].hessian(self.own[index])
        self.shared[index] = not self.exact[index]
        self.inverse[index] = _inverse(hessian, self.gradient[index])
        self.step[index], self.size[index] = _newton_step(self.inverse[index], self.gradient[index])
        self.left[index] = 1.0


def _places(where: Any) -> list[int]:
    return [int(index) for index in np.flatnonzero(where)]


def _inverse(hessian: Floats, gradient: Floats) -> Floats:
    """Of each C; the pseudo-inverse where it is so near to singular that rounding would lead uphill.

    Both of the Hessian with ones on its diagonal: the units of the columns are then no matter of rounding.
    """
    unit = 1.0 / np.sqrt(np.maximum(np.einsum("cii->ci", hessian), SMALLEST))
    units = unit[:, :, np.newaxis] * unit[:, np.newaxis, :]
    balanced = hessian * units
    with suppress(np.linalg.LinAlgError):
        inverse = np.asarray(np.linalg.inv(balanced) * units)
        if (np.einsum("ci,cij,cj->c", gradient, inverse, gradient) >= 0).all():
            return inverse
    return np.asarray(np.linalg.pinv((balanced + balanced.transpose(0, 2, 1)) / 2, hermitian=True) * units)


def _newton_step(inverse: Floats, gradient: Floats) -> tuple[Floats, Floats]:
    """The way to where the gradient would vanish if the loss were a parabola, and the Newton decrement."""
    step = np.matmul(inverse, gradient[..., np.newaxis])[..., 0]
    return step, np.sqrt(np.abs(np.vecdot(gradient, step)))  # below 0 by rounding alone


def _shortened(loss: LogisticLoss, W: Floats, step: Floats, size: Floats, which: Bools) -> Floats:
    """W after a step that lowers the loss, halved as often as that takes where a whole one may go too far (Armijo)."""
    part, least = np.ones(len(W)), loss.loss(W)
    for _ in range(HALVINGS):
        lower = loss.loss(W - part[:, np.newaxis] * step) <= least * (1 + 1e-14) - 1e-4 * part * size**2
        if lower[which].all():
            break
        part[which & ~lower] /= 2
    return np.asarray(W - part[:, np.newaxis] * step)
