"""The rows that may have a row of another class among their nearest: all that a cleaning sampler must look at.

A radius around a row may hold enough rows, and none of another class. Then all its nearest neighbors are of its own
class, in whatever order, and there is nothing to clean. The few remaining rows are then searched in their own class
too.
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from stages.train.samplers.neighbors.arrays import Bools, Floats, Ints, Pairs, concatenate_pairs
from stages.train.samplers.neighbors.certificate import bound_difference_error, is_order_certain, select_nearest
from stages.train.samplers.neighbors.layout import Blocks, Frame, Layout, lay_out_classes
from stages.train.samplers.neighbors.search import MAX_VALUE, find_pairs_within, find_radii


@dataclass(frozen=True)
class Boundary:
    """Rows near other classes."""

    rows: Ints  # ascending, shape (boundary rows,)
    nearest: Ints  # their k nearest rows, the row itself included, shape (boundary rows, k)
    certain: Bools  # for which of them this is certainly scikit-learn's order


def find_boundary(
    X: Floats, y: npt.NDArray[np.generic], k: int, workers: int = 1, products: bool = True, one_side: bool = False
) -> Boundary:
    """Return all rows that may have a row of another class among their k nearest in scikit-learn's order.

    X: shape (rows, columns), more than k rows; y: their classes; products: see `is_order_certain`. With `one_side` the
    class with the farthest neighbors is skipped: of two near rows of different classes, one is still returned.
    """
    if not np.abs(X).max() < MAX_VALUE:
        return make_unknown(np.arange(len(X)), k)
    frame, by_class, blocks = lay_out_classes(X, y)
    radius = find_radii(Layout(blocks, blocks, frame), k + 1, workers)
    radius += bound_difference_error(radius, radius, X)
    labels = sorted(by_class, key=lambda label: float(np.median(radius[by_class[label].order])))
    parts = [make_unknown(np.arange(0), k)]
    for label in labels[:-1] if one_side else labels:
        own, others = by_class[label], [blocks for other, blocks in by_class.items() if other != label]
        to_others = _find_pairs(frame, others, own, radius, workers)
        rows = np.sort(own.order) if to_others is None else np.unique(to_others.queries)
        near_others = own.select_rows(np.isin(own.order, rows))
        to_own = None if to_others is None else _find_pairs(frame, [own], near_others, radius, workers)
        if to_others is None or to_own is None:
            parts.append(make_unknown(rows, k))
            continue
        both = concatenate_pairs([to_others, to_own])
        indexed = Pairs(np.searchsorted(rows, both.queries), both.fitted, both.squared)
        nearest, squared = select_nearest(indexed, len(rows), k + 1)
        parts.append(Boundary(rows, nearest[:, :k], is_order_certain(squared, X[rows], products)))
    rows, nearest, certain = (
        np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Boundary)
    )
    order = np.argsort(rows)
    return Boundary(rows[order], nearest[order], certain[order])


def make_unknown(rows: Ints, k: int) -> Boundary:
    """Return a boundary of `rows` whose neighbors are not known."""
    return Boundary(rows, np.zeros((len(rows), k), dtype=np.intp), np.zeros(len(rows), dtype=np.bool_))


def _find_pairs(frame: Frame, fitted: list[Blocks], queries: Blocks, radius: Floats, workers: int) -> Pairs | None:
    """Return the pairs within the squared radii of the queries, or None if there are too many."""
    if len(queries.order) == 0:
        return concatenate_pairs([])
    parts = []
    for blocks in fitted:
        pairs = find_pairs_within(Layout(blocks, queries, frame), radius, workers)
        if pairs is None:
            return None
        parts.append(pairs)
    return concatenate_pairs(parts)
