"""The pairs of rows that may be nearest neighbours: all that are, and few that are not.

A first look at the nearest blocks gives each query a distance within which it has enough rows; no neighbour is farther.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from stages.train.samplers.neighbors.arrays import Floats
from stages.train.samplers.neighbors.blocks import SIZE, Layout, lay_out
from stages.train.samplers.neighbors.distances import enough_for
from stages.train.samplers.neighbors.pairs import Pairs
from stages.train.samplers.neighbors.radius import pairs_within

#: blocks that the first look takes in; more give a shorter distance after a longer look
NEAR = 4

#: queries that are looked at together
TALL = 512

#: beyond this, squares might overflow in float32
FARTHEST = 1e15


def near_pairs(X: Floats, Q: Floats, m: int, workers: int = 1) -> Pairs | None:
    """For each row of `Q` at least its m nearest rows of `X`, and all that tie for the m-th place.

    X, Q: shapes (rows, d) and (queries, d), m ≤ rows. None where ties or huge values make it not worth while.
    """
    if not max(np.abs(X).max(), np.abs(Q).max()) < FARTHEST:
        return None
    layout = lay_out(X, Q)
    return pairs_within(layout, enough(layout, m, workers), workers)


def enough(layout: Layout, m: int, workers: int = 1) -> Floats:
    """For each query a squared distance within which m fitted rows lie, by the numbers in `layout.queries.order`."""
    squared = np.empty(layout.queries.order.max(initial=-1) + 1)
    with ThreadPoolExecutor(workers) as pool:
        looks = pool.map(lambda block: _first_look(layout, block, m), range(len(layout.fitted)))
        squared[layout.queries.order] = np.concatenate(list(looks))
    return squared


def _first_look(layout: Layout, block: int, m: int) -> Floats:
    """For each query of a block a squared distance within which at least m rows of the nearest blocks lie."""
    Q = layout.queries.rows[layout.queries.span(block)]
    count = min(len(layout.fitted), max(NEAR, 2 + m // SIZE))
    nearest = np.argpartition(layout.fitted.away(block), count - 1)[:count]
    X = np.concatenate([layout.fitted.rows[layout.fitted.span(int(near))] for near in nearest])
    return np.concatenate(
        [np.empty(0), *(enough_for(Q[start : start + TALL], X, m) for start in range(0, len(Q), TALL))]
    )
