"""Principal coordinates, and distances in them.

Most of the distance between rows of a table lies along few axes: a few coordinates then suffice to say that rows are
too far away to matter.
"""

from dataclasses import dataclass

import numpy as np

from stages.train.samplers.neighbors.arrays import Floats

#: coordinates that are kept; leaving some out only makes a distance shorter
AXES = 12

#: rows by which the middle of all is judged
FEW = 200


@dataclass(frozen=True)
class Frame:
    """Principal coordinates, and how far rounding may mislead in them."""

    origin: Floats  # in the middle of the fitted rows, shape (columns,)
    axes: Floats  # shape (columns, kept)
    error: float  # more than rounding can add to the distance between two rows, seen in the frame

    @classmethod
    def of(cls, X: Floats, Q: Floats) -> tuple["Frame", Floats]:
        """The frame of fitted rows `X`, for these and for queries `Q`; and the rows `X` around its origin.

        On the error: let r be more than the distance of any row from the origin. A coordinate is a sum of `columns`
        products, off by (columns + 2) 2⁻⁵³ r at most, a distance by 2 √12 times that. Axes that are orthonormal only to
        some 10 × columns × 2⁻⁵³ add three times as much. The code takes 2⁷ times.
        """
        origin = middle(X)
        offsets = X - origin
        axes = np.linalg.eigh(offsets.T @ offsets).eigenvectors[:, ::-1][:, :AXES]
        farthest = max(float(np.abs(rows - origin).max(initial=0)) for rows in ((X,) if Q is X else (X, Q)))
        return cls(origin, axes, 2.0**-46 * (X.shape[1] + 2) * farthest * X.shape[1] ** 0.5), offsets

    def points(self, rows: Floats) -> Floats:
        """Rows in these coordinates, shape (rows, kept)."""
        return np.asarray((rows - self.origin) @ self.axes)


def middle(rows: Floats) -> Floats:
    """About the median of rows, shape (columns,): no outlier pulls it away."""
    return np.asarray(np.median(rows[:: 1 + len(rows) // FEW], axis=0))


def gap(points: Floats, low: Floats, high: Floats) -> Floats:
    """The distance of points, shape (axes, points), from a box with the corners `low` and `high`; 0 inside."""
    middle, half = (low + high) / 2, (high - low) / 2
    between = points - middle[:, np.newaxis]
    np.abs(between, out=between)
    between -= half[:, np.newaxis]
    np.maximum(between, 0, out=between)
    np.multiply(between, between, out=between)
    squared: Floats = between.sum(axis=0)
    return np.sqrt(squared, out=squared)
