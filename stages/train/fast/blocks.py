"""Rows laid out in blocks of near rows, each with the box that holds it.

The boxes stand in principal coordinates, where most of the distance between rows of a table lies along few axes: a few
coordinates then suffice to say that a block is too far away to matter.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

#: rows in a block: as many as keep a tile of distances in the cache of one core
SIZE = 512

#: coordinates that the boxes keep; leaving some out only makes the distance to a box shorter
AXES = 12

#: rows by which the widest axis of a part is judged, and those by which the middle of all rows is
GLANCE = 1000
FEW = 200


@dataclass(frozen=True)
class Blocks:
    """Rows sorted by the block in which they fall: block b holds the sorted rows `starts[b]` to `starts[b + 1]`."""

    order: Ints  # where each sorted row stood, shape (rows,)
    starts: Ints  # shape (blocks + 1,)
    rows: Floats  # the sorted rows, shape (rows, columns)
    points: Floats  # the sorted rows in the frame, shape (rows, kept)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def span(self, block: int) -> slice:
        """Where the rows of a block stand."""
        return slice(int(self.starts[block]), int(self.starts[block + 1]))

    def boxes(self) -> tuple[Floats, Floats]:
        """The lowest and the highest corner of each block; no block may be empty."""
        starts = self.starts[:-1]
        return np.minimum.reduceat(self.points, starts), np.maximum.reduceat(self.points, starts)

    def some(self, first: int, last: int) -> "Blocks":
        """The blocks from `first` to before `last`."""
        starts = self.starts[first : last + 1]
        span = slice(int(starts[0]), int(starts[-1]))
        return Blocks(self.order[span], starts - starts[0], self.rows[span], self.points[span])

    def only(self, places: Ints | Bools) -> "Blocks":
        """Some of the sorted rows, in one block."""
        order = self.order[places]
        return Blocks(order, np.array([0, len(order)]), self.rows[places], self.points[places])


@dataclass(frozen=True)
class Frame:
    """Principal coordinates, and how far rounding may mislead in them."""

    origin: Floats  # in the middle of the fitted rows, shape (columns,)
    axes: Floats  # shape (columns, kept)
    error: float  # more than rounding can add to the distance between two rows, seen in the frame

    @classmethod
    def of(cls, X: Floats, Q: Floats) -> "Frame":
        """The frame of fitted rows `X`, for these and for queries `Q`.

        On the error: let r be more than the distance of any row from the origin. A coordinate is a sum of `columns`
        products, off by (columns + 2) 2⁻⁵³ r at most, a distance by 2 √12 times that. Axes that are orthonormal only to
        some 10 × columns × 2⁻⁵³ add three times as much. The code takes 2⁷ times.
        """
        origin = middle(X)
        offsets = X - origin
        axes = np.linalg.eigh(offsets.T @ offsets).eigenvectors[:, ::-1][:, :AXES]
        farthest = max(float(np.abs(rows - origin).max(initial=0)) for rows in ((X,) if Q is X else (X, Q)))
        return cls(origin, axes, 2.0**-46 * (X.shape[1] + 2) * farthest * X.shape[1] ** 0.5)

    def points(self, rows: Floats) -> Floats:
        """Rows in these coordinates, shape (rows, kept)."""
        return np.asarray((rows - self.origin) @ self.axes)


@dataclass(frozen=True)
class Layout:
    """Fitted rows and queries in blocks of the same frame."""

    fitted: Blocks
    queries: Blocks
    frame: Frame


def lay_out(X: Floats, Q: Floats) -> Layout:
    """The rows of `X` in blocks of SIZE, and those of `Q` in the blocks in whose part of the space they fall.

    The widest principal axis is halved again and again, as in a k-d tree (Bentley 1975). X: shape (rows, columns);
    Q: shape (queries, columns).
    """
    frame = Frame.of(X, Q)
    points = frame.points(X)
    queries = points if Q is X else frame.points(Q)
    order, starts, insides = _halved(points, queries, np.arange(len(X)), [0, len(X)])
    inside = np.concatenate(insides)
    return Layout(
        Blocks(order, np.array([*starts, len(X)]), X[order], points[order]),
        Blocks(inside, np.cumsum([0, *map(len, insides)]), Q[inside], queries[inside]),
        frame,
    )


def lay_out_classes(X: Floats, y: npt.NDArray[np.generic]) -> tuple[Frame, dict[Any, Blocks], Blocks]:
    """The rows of `X` in blocks of one class each: the frame, the blocks by class, and all of them together."""
    frame = Frame.of(X, X)
    points = frame.points(X)
    labels, bounds = np.unique(np.sort(y), return_index=True)
    bounds = np.append(bounds, len(y))
    order, starts, _ = _halved(points, points[:0], np.argsort(y, kind="stable"), list(bounds))
    blocks = Blocks(order, np.array([*starts, len(X)]), X[order], points[order])
    places = np.searchsorted(blocks.starts, bounds)
    by_class = {label: blocks.some(*places[number : number + 2]) for number, label in enumerate(labels)}
    return frame, by_class, blocks


def _halved(points: Floats, queries: Floats, order: Ints, bounds: list[int]) -> tuple[Ints, list[int], list[Ints]]:
    """The order of the points, where in it each block starts, and the queries in each block.

    Begins with the parts of `order` between `bounds`; all of the queries go to each of them.
    """
    every = np.arange(len(queries))
    parts = [(start, stop, every) for start, stop in zip(bounds[:-1], bounds[1:], strict=True)][::-1]
    starts, insides = [], []
    while parts:
        start, stop, inside = parts.pop()
        if stop - start <= SIZE:
            starts.append(start)
            insides.append(inside)
            continue
        part = order[start:stop]
        seen = points[part[:: max(1, len(part) // GLANCE)]]
        widest = np.argmax(seen.max(axis=0) - seen.min(axis=0))
        half = -(-len(part) // SIZE) // 2 * SIZE
        part = part[np.argpartition(points[part, widest], half)]
        order[start:stop] = part
        left = queries[inside, widest] < points[part[half], widest]
        parts += [(start + half, stop, inside[~left]), (start, start + half, inside[left])]
    return order, starts, insides


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
