"""The pairs of rows that may be nearest neighbors: all that are, and few others.

The nearest blocks give each query a radius that contains enough rows, so no neighbor is farther. Two
filters then keep every pair within the radius:

1. Boxes. A block whose box is farther from the query than the radius holds no such row.
2. Float32 products with a proven error bound (see `distances`), around the center of a block. If the center of the
   table is near enough, it replaces the centers of blocks. Then one factor of all products is computed once.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from stages.train.samplers.neighbors.arrays import EMPTY, Floats, Ints, Pairs, Singles, concatenate_pairs
from stages.train.samplers.neighbors.distances import (
    estimate_radii,
    is_center_near,
    make_left_factor,
    make_right_factor,
)
from stages.train.samplers.neighbors.partition import (
    BLOCK_SIZE,
    Partition,
    compute_box_distance,
    compute_median_row,
    partition_rows,
)

#: blocks that give the radii; more blocks give smaller radii and take longer
N_NEAR_BLOCKS = 4

#: beyond this, squares might overflow in float32
MAX_VALUE = 1e15

#: queries per tile: a tile of TILE_HEIGHT by BLOCK_SIZE fits into the cache of a core
TILE_HEIGHT = 512

#: queries that are compared with a box at a time, first along the leading axes, since most are far along those
STRIDE = 8192
N_LEADING_AXES = 4

#: if boxes exclude at most this share of pairs, estimated from so many queries and boxes, queries do not use them
MIN_EXCLUDED = 0.15
N_SAMPLED = 50

#: more pairs per row than this mean that the table is full of ties, and the search stops
MAX_PAIRS_PER_ROW = 64


def find_near_pairs(X: Floats, Q: Floats, m: int, workers: int = 1) -> Pairs | None:
    """Return for each row of `Q` at least its m nearest rows of `X`, and all that tie for the m-th rank.

    X, Q: shapes (rows, d) and (queries, d), m ≤ rows. None if ties or huge values make the search useless.
    """
    if not max(np.abs(X).max(), np.abs(Q).max()) < MAX_VALUE:
        return None
    partition = partition_rows(X, Q)
    return find_pairs_within(partition, find_radii(partition, m, workers), workers)


def find_radii(partition: Partition, m: int, workers: int = 1) -> Floats:
    """Return for each query a squared distance within which m fitted rows lie, indexed as in the original table."""
    squared = np.empty(partition.queries.order.max(initial=-1) + 1)
    with ThreadPoolExecutor(workers) as pool:
        radii = pool.map(lambda block: _estimate_block_radii(partition, block, m), range(len(partition.fitted)))
        squared[partition.queries.order] = np.concatenate(list(radii))
    return squared


def _estimate_block_radii(partition: Partition, block: int, m: int) -> Floats:
    Q = partition.queries.rows[partition.queries.span(block)]
    count = min(len(partition.fitted), max(N_NEAR_BLOCKS, 2 + m // BLOCK_SIZE))
    nearest = np.argpartition(partition.fitted.center_distances(block), count - 1)[:count]
    X = np.concatenate([partition.fitted.rows[partition.fitted.span(int(near))] for near in nearest])
    tiles = range(0, len(Q), TILE_HEIGHT)
    return np.concatenate([np.empty(0), *(estimate_radii(Q[start : start + TILE_HEIGHT], X, m) for start in tiles)])


def find_pairs_within(partition: Partition, squared: Floats, workers: int = 1) -> Pairs | None:
    """Return all pairs of a query and a fitted row within the query's squared radius, or None if there are too many.

    squared: indexed as in the original table, as are the pairs.
    """
    search = _Search(partition, squared[partition.queries.order])
    parts, total = [], 0
    with ThreadPoolExecutor(workers) as pool:
        for pairs in (map if workers == 1 else pool.map)(search.find_pairs, range(len(partition.fitted))):
            parts.append(pairs)
            total += len(pairs.squared)
            if total > search.max_pairs:
                pool.shutdown(cancel_futures=True)
                return None
    pairs = concatenate_pairs(parts)
    return Pairs(partition.queries.order[pairs.queries], partition.fitted.order[pairs.fitted], pairs.squared)


class _QueryBoxes:
    """Bounding boxes of consecutive sorted queries, which exclude many queries at once."""

    def __init__(self, points: Floats, radius: Floats) -> None:
        starts = np.arange(0, len(points), BLOCK_SIZE)
        self.low, self.high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
        #: the largest radius in each box
        self.radius, self.n_queries = np.maximum.reduceat(radius, starts), len(points)

    def find_spans_near(self, low: Floats, high: Floats) -> Iterator[tuple[int, int]]:
        """Yield spans of at most STRIDE sorted queries that may be within their radius of a box."""
        between = np.maximum(np.maximum(self.low - high, low - self.high), 0)
        near = np.einsum("ij,ij->i", between, between) <= self.radius**2
        edges = BLOCK_SIZE * np.flatnonzero(np.diff(near, prepend=False, append=False))
        for start, stop in zip(edges[::2], np.minimum(edges[1::2], self.n_queries), strict=True):
            for first in range(start, stop, STRIDE):
                yield first, min(first + STRIDE, stop)


class _Tiles:
    """Buffers for the products of one block, reused for each tile."""

    def __init__(self, size: int) -> None:
        self._products = np.empty(size, dtype=np.float32)
        self._far = np.empty(size, dtype=np.bool_)

    def find_near(self, left: Singles, right: Singles) -> Ints:
        """Return the flat indices at which the product of the two is not positive."""
        shape = len(left), right.shape[1]
        products, far = (buffer[: shape[0] * shape[1]] for buffer in (self._products, self._far))
        with np.errstate(invalid="ignore"):  # BLAS was seen to flag its padding, which is in no result
            np.matmul(left, right, out=products.reshape(shape))
        np.greater(products, 0, out=far)
        return np.flatnonzero(np.logical_not(far, out=far))  # NaN is not far


class _Search:
    """The sorted queries with their squared radii, prepared for the search in one block after the other."""

    def __init__(self, partition: Partition, squared: Floats) -> None:
        self.fitted, self.queries, self.squared = partition.fitted, partition.queries, squared
        self.origin = partition.frame.origin
        #: radii in principal coordinates, with their rounding error added
        self.radius = np.sqrt(squared) * (1 + 1e-9) + partition.frame.error
        points, offsets = self.queries.points, self.queries.rows - self.origin
        #: the first coordinates, shape (N_LEADING_AXES, queries)
        self.leading = np.ascontiguousarray(points[:, :N_LEADING_AXES].T)
        #: the left factor around the origin, if that is near enough
        self.common_left = make_left_factor(offsets, squared) if is_center_near(offsets, squared) else None
        self.low, self.high = self.fitted.boxes()
        self.query_boxes = _QueryBoxes(points, self.radius)
        #: whether boxes exclude enough pairs to test each query
        self.uses_boxes = _estimate_excluded(points, self.radius, self.low, self.high) > MIN_EXCLUDED

    @property
    def max_pairs(self) -> int:
        return MAX_PAIRS_PER_ROW * (len(self.squared) + len(self.fitted.order))

    def find_pairs(self, block: int) -> Pairs:
        """Return the pairs of any query and a row of the block within the radius, by their sorted indices."""
        span = self.fitted.span(block)
        X = self.fitted.rows[span]
        center = compute_median_row(X) if self.common_left is None else self.origin
        right = make_right_factor(X - center)
        tiles = _Tiles(TILE_HEIGHT * len(X))
        parts, total = [], 0
        for queries in self._find_queries_near(block):
            indices = tiles.find_near(self._get_left_factor(queries, center), right)
            parts.append((queries[indices // len(X)], indices % len(X)))
            total += len(indices)
            if total > self.max_pairs:
                break  # the caller, which adds the blocks up, will stop
        rows, columns = (np.concatenate([EMPTY, *part]) for part in zip(*parts, strict=True)) if parts else (EMPTY,) * 2
        between = self.queries.rows.take(rows, axis=0) - X.take(columns, axis=0)
        return Pairs(rows, columns + span.start, np.einsum("ij,ij->i", between, between))

    def _find_queries_near(self, block: int) -> Iterator[Ints]:
        """Yield the queries within their radius of the box of a block, at most TILE_HEIGHT at a time."""
        low, high = self.low[block], self.high[block]
        for start, stop in self.query_boxes.find_spans_near(low, high):
            if not self.uses_boxes:
                tiles = range(start, stop, TILE_HEIGHT)
                yield from (np.arange(first, min(first + TILE_HEIGHT, stop)) for first in tiles)
                continue
            along_few = compute_box_distance(self.leading[:, start:stop], low[:N_LEADING_AXES], high[:N_LEADING_AXES])
            near = start + np.flatnonzero(along_few <= self.radius[start:stop])
            near = near[compute_box_distance(self.queries.points.take(near, axis=0).T, low, high) <= self.radius[near]]
            for first in range(0, len(near), TILE_HEIGHT):
                yield near[first : first + TILE_HEIGHT]

    def _get_left_factor(self, queries: Ints, center: Floats) -> Singles:
        if self.common_left is not None:
            first, stop = queries[0], queries[-1] + 1
            is_span = stop - first == len(queries)
            return self.common_left[first:stop] if is_span else self.common_left.take(queries, axis=0)
        return make_left_factor(self.queries.rows.take(queries, axis=0) - center, self.squared[queries])


def _estimate_excluded(points: Floats, radius: Floats, low: Floats, high: Floats) -> float:
    """Return the share of pairs of a query and a box that are farther apart than the radius, among some of both."""
    queries, boxes = (np.arange(0, count, 1 + count // N_SAMPLED) for count in (len(points), len(low)))
    sample = points[queries].T
    return float(np.mean([compute_box_distance(sample, low[box], high[box]) > radius[queries] for box in boxes]))
