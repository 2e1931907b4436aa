"""Squared distances in float32, many at a time, with a bound of their error that lets no near row slip through.

With α = x − c and β = y − c around any centre c, |x − y|² = |α|² + |β|² − 2αβ. The matrix product of (α, 1, −threshold)
and (−2β, |β|², 1) gives v = |β|² − 2αβ less the threshold, so that a sign is all there is to test.

Let u = 2⁻²⁴ and D = |x − y|. Rounding α and β costs u each, summing d + 2 products (d + 2)u in whatever order the
library adds them, so v is off by at most (d + 8)u (2|α||β| + |β|²). As |β| ≤ |α| + D, that bracket is at most
(2|α| + D)² ≤ 8|α|² + 2D²: it depends on y through D alone. So every y with D ≤ T has

    v ≤ T² − |α|² + γ (8|α|² + 2T²),    γ = (d + 8)u.

The code takes 2γ: the other half is for the rounding of the threshold and more than covers that of float64. An outlier
y spoils only its own v, which is as large as its D². Columns of very different scale do no harm where c is near x.
"""

import numpy as np

from stages.train.samplers.neighbors.arrays import Floats, Singles
from stages.train.samplers.neighbors.frames import middle

#: rows in a group of which only the nearest counts, when a distance is looked for that has enough rows
FOLDS = 8

#: where γ adds no more than this part to T², but for this part of the queries, a centre is near enough
LITTLE = 0.02


def left(offsets: Floats, squared: Floats) -> Singles:
    """The left side of the product for queries with these α, shape (queries, d), and T²."""
    own = np.einsum("ij,ij->i", offsets, offsets)
    return _augmented(offsets, np.ones(len(own)), own - squared - slack(offsets.shape[1], own, squared))


def right(offsets: Floats) -> Singles:
    """The right side of the product for rows with these β, shape (rows, d)."""
    wide = _augmented(-2 * offsets, np.einsum("ij,ij->i", offsets, offsets), np.ones(len(offsets)))
    return np.ascontiguousarray(wide.T)


def is_near_enough(offsets: Floats, squared: Floats) -> bool:
    """Whether around the centre of these α the error is small beside T², for all but a few queries."""
    own = np.einsum("ij,ij->i", offsets, offsets)
    return bool(np.mean(slack(offsets.shape[1], own, squared) > LITTLE * squared) < LITTLE)


def enough_for(queries: Floats, rows: Floats, m: int) -> Floats:
    """For each query a squared distance within which at least m of the rows lie, shape (queries,); m ≤ rows."""
    centre = middle(rows)
    offsets = queries - centre
    own = np.einsum("ij,ij->i", offsets, offsets)
    products = _augmented(offsets, np.ones(len(own))) @ right(rows - centre)[:-1]
    width = len(rows) // FOLDS
    if width >= 8 * m:  # the m-th of the smallest of groups of rows is hardly larger, and much sooner found
        products = products[:, : FOLDS * width].reshape(len(own), FOLDS, width).min(axis=1)
    products.partition(m - 1, axis=1)
    squared = np.maximum(products[:, m - 1] + own, 0)
    return np.asarray(squared + slack(offsets.shape[1], own, squared))


def slack(columns: int, own: Floats, squared: Floats) -> Floats:
    """2γ (8|α|² + 2T²), and a little for what underflows; `own` is |α|², `squared` is T²."""
    return np.asarray(2.0**-23 * (columns + 8) * (8 * own + 2 * squared) + 1e-37)


def _augmented(rows: Floats, *columns: Floats) -> Singles:
    """`rows` in float32 with further columns."""
    wide = np.empty((len(rows), rows.shape[1] + len(columns)), dtype=np.float32)
    wide[:, : rows.shape[1]] = rows
    for index, column in enumerate(columns, start=rows.shape[1]):
        wide[:, index] = column
    return wide
