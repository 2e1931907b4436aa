"""The rows that may have a row of another class among their nearest, with these nearest: what a cleaner has to know.

A cleaner asks which classes the nearest rows are of. Where no row of another class is within a distance in which a row
has enough others, all its nearest are of its own class, in whatever order, and there is nothing to clean. What is left
is few rows, so the rows of their own class are looked through for these alone.
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from stages.train.samplers.neighbors.arrays import Bools, Floats, Ints
from stages.train.samplers.neighbors.blocks import Blocks, Layout, lay_out_classes
from stages.train.samplers.neighbors.certificate import certain, doubt, nearest
from stages.train.samplers.neighbors.frames import Frame
from stages.train.samplers.neighbors.pairs import Pairs, joined
from stages.train.samplers.neighbors.radius import pairs_within
from stages.train.samplers.neighbors.search import FARTHEST, enough


@dataclass(frozen=True)
class Border:
    """Rows near other classes."""

    rows: Ints  # shape (border rows,), rising
    nearest: Ints  # their k nearest rows, themselves counted, shape (border rows, k)
    sure: Bools  # for which of them those are in scikit-learn's order beyond doubt


def border(
    X: Floats, y: npt.NDArray[np.generic], k: int, workers: int = 1, products: bool = True, one_side: bool = False
) -> Border:
    """The rows that may have a row of another class among their k nearest in scikit-learn's order; no other has one.

    X: shape (rows, columns), more than k of them; y: their classes; products: see `certain`. one_side: one class, the
    one with the farthest neighbours, is left out; of two rows of different classes near each other one is named still.
    """
    if not np.abs(X).max() < FARTHEST:
        return unknown(np.arange(len(X)), k)
    frame, by_class, blocks = lay_out_classes(X, y)
    within = enough(Layout(blocks, blocks, frame), k + 1, workers)
    within += doubt(within, within, X)
    labels = sorted(by_class, key=lambda label: float(np.median(within[by_class[label].order])))
    parts = []
    for label in labels[:-1] if one_side else labels:
        own, others = by_class[label], [blocks for other, blocks in by_class.items() if other != label]
        met = _pairs(frame, others, own, within, workers)
        rows = np.sort(own.order) if met is None else np.unique(met.queries)
        beside = None if met is None else _pairs(frame, [own], own.only(np.isin(own.order, rows)), within, workers)
        if met is None or beside is None:
            parts.append(unknown(rows, k))
            continue
        both = joined([met, beside])
        indices = Pairs(np.searchsorted(rows, both.queries), both.fitted, both.squared)
        found, squared = nearest(indices, len(rows), k + 1)
        parts.append(Border(rows, found[:, :k], certain(squared, X[rows], products)))
    return _together(parts, k)


def unknown(rows: Ints, k: int) -> Border:
    """`rows` of which no more is known than that they may be near others."""
    return Border(rows, np.zeros((len(rows), k), dtype=np.intp), np.zeros(len(rows), dtype=np.bool_))


def _pairs(frame: Frame, fitted: list[Blocks], queries: Blocks, within: Floats, workers: int) -> Pairs | None:
    """The pairs of these rows that are within the query's squared distance; None where they are a flood."""
    if len(queries.order) == 0:
        return joined([])
    found = []
    for blocks in fitted:
        pairs = pairs_within(Layout(blocks, queries, frame), within, workers)
        if pairs is None:
            return None
        found.append(pairs)
    return joined(found)


def _together(parts: list[Border], k: int) -> Border:
    parts = [unknown(np.arange(0), k), *parts]
    rows, found, sure = (np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Border))
    order = np.argsort(rows)
    return Border(rows[order], found[order], sure[order])
