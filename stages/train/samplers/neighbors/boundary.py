"""The rows that may have a row of another class among their nearest: all that a cleaning sampler must search.

A radius around a row may hold enough rows, and none of another class. Then all its nearest neighbors are of its own
class, in whatever order, and there is nothing to clean. The few remaining rows are also searched in their own class.
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from stages.train.samplers.neighbors.arrays import Bools, Floats, Ints, Pairs, concatenate_pairs
from stages.train.samplers.neighbors.certificate import bound_difference_error, is_order_certified, select_nearest
from stages.train.samplers.neighbors.partition import Blocks, Frame, Partition, partition_classes
from stages.train.samplers.neighbors.search import MAX_VALUE, find_pairs_within, find_radii


@dataclass(frozen=True)
class Boundary:
    """Rows near other classes."""

    rows: Ints  # ascending, shape (boundary rows,)
    nearest: Ints  # their k nearest rows, the row itself included, shape (boundary rows, k)
    certified: Bools  # whether this is proven to be scikit-learn's order, shape (boundary rows,)


def find_boundary(
    X: Floats, y: npt.NDArray[np.generic], k: int, workers: int = 1, products: bool = True, one_side: bool = False
) -> Boundary:
    """Return all rows that may have a row of another class among their k nearest in scikit-learn's order.

    X: shape (rows, columns), more than k rows; y: their classes; products: see `is_order_certified`. With `one_side`
    the class with the farthest neighbors is skipped. Of two near rows of different classes, one is still returned.
    """
    if not np.abs(X).max() < MAX_VALUE:
        return make_uncertified(np.arange(len(X)), k)
    frame, by_class, blocks = partition_classes(X, y)
    radius = find_radii(Partition(blocks, blocks, frame), k + 1, workers)
    radius += bound_difference_error(radius, radius, X)
    labels = sorted(by_class, key=lambda label: float(np.median(radius[by_class[label].order])))
    parts = [make_uncertified(np.arange(0), k)]
    for label in labels[:-1] if one_side else labels:
        same_class, others = by_class[label], [blocks for key, blocks in by_class.items() if key != label]
        to_others = _find_pairs(frame, others, same_class, radius, workers)
        rows = np.sort(same_class.order) if to_others is None else np.unique(to_others.queries)
        near_others = same_class.select_rows(np.isin(same_class.order, rows))
        to_own = None if to_others is None else _find_pairs(frame, [same_class], near_others, radius, workers)
        if to_others is None or to_own is None:
            parts.append(make_uncertified(rows, k))
            continue
        all_pairs = concatenate_pairs([to_others, to_own])
        indexed = Pairs(np.searchsorted(rows, all_pairs.queries), all_pairs.fitted, all_pairs.squared)
        nearest, squared = select_nearest(indexed, len(rows), k + 1)
        parts.append(Boundary(rows, nearest[:, :k], is_order_certified(squared, X[rows], products)))
    rows, nearest, certified = (
        np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Boundary)
    )
    order = np.argsort(rows)
    return Boundary(rows[order], nearest[order], certified[order])


def make_uncertified(rows: Ints, k: int) -> Boundary:
    """Return a boundary of `rows` whose neighbors are not known."""
    return Boundary(rows, np.zeros((len(rows), k), dtype=np.intp), np.zeros(len(rows), dtype=np.bool_))


def _find_pairs(frame: Frame, fitted: list[Blocks], queries: Blocks, radius: Floats, workers: int) -> Pairs | None:
    """Return the pairs within the squared radii of the queries, or None if there are too many."""
    if len(queries.order) == 0:
        return concatenate_pairs([])
    parts = []
    for blocks in fitted:
        pairs = find_pairs_within(Partition(blocks, queries, frame), radius, workers)
        if pairs is None:
            return None
        parts.append(pairs)
    return concatenate_pairs(parts)
