"""Neighbours of which a few may be missed, for very many rows, with the share that is found measured.

An exact search looks into every block whose box is within a distance that has enough rows. Here a part of that distance
must do, the smallest for which enough of the true neighbours of some rows are found (as in the approximate search of
Arya et al. 1998, where that part is 1 / (1 + ε)). It is the user's choice, `neighbors: approximate`: other neighbours
mean other rows.
"""

from typing import Any

import numpy as np

from stages.train.samplers.neighbors.arrays import Floats, Ints
from stages.train.samplers.neighbors.blocks import Blocks, Layout, lay_out_some
from stages.train.samplers.neighbors.certificate import nearest
from stages.train.samplers.neighbors.estimator import ExactNeighbors, dense, one_thread, workers
from stages.train.samplers.neighbors.pairs import Pairs, joined
from stages.train.samplers.neighbors.radius import pairs_within
from stages.train.samplers.neighbors.search import FARTHEST, enough

#: with fewer rows the search is exact: an approximate one would save less than a second (measured)
LEAST_ROWS = 20_000

#: the share of the true neighbours that has to be found, and on how many rows that is measured
RECALL = 0.95
SAMPLED = 1000


class ApproximateNeighbors(ExactNeighbors):
    """Neighbours of rows of a table among all of it, most of them the nearest; anything else is searched exactly.

    After a search `recall_` is the share of the true neighbours that it found, on a sample of the rows that it was
    asked for (those whose distance is no larger than that of the last true one; a row itself is not counted), and
    `note_` says so. The same input gives the same answer, whatever the number of threads.
    """

    recall_: float
    note_: str

    def neighbors_inside(self, X: Any, drawn: Ints) -> tuple[Ints, Ints]:
        """As `ExactNeighbors.neighbors_inside`, but for the neighbours that are missed."""
        rows, places = np.unique(drawn, return_inverse=True)
        table = dense(X) if X.shape[0] >= LEAST_ROWS else None
        found = None
        if table is not None and self.n_neighbors <= len(table) and np.abs(table).max() < FARTHEST:
            with one_thread():
                found = _search(table, rows, self.n_neighbors)
        if found is None:
            self.recall_, self.note_ = 1.0, f"exact neighbours: approximate ones do not pay on these {X.shape[0]} rows"
            return super().neighbors_inside(X, drawn)
        neighbors, self.recall_ = found
        self.note_ = f"approximate neighbours, recall {self.recall_:.3f} on {min(SAMPLED, len(rows))} of these rows"
        return neighbors, places


def _search(X: Floats, rows: Ints, m: int) -> tuple[Ints, float] | None:
    """The m nearest of X for each of `rows`, and the recall; None where ties make a flood of them."""
    layout = lay_out_some(X, rows)
    within = enough(layout, m, workers())
    sample = np.sort(np.random.RandomState(0).permutation(rows)[:SAMPLED])
    true = _pairs(layout, within, sample)
    if true is None:
        return None
    neighbors, squared = nearest(_placed(true, sample), len(sample), m)
    reach = _reach(layout.fitted, sample, neighbors[:, 1:], np.sqrt(within[sample]))
    pairs = _pairs(layout, within, rows, reach)
    if pairs is None:
        return None
    few = np.bincount(pairs.queries, minlength=len(X)) < m  # who found too few within reach is given all there are
    rest = _pairs(layout, within, rows[few[rows]])
    if rest is None:
        return None
    many = ~few[pairs.queries]
    pairs = joined([Pairs(pairs.queries[many], pairs.fitted[many], pairs.squared[many]), rest])
    found, distances = nearest(_placed(pairs, rows), len(rows), m)
    hits = distances[np.searchsorted(rows, sample), 1:] <= squared[:, -1:]
    return found, float(hits.mean())


def _pairs(layout: Layout, within: Floats, rows: Ints, reach: float = 1.0) -> Pairs | None:
    """The pairs of some of the queries, which rise."""
    if len(rows) == 0:
        return joined([])
    if len(rows) < len(layout.queries.order):
        layout = Layout(layout.fitted, layout.queries.only(np.isin(layout.queries.order, rows)), layout.frame)
    return pairs_within(layout, within, workers(), reach)


def _placed(pairs: Pairs, rows: Ints) -> Pairs:
    """The same pairs, with queries by their places among `rows`, which rise."""
    return Pairs(np.searchsorted(rows, pairs.queries), pairs.fitted, pairs.squared)


def _reach(blocks: Blocks, rows: Ints, neighbors: Ints, within: Floats) -> float:
    """In which part of the distance the boxes of enough neighbours are: RECALL of them.

    rows: some fitted rows, shape (rows,); neighbors: theirs, shape (rows, neighbours); within: a distance for each row.
    """
    place = np.empty_like(blocks.order)
    place[blocks.order] = np.arange(len(place))
    box = np.searchsorted(blocks.starts, place[neighbors], side="right") - 1
    low, high = blocks.boxes()
    points = blocks.points[place[rows]][:, np.newaxis]
    outside = np.maximum(np.maximum(low[box] - points, points - high[box]), 0)
    gaps = np.sqrt(np.einsum("rka,rka->rk", outside, outside))
    parts = np.divide(gaps, within[:, np.newaxis], out=np.zeros_like(gaps), where=gaps > 0)
    return min(1.0, float(np.quantile(parts, RECALL, method="higher")))
