"""Rows laid out in blocks of near rows, each with the box that holds it.

The boxes stand in principal coordinates, where most of the distance between rows of a table lies along few axes: a few
coordinates then suffice to say that a block is too far away to matter.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

#: rows in a block: as many as keep a tile of distances in the cache of one core
SIZE = 256

#: coordinates that the boxes keep; leaving some out only makes the distance to a box shorter
AXES = 12

#: rows by which the widest axis of a part is judged
GLANCE = 1000


@dataclass(frozen=True)
class Frame:
    """An origin, orthonormal axes (the widest first), and how far the farthest row is from the origin."""

    origin: Floats  # shape (columns,)
    axes: Floats  # shape (columns, kept)
    reach: float

    @property
    def error(self) -> float:
        """More than rounding can add to the distance between two rows when it is measured in this frame.

        A coordinate is a sum of `columns` products: off by (columns + 2) 2⁻⁵³ reach at most, a distance by 2 √12 times
        that. Axes that are orthonormal to some 10 × columns × 2⁻⁵³ only add about three times as much. The code takes
        2⁷ times.
        """
        return 2.0**-46 * (len(self.origin) + 3) * self.reach


@dataclass(frozen=True)
class Blocks:
    """Rows sorted into blocks: block b holds the rows `b × SIZE` to `(b + 1) × SIZE` of the sorted ones."""

    order: Ints  # where each sorted row stood, shape (rows,)
    rows: Floats  # the sorted rows, shape (rows, columns)
    points: Floats  # the sorted rows in the frame, shape (rows, kept)
    low: Floats  # corners of the boxes, shape (blocks, kept)
    high: Floats

    def __len__(self) -> int:
        return len(self.low)

    def span(self, block: int) -> slice:
        """Where the rows of a block stand."""
        return slice(block * SIZE, min((block + 1) * SIZE, len(self.order)))


def principal_frame(X: Floats, Q: Floats) -> Frame:
    """The principal axes of `X`, around its median: no outlier pulls that away. `Q` are the rows to come."""
    origin = np.median(X, axis=0)
    _, axes = np.linalg.eigh(np.cov(X - origin, rowvar=False).reshape(X.shape[1], X.shape[1]))
    reach = max(float(np.abs(rows - origin).max()) for rows in (X, Q)) * X.shape[1] ** 0.5
    return Frame(origin, np.ascontiguousarray(axes[:, ::-1][:, :AXES]), reach)


def lay_out(X: Floats, frame: Frame) -> Blocks:
    """The rows of `X` in blocks, by halving the widest axis again and again, as a k-d tree does (Bentley 1975)."""
    points = (X - frame.origin) @ frame.axes
    order = np.arange(len(X))
    parts = [(0, len(X))]
    while parts:
        start, stop = parts.pop()
        if stop - start <= SIZE:
            continue
        part = order[start:stop]
        seen = points[part[:: max(1, len(part) // GLANCE)]]
        widest = np.argmax(seen.max(axis=0) - seen.min(axis=0))
        half = -(-len(part) // SIZE) // 2 * SIZE
        order[start:stop] = part[np.argpartition(points[part, widest], half)]
        parts += [(start, start + half), (start + half, stop)]
    points = points[order]
    starts = np.arange(0, len(X), SIZE)
    return Blocks(order, X[order], points, np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts))


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
