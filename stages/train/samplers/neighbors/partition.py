"""Rows grouped into blocks of near rows, each with a bounding box in principal coordinates.

Most of the distance between two rows lies along a few principal axes. A few coordinates therefore show that a whole
block is too far away to matter.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.train.samplers.neighbors.arrays import Bools, Floats, Ints

#: principal coordinates that are kept; dropping some only makes a distance shorter
N_AXES = 12

#: rows from which the median row is computed
N_MEDIAN_ROWS = 200

#: rows in a block: a tile of distances between two blocks fits into the cache of one core
BLOCK_SIZE = 512

#: rows from which the widest axis of a block is computed
N_SPREAD_ROWS = 1000


@dataclass(frozen=True)
class Frame:
    """Principal coordinates, and a bound on the rounding error of a distance in them."""

    origin: Floats  # near the median of the fitted rows, shape (columns,)
    axes: Floats  # shape (columns, kept axes)
    error: float  # more than rounding can add to the distance between two rows

    @classmethod
    def of(cls, X: Floats, Q: Floats) -> tuple["Frame", Floats]:
        """Return the frame of the fitted rows `X` and the queries `Q`, and the rows `X` minus its origin.

        The error: let r exceed the distance of every row from the origin. A coordinate is a sum of `columns`
        products, so its error is at most (columns + 2) 2⁻⁵³ r. That of a distance is at most 2 √12 times as much. Axes
        that are orthonormal only to about 10 × columns × 2⁻⁵³ add three times as much. The code takes 2⁷ times the
        bound.
        """
        origin = compute_median_row(X)
        offsets = X - origin
        axes = np.linalg.eigh(offsets.T @ offsets).eigenvectors[:, ::-1][:, :N_AXES]
        farthest = max(float(np.abs(rows - origin).max(initial=0)) for rows in ((X,) if Q is X else (X, Q)))
        return cls(origin, axes, 2.0**-46 * (X.shape[1] + 2) * farthest * X.shape[1] ** 0.5), offsets

    def transform(self, rows: Floats) -> Floats:
        """Return `rows` in these coordinates, shape (rows, kept axes)."""
        return np.asarray((rows - self.origin) @ self.axes)


@dataclass(frozen=True)
class Blocks:
    """Rows sorted by block: block b holds the sorted rows `starts[b]` to `starts[b + 1]`."""

    order: Ints  # the index of each sorted row in the original table, shape (rows,)
    starts: Ints  # shape (blocks + 1,)
    rows: Floats  # the sorted rows, shape (rows, columns)
    points: Floats  # the sorted rows in principal coordinates, shape (rows, kept axes)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def span(self, block: int) -> slice:
        """Return the slice of the sorted rows in a block."""
        return slice(int(self.starts[block]), int(self.starts[block + 1]))

    def boxes(self) -> tuple[Floats, Floats]:
        """Return the lowest and the highest corner of each block; no block may be empty."""
        starts = self.starts[:-1]
        return np.minimum.reduceat(self.points, starts), np.maximum.reduceat(self.points, starts)

    def center_distances(self, block: int) -> Floats:
        """Return the squared distances of all box centers from the center of one block, shape (blocks,)."""
        between = self.centers - self.centers[block]
        return np.asarray(np.einsum("ba,ba->b", between, between))

    @cached_property
    def centers(self) -> Floats:
        """The center of each box, shape (blocks, kept axes)."""
        low, high = self.boxes()
        return (low + high) / 2

    def slice_blocks(self, first: int, stop: int) -> "Blocks":
        """Return the blocks from `first` up to, and without, `stop`."""
        starts = self.starts[first : stop + 1]
        span = slice(int(starts[0]), int(starts[-1]))
        return Blocks(self.order[span], starts - starts[0], self.rows[span], self.points[span])

    def select_rows(self, indices: Ints | Bools) -> "Blocks":
        """Return some of the sorted rows as a single block."""
        order = self.order[indices]
        return Blocks(order, np.array([0, len(order)]), self.rows[indices], self.points[indices])


@dataclass(frozen=True)
class Partition:
    """Fitted rows and queries in blocks of the same frame."""

    fitted: Blocks
    queries: Blocks
    frame: Frame


def partition_rows(X: Floats, Q: Floats) -> Partition:
    """Group the rows of `X` into blocks of BLOCK_SIZE, and assign each row of `Q` to the block whose region holds it.

    The widest principal axis is halved repeatedly, as in a k-d tree (Bentley 1975). X: shape (rows, columns);
    Q: shape (queries, columns).
    """
    frame, offsets = Frame.of(X, Q)
    points = offsets @ frame.axes
    queries = points if Q is X else frame.transform(Q)
    order, starts, insides = _halve(points, queries, np.arange(len(X)), [0, len(X)])
    inside = np.concatenate(insides)
    return Partition(
        Blocks(order, np.array([*starts, len(X)]), X[order], points[order]),
        Blocks(inside, np.cumsum([0, *map(len, insides)]), Q[inside], queries[inside]),
        frame,
    )


def partition_classes(X: Floats, y: npt.NDArray[np.generic]) -> tuple[Frame, dict[Any, Blocks], Blocks]:
    """Group the rows of `X` into blocks of one class each; return the frame, the blocks by class, and all blocks."""
    frame, offsets = Frame.of(X, X)
    points = offsets @ frame.axes
    labels, bounds = np.unique(np.sort(y), return_index=True)
    bounds = np.append(bounds, len(y))
    order, starts, _ = _halve(points, points[:0], np.argsort(y, kind="stable"), list(bounds))
    blocks = Blocks(order, np.array([*starts, len(X)]), X[order], points[order])
    indices = np.searchsorted(blocks.starts, bounds)
    by_class = {label: blocks.slice_blocks(*indices[index : index + 2]) for index, label in enumerate(labels)}
    return frame, by_class, blocks


def compute_median_row(rows: Floats) -> Floats:
    """Return the median of about N_MEDIAN_ROWS rows, shape (columns,); outliers do not move it."""
    return np.asarray(np.median(rows[:: 1 + len(rows) // N_MEDIAN_ROWS], axis=0))


def compute_box_distance(points: Floats, low: Floats, high: Floats) -> Floats:
    """Return the distance of points, shape (axes, points), from the box with corners `low` and `high`; 0 inside."""
    middle, half = (low + high) / 2, (high - low) / 2
    between = points - middle[:, np.newaxis]
    np.abs(between, out=between)
    between -= half[:, np.newaxis]
    np.maximum(between, 0, out=between)
    np.multiply(between, between, out=between)
    squared: Floats = between.sum(axis=0)
    return np.sqrt(squared, out=squared)


def _halve(points: Floats, queries: Floats, order: Ints, bounds: list[int]) -> tuple[Ints, list[int], list[Ints]]:
    """Return the order of the points, the start of each block in it, and the queries of each block.

    Starts with the parts of `order` between `bounds`; each part gets all queries.
    """
    all_queries = np.arange(len(queries))
    parts = [(start, stop, all_queries) for start, stop in pairwise(bounds)][::-1]
    starts, insides = [], []
    while parts:
        start, stop, inside = parts.pop()
        if stop - start <= BLOCK_SIZE:
            starts.append(start)
            insides.append(inside)
            continue
        part = order[start:stop]
        sample = points[part[:: max(1, len(part) // N_SPREAD_ROWS)]]
        widest = np.argmax(sample.max(axis=0) - sample.min(axis=0))
        half = -(-len(part) // BLOCK_SIZE) // 2 * BLOCK_SIZE
        part = part[np.argpartition(points[part, widest], half)]
        order[start:stop] = part
        left = queries[inside, widest] < points[part[half], widest]
        parts += [(start + half, stop, inside[~left]), (start, start + half, inside[left])]
    return order, starts, insides
