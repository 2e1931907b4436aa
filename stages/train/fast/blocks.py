"""Rows laid out in blocks of near rows, each with the box that holds it.

The boxes stand in principal coordinates, where most of the distance between rows of a table lies along few axes: a few
coordinates then suffice to say that a block is too far away to matter.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

#: rows in a block: as many as keep a tile of distances in the cache of one core
SIZE = 512

#: coordinates that the boxes keep; leaving some out only makes the distance to a box shorter
AXES = 12

#: rows by which the widest axis of a part is judged
GLANCE = 1000


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


@dataclass(frozen=True)
class Layout:
    """Fitted rows and queries in the same blocks."""

    fitted: Blocks
    queries: Blocks
    origin: Floats  # the median of the fitted rows, shape (columns,)
    error: float  # more than rounding can add to the distance between two rows, seen in the frame


def lay_out(X: Floats, Q: Floats) -> Layout:
    """The rows of `X` in blocks of SIZE, and those of `Q` in the blocks in whose part of the space they fall.

    The widest principal axis is halved again and again, as in a k-d tree (Bentley 1975). X: shape (rows, columns);
    Q: shape (queries, columns).

    On the error: let r be more than the distance of any row from the origin of the frame. A coordinate is a sum of
    `columns` products, off by (columns + 2) 2⁻⁵³ r at most, a distance by 2 √12 times that. Axes that are orthonormal
    only to some 10 × columns × 2⁻⁵³ add three times as much. The code takes 2⁷ times.
    """
    origin = np.median(X, axis=0)  # no outlier pulls it away
    offsets = X - origin
    axes = np.linalg.eigh(offsets.T @ offsets).eigenvectors[:, ::-1][:, :AXES]
    points, queries = offsets @ axes, (Q - origin) @ axes
    order, starts, insides = _halved(points, queries)
    farthest = max(float(np.abs(rows - origin).max(initial=0)) for rows in (X, Q)) * X.shape[1] ** 0.5
    inside = np.concatenate(insides)
    return Layout(
        Blocks(order, np.array([*starts, len(X)]), X[order], points[order]),
        Blocks(inside, np.cumsum([0, *map(len, insides)]), Q[inside], queries[inside]),
        origin,
        2.0**-46 * (X.shape[1] + 2) * farthest,
    )


def _halved(points: Floats, queries: Floats) -> tuple[Ints, list[int], list[Ints]]:
    """The order of the points, where in it each block starts, and the queries in each block."""
    order, parts = np.arange(len(points)), [(0, len(points), np.arange(len(queries)))]
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
