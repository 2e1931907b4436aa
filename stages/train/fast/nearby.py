"""The pairs of rows that may be nearest neighbours: all that are, and few that are not.

Two filters, one after the other, lose no neighbour. T is a distance within which a query has enough rows:

1. Boxes. A block whose box is farther from the query than T holds no neighbour.
2. Float32. With α = x − c and β = y − c, c the median of a block, |x − y|² = |α|² + |β|² − 2αβ. A matrix product gives
   v = |β|² − 2αβ in float32. Let u = 2⁻²⁴ and D = |x − y|. Rounding α and β costs u each, summing d + 2 products
   (d + 2)u in whatever order the library adds them, so v is off by at most (d + 8)u (2|α||β| + |β|²). As |β| ≤ |α| + D,
   that bracket is at most (2|α| + D)² ≤ 8|α|² + 2D²: it depends on y through D alone. So every y with D ≤ T has

       v ≤ T² − |α|² + γ (8|α|² + 2T²),    γ = (d + 8)u.

   The threshold itself is one of the products, so that a sign is all there is to test. The code takes 2γ: the other
   half is far more than the rounding of what is computed in float64. An outlier y spoils only its own v, which is as
   large as its D² (and leaves the median where it is). Columns of very different scale do no harm, because c is near both rows wherever a block is near
   enough to be looked at.

T² comes from a first look at the nearest boxes: the m-th smallest v there, plus |α|², plus 2γ of the same.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stages.train.fast.blocks import SIZE, Blocks, Floats, Ints, gap, lay_out, principal_frame

#: blocks that the first look takes in; more give a shorter T after a longer look
NEAR = 4

#: tiles of so many rows by SIZE stay in the cache of a core
TALL = 1024

#: queries that are held against a box at a time, along few axes first, since most are far along those
STRIDE = 8192
LEADING = 4

#: beyond this, squares might overflow in float32
FARTHEST = 1e15

#: more pairs a query mean that the table is full of ties: not worth going on
FLOOD = 64


@dataclass(frozen=True)
class Pairs:
    """Pairs of a query and a fitted row; their squared distances in float64, relative error (d + 3) 2⁻⁵³ at most."""

    queries: Ints
    fitted: Ints
    squared: Floats


def near_pairs(X: Floats, Q: Floats, m: int, workers: int = 1) -> Pairs | None:
    """For each row of `Q` at least its m nearest rows of `X`, and all that tie for the m-th place.

    X, Q: shapes (rows, d) and (queries, d); m ≤ rows. None where ties or huge values make it not worth while.
    """
    if not max(np.abs(X).max(), np.abs(Q).max()) < FARTHEST:
        return None
    frame = principal_frame(X, Q)
    fitted = lay_out(X, frame)
    queries = fitted if Q is X else lay_out(Q, frame)
    with ThreadPoolExecutor(workers) as pool:
        looks = pool.map(lambda tile: _first_look(queries, tile, fitted, m), range(len(queries)))
        squared = np.concatenate(list(looks))
        within = np.sqrt(squared) * (1 + 1e-9) + frame.error
        leading = np.ascontiguousarray(queries.points[:, :LEADING].T)
        search = _Search(fitted, queries, squared, within, leading, FLOOD * len(Q))
        run = map if workers == 1 else pool.map
        found, total = [], 0
        for pairs in run(search.pairs_with, range(len(fitted))):
            found.append(pairs)
            total += len(pairs.squared)
            if total > search.flood:
                pool.shutdown(cancel_futures=True)
                return None
    pairs = _joined(found)
    return Pairs(queries.order[pairs.queries], fitted.order[pairs.fitted], pairs.squared)


@dataclass(frozen=True)
class _Search:
    """What is known after the first look: for each sorted query a T² and, a little longer, a T."""

    fitted: Blocks
    queries: Blocks
    squared: Floats
    within: Floats
    leading: Floats  # the first coordinates of the sorted queries, shape (LEADING, queries)
    flood: int

    def pairs_with(self, block: int) -> Pairs:
        """The pairs of any query and a row of the block that are within T; sorted places, not yet rows."""
        span = self.fitted.span(block)
        X = self.fitted.rows[span]
        centre = np.median(X, axis=0)
        offsets = X - centre
        right = _augmented(offsets, np.einsum("ij,ij->i", offsets, offsets), np.ones(len(X))).T
        found, total = [], 0
        for queries in self._queries_near(block):
            places = np.flatnonzero(self._left(queries, centre) @ right <= 0)
            rows, columns = queries[places // len(X)], places % len(X)
            between = self.queries.rows[rows] - X[columns]
            found.append(Pairs(rows, columns + span.start, np.einsum("ij,ij->i", between, between)))
            total += len(places)
            if total > self.flood:
                break  # whoever adds up will notice
        return _joined(found)

    def _queries_near(self, block: int) -> Iterator[Ints]:
        """The queries within T of the box of a block, some at a time."""
        low, high = self.fitted.low[block], self.fitted.high[block]
        for start in range(0, len(self.within), STRIDE):
            stride = slice(start, start + STRIDE)
            few = gap(self.leading[:, stride], low[:LEADING], high[:LEADING])
            near = start + np.flatnonzero(few <= self.within[stride])
            near = near[gap(self.queries.points[near].T, low, high) <= self.within[near]]
            for tall in range(0, len(near), TALL):
                yield near[tall : tall + TALL]

    def _left(self, queries: Ints, centre: Floats) -> npt.NDArray[np.float32]:
        offsets = self.queries.rows[queries] - centre
        own = np.einsum("ij,ij->i", offsets, offsets)
        squared = self.squared[queries]
        threshold = squared - own + _slack(offsets.shape[1], own, squared)
        return _augmented(-2 * offsets, np.ones(len(queries)), -threshold)


def _first_look(queries: Blocks, tile: int, fitted: Blocks, m: int) -> Floats:
    """For each query of a tile a squared distance within which at least m fitted rows lie."""
    middles = fitted.low + fitted.high - queries.low[tile] - queries.high[tile]
    count = min(len(fitted), max(NEAR, 2 + m // SIZE))
    nearest = np.argpartition(np.einsum("ba,ba->b", middles, middles), count - 1)[:count]
    Q = queries.rows[queries.span(tile)]
    centre = np.median(Q, axis=0)
    offsets = Q - centre
    X = np.concatenate([fitted.rows[fitted.span(block)] for block in nearest]) - centre
    products = (-2 * offsets).astype(np.float32) @ X.astype(np.float32).T
    products += np.einsum("ij,ij->i", X, X).astype(np.float32)
    products.partition(m - 1, axis=1)
    own = np.einsum("ij,ij->i", offsets, offsets)
    squared = np.maximum(products[:, m - 1] + own, 0)
    return np.asarray(squared + _slack(Q.shape[1], own, squared))


def _slack(columns: int, own: Floats, squared: Floats) -> Floats:
    """2γ (8|α|² + 2T²), and a little for what underflows; `own` is |α|², `squared` is T²."""
    return np.asarray(2.0**-23 * (columns + 8) * (8 * own + 2 * squared) + 1e-37)


def _augmented(rows: Floats, *columns: Floats) -> npt.NDArray[np.float32]:
    """`rows` in float32 with further columns."""
    wide = np.empty((len(rows), rows.shape[1] + len(columns)), dtype=np.float32)
    wide[:, : rows.shape[1]] = rows
    for place, column in enumerate(columns, start=rows.shape[1]):
        wide[:, place] = column
    return wide


def _joined(found: list[Pairs]) -> Pairs:
    none = np.empty(0, dtype=np.intp)
    return Pairs(
        np.concatenate([none, *(pairs.queries for pairs in found)]),
        np.concatenate([none, *(pairs.fitted for pairs in found)]),
        np.concatenate([np.empty(0), *(pairs.squared for pairs in found)]),
    )
