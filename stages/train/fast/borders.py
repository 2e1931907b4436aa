"""The rows that may have a row of another class among their nearest, with these nearest: what a cleaner has to know.

A cleaner asks which classes the nearest rows are of. Where no row of another class is within a distance in which a row
has enough others, all its nearest are of its own class, in whatever order, and there is nothing to clean. What is left
is few rows, so the rows of their own class are looked through for these alone.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.train.fast.blocks import Bools, Floats, Ints, lay_out
from stages.train.fast.nearby import FARTHEST, Pairs, enough, pairs_within
from stages.train.fast.ranking import certain, doubt, nearest


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
    within = enough(lay_out(X, X), k + 1, workers)
    within += doubt(within, within, X)
    labels = sorted(np.unique(y), key=lambda label: float(np.median(within[y == label])))
    parts = []
    for label in labels[:-1] if one_side else labels:
        own, others = np.flatnonzero(y == label), np.flatnonzero(y != label)
        met = _pairs(X, others, own, within, workers) if len(others) else _NONE
        rows = own if met is None else np.unique(met.queries)
        beside = None if met is None else _pairs(X, own, rows, within, workers)
        if met is None or beside is None:
            parts.append(unknown(rows, k))
            continue
        both = Pairs(*(np.concatenate(some) for some in zip(_fields(met), _fields(beside), strict=True)))
        places = Pairs(np.searchsorted(rows, both.queries), both.fitted, both.squared)
        found, squared = nearest(places, len(rows), k + 1)
        parts.append(Border(rows, found[:, :k], certain(squared, X[rows], products)))
    return _joined(parts, k)


def unknown(rows: Ints, k: int) -> Border:
    """`rows` of which no more is known than that they may be near others."""
    return Border(rows, np.zeros((len(rows), k), dtype=np.intp), np.zeros(len(rows), dtype=np.bool_))


def _pairs(X: Floats, fitted: Ints, queries: Ints, within: Floats, workers: int) -> Pairs | None:
    """The pairs of these rows of X that are within the query's squared distance, by their places in X."""
    if len(queries) == 0:
        return _NONE
    pairs = pairs_within(lay_out(X[fitted], X[queries]), within[queries], workers)
    return None if pairs is None else Pairs(queries[pairs.queries], fitted[pairs.fitted], pairs.squared)


def _joined(parts: list[Border], k: int) -> Border:
    parts = [unknown(np.arange(0), k), *parts]
    rows, found, sure = (np.concatenate(some) for some in zip(*map(_fields, parts), strict=True))
    order = np.argsort(rows)
    return Border(rows[order], found[order], sure[order])


def _fields(record: Pairs | Border) -> list[Any]:
    return [getattr(record, field.name) for field in fields(record)]


_NONE = Pairs(np.arange(0), np.arange(0), np.empty(0))
