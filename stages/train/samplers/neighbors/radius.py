"""All pairs of a query and a row that are within a distance of the query's own.

Two filters, one after the other, lose no pair:

1. Boxes. A block whose box is farther from the query than that distance holds no such row.
2. Float32 products with a certified error (see `products`), around the middle of a block, or around that of the table
   where that is near enough: then one side of all products is computed once.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from stages.train.samplers.neighbors.arrays import Floats, Ints, Singles
from stages.train.samplers.neighbors.blocks import SIZE, Blocks, Layout
from stages.train.samplers.neighbors.distances import is_near_enough, left, right
from stages.train.samplers.neighbors.frames import gap, middle
from stages.train.samplers.neighbors.pairs import NONE, Pairs, joined

#: tiles of so many rows by SIZE stay in the cache of a core
TALL = 512

#: queries that are held against a box at a time, along few axes first, since most are far along those
STRIDE = 8192
LEADING = 4

#: below this share of pairs ruled out by boxes, which is judged by so many of each, asking costs more than it saves
LITTLE = 0.15
SAMPLE = 50

#: more pairs a row mean that the table is full of ties: not worth going on
FLOOD = 64


def pairs_within(layout: Layout, squared: Floats, workers: int = 1, reach: float = 1.0) -> Pairs | None:
    """All pairs of a query and a fitted row within the query's squared distance; None where they are a flood.

    squared: by the numbers that stand in `layout.queries.order`, as all that is found. reach: a block is looked into
    where its box is within this part of the distance; below 1 pairs may be missed.
    """
    search = _Search.of(layout, squared[layout.queries.order], reach)
    found, total = [], 0
    with ThreadPoolExecutor(workers) as pool:
        for pairs in (map if workers == 1 else pool.map)(search.pairs_with, range(len(layout.fitted))):
            found.append(pairs)
            total += len(pairs.squared)
            if total > search.flood:
                pool.shutdown(cancel_futures=True)
                return None
    pairs = joined(found)
    return Pairs(layout.queries.order[pairs.queries], layout.fitted.order[pairs.fitted], pairs.squared)


@dataclass(frozen=True)
class _Runs:
    """Boxes around queries that stand together, which are near others or far from them all at once."""

    low: Floats
    high: Floats
    within: Floats  # the largest T of each
    count: int  # of queries

    @classmethod
    def of(cls, points: Floats, within: Floats) -> "_Runs":
        starts = np.arange(0, len(points), SIZE)
        low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
        return cls(low, high, np.maximum.reduceat(within, starts), len(points))

    def near(self, low: Floats, high: Floats) -> Iterator[tuple[int, int]]:
        """From where to where there are queries that may be within T of a box, at most STRIDE in one go."""
        between = np.maximum(np.maximum(self.low - high, low - self.high), 0)
        near = np.einsum("ij,ij->i", between, between) <= self.within**2
        edges = SIZE * np.flatnonzero(np.diff(near, prepend=False, append=False))
        for start, stop in zip(edges[::2], np.minimum(edges[1::2], self.count), strict=True):
            for first in range(start, stop, STRIDE):
                yield first, min(first + STRIDE, stop)


class _Tiles:
    """Room for the products of one block, used again and again."""

    def __init__(self, size: int) -> None:
        self._products = np.empty(size, dtype=np.float32)
        self._far = np.empty(size, dtype=np.bool_)

    def near(self, left: Singles, right: Singles) -> Ints:
        """Where in the product of the two, row by row, nothing is above 0."""
        shape = len(left), right.shape[1]
        products, far = (room[: shape[0] * shape[1]] for room in (self._products, self._far))
        with np.errstate(invalid="ignore"):  # BLAS was seen to flag padding, which is in no result
            np.matmul(left, right, out=products.reshape(shape))
        np.greater(products, 0, out=far)
        return np.flatnonzero(np.logical_not(far, out=far))  # what is no number is not far


@dataclass(frozen=True)
class _Search:
    """What is known of each sorted query: its T², its T with all that rounding can do to a gap, and where it is."""

    fitted: Blocks
    low: Floats
    high: Floats
    queries: Blocks
    squared: Floats
    within: Floats
    leading: Floats  # the first coordinates, shape (LEADING, queries)
    runs: _Runs
    boxed: bool  # whether boxes rule enough out to be asked query by query
    origin: Floats
    ready: Singles | None  # the left side of all products around the origin, where that is exact enough

    @classmethod
    def of(cls, layout: Layout, squared: Floats, reach: float) -> "_Search":
        within = np.sqrt(squared) * ((1 + 1e-9) * reach) + layout.frame.error
        leading = np.ascontiguousarray(layout.queries.points[:, :LEADING].T)
        offsets = layout.queries.rows - layout.frame.origin
        ready = left(offsets, squared) if is_near_enough(offsets, squared) else None
        boxes, runs = layout.fitted.boxes(), _Runs.of(layout.queries.points, within)
        boxed = _is_ruled_out(layout.queries.points, within, *boxes) > LITTLE
        return cls(
            layout.fitted, *boxes, layout.queries, squared, within, leading, runs, boxed, layout.frame.origin, ready
        )

    @property
    def flood(self) -> int:
        return FLOOD * (len(self.squared) + len(self.fitted.order))

    def pairs_with(self, block: int) -> Pairs:
        """The pairs of any query and a row of the block that are within T, by their places among the sorted."""
        span = self.fitted.span(block)
        X = self.fitted.rows[span]
        centre = middle(X) if self.ready is None else self.origin
        beside = right(X - centre)
        tiles = _Tiles(TALL * len(X))
        found, total = [], 0
        for queries in self._queries_near(block):
            indices = tiles.near(self._left(queries, centre), beside)
            found.append((queries[indices // len(X)], indices % len(X)))
            total += len(indices)
            if total > self.flood:
                break  # who adds up the blocks will notice
        rows, columns = (np.concatenate([NONE, *some]) for some in zip(*found, strict=True)) if found else (NONE,) * 2
        between = self.queries.rows.take(rows, axis=0) - X.take(columns, axis=0)
        return Pairs(rows, columns + span.start, np.einsum("ij,ij->i", between, between))

    def _queries_near(self, block: int) -> Iterator[Ints]:
        """The queries within T of the box of a block, some at a time."""
        low, high = self.low[block], self.high[block]
        for start, stop in self.runs.near(low, high):
            if not self.boxed:
                yield from (np.arange(tall, min(tall + TALL, stop)) for tall in range(start, stop, TALL))
                continue
            few = gap(self.leading[:, start:stop], low[:LEADING], high[:LEADING])
            near = start + np.flatnonzero(few <= self.within[start:stop])
            near = near[gap(self.queries.points.take(near, axis=0).T, low, high) <= self.within[near]]
            for tall in range(0, len(near), TALL):
                yield near[tall : tall + TALL]

    def _left(self, queries: Ints, centre: Floats) -> Singles:
        if self.ready is not None:
            first, last = queries[0], queries[-1] + 1
            return self.ready[first:last] if last - first == len(queries) else self.ready.take(queries, axis=0)
        return left(self.queries.rows.take(queries, axis=0) - centre, self.squared[queries])


def _is_ruled_out(points: Floats, within: Floats, low: Floats, high: Floats) -> float:
    """The share of the pairs of a query and a box that are too far from each other, among some of both."""
    queries, boxes = (np.arange(0, count, 1 + count // SAMPLE) for count in (len(points), len(low)))
    some = points[queries].T
    return float(np.mean([gap(some, low[box], high[box]) > within[queries] for box in boxes]))
