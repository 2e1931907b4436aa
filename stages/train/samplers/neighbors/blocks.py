"""Rows laid out in blocks of near rows, each with the box that holds it."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.train.samplers.neighbors.arrays import Bools, Floats, Ints
from stages.train.samplers.neighbors.frames import Frame

#: rows in a block: as many as keep a tile of distances in the cache of one core
SIZE = 512

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

    def away(self, block: int) -> Floats:
        """The squared distances of the middles of all boxes from that of one block's, shape (blocks,)."""
        between = self.middles - self.middles[block]
        return np.asarray(np.einsum("ba,ba->b", between, between))

    @cached_property
    def middles(self) -> Floats:
        """The middle of each box, shape (blocks, kept)."""
        low, high = self.boxes()
        return (low + high) / 2

    def some(self, first: int, last: int) -> "Blocks":
        """The blocks from `first` to before `last`."""
        starts = self.starts[first : last + 1]
        span = slice(int(starts[0]), int(starts[-1]))
        return Blocks(self.order[span], starts - starts[0], self.rows[span], self.points[span])

    def only(self, indices: Ints | Bools) -> "Blocks":
        """Some of the sorted rows, in one block."""
        order = self.order[indices]
        return Blocks(order, np.array([0, len(order)]), self.rows[indices], self.points[indices])


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
    frame, offsets = Frame.of(X, Q)
    points = offsets @ frame.axes
    queries = points if Q is X else frame.points(Q)
    order, starts, insides = _halved(points, queries, np.arange(len(X)), [0, len(X)])
    inside = np.concatenate(insides)
    return Layout(
        Blocks(order, np.array([*starts, len(X)]), X[order], points[order]),
        Blocks(inside, np.cumsum([0, *map(len, insides)]), Q[inside], queries[inside]),
        frame,
    )


def lay_out_some(X: Floats, rows: Ints) -> Layout:
    """The rows of `X` in blocks of SIZE, and as queries some of them, each in its own block."""
    layout = lay_out(X, X[:0])
    requested = np.zeros(len(X), dtype=np.bool_)
    requested[rows] = True
    indices = np.flatnonzero(requested[layout.fitted.order])
    some = layout.fitted.only(indices)
    starts = np.searchsorted(indices, layout.fitted.starts)
    return Layout(layout.fitted, Blocks(some.order, starts, some.rows, some.points), layout.frame)


def lay_out_classes(X: Floats, y: npt.NDArray[np.generic]) -> tuple[Frame, dict[Any, Blocks], Blocks]:
    """The rows of `X` in blocks of one class each: the frame, the blocks by class, and all of them together."""
    frame, offsets = Frame.of(X, X)
    points = offsets @ frame.axes
    labels, bounds = np.unique(np.sort(y), return_index=True)
    bounds = np.append(bounds, len(y))
    order, starts, _ = _halved(points, points[:0], np.argsort(y, kind="stable"), list(bounds))
    blocks = Blocks(order, np.array([*starts, len(X)]), X[order], points[order])
    indices = np.searchsorted(blocks.starts, bounds)
    by_class = {label: blocks.some(*indices[number : number + 2]) for number, label in enumerate(labels)}
    return frame, by_class, blocks


def _halved(points: Floats, queries: Floats, order: Ints, bounds: list[int]) -> tuple[Ints, list[int], list[Ints]]:
    """The order of the points, where in it each block starts, and the queries in each block.

    Begins with the parts of `order` between `bounds`; all of the queries go to each of them.
    """
    every = np.arange(len(queries))
    parts = [(start, stop, every) for start, stop in pairwise(bounds)][::-1]
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
