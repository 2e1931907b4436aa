"""Squared distances in float32, many at a time, with an error bound that loses no near row.

With α = x − c and β = y − c around any center c, |x − y|² = |α|² + |β|² − 2αβ. The matrix product of
(α, 1, −threshold) and (−2β, |β|², 1) gives v = |β|² − 2αβ − threshold. Then only the sign of v is tested.

Let u = 2⁻²⁴ and D = |x − y|. Rounding α and β costs u each, and summing d + 2 products costs (d + 2)u in any order. The
error of v is therefore at most (d + 8)u (2|α||β| + |β|²). As |β| ≤ |α| + D, the bracket is at most
(2|α| + D)² ≤ 8|α|² + 2D², which depends on y through D alone. So every y with D ≤ T has

    v ≤ T² − |α|² + γ (8|α|² + 2T²),    γ = (d + 8)u.

The code takes 2γ: the second half covers the rounding of the threshold and of float64. An outlier y affects only its
own v, which is as large as its D². Columns of very different scale do no harm if c is near x.
"""

import numpy as np

from stages.train.samplers.neighbors.arrays import Floats, Singles
from stages.train.samplers.neighbors.partition import compute_median_row

#: groups of rows of which only the nearest row counts, when a radius with enough rows is estimated
N_FOLDS = 8

#: a center is near enough if γ adds at most this share to T², except for this share of the queries
MAX_SLACK = 0.02


def make_left_factor(offsets: Floats, squared: Floats) -> Singles:
    """Return the left factor of the product for queries with offsets α, shape (queries, d), and radii T²."""
    norms = np.einsum("ij,ij->i", offsets, offsets)
    return _append_columns(
        offsets, np.ones(len(norms)), norms - squared - bound_error(offsets.shape[1], norms, squared)
    )


def make_right_factor(offsets: Floats) -> Singles:
    """Return the right factor of the product for rows with offsets β, shape (rows, d)."""
    wide = _append_columns(-2 * offsets, np.einsum("ij,ij->i", offsets, offsets), np.ones(len(offsets)))
    return np.ascontiguousarray(wide.T)


def is_center_near(offsets: Floats, squared: Floats) -> bool:
    """Return whether the error around the center of these α is small against T², for all but a few queries."""
    norms = np.einsum("ij,ij->i", offsets, offsets)
    return bool(np.mean(bound_error(offsets.shape[1], norms, squared) > MAX_SLACK * squared) < MAX_SLACK)


def estimate_radii(queries: Floats, rows: Floats, m: int) -> Floats:
    """Return for each query a squared distance within which at least m of the rows lie, shape (queries,); m ≤ rows."""
    center = compute_median_row(rows)
    offsets = queries - center
    norms = np.einsum("ij,ij->i", offsets, offsets)
    products = _append_columns(offsets, np.ones(len(norms))) @ make_right_factor(rows - center)[:-1]
    width = len(rows) // N_FOLDS
    if width >= 8 * m:  # the m-th smallest of group minima is hardly larger, and found much sooner
        products = products[:, : N_FOLDS * width].reshape(len(norms), N_FOLDS, width).min(axis=1)
    products.partition(m - 1, axis=1)
    squared = np.maximum(products[:, m - 1] + norms, 0)
    return np.asarray(squared + bound_error(offsets.shape[1], norms, squared))


def bound_error(columns: int, norms: Floats, squared: Floats) -> Floats:
    """Return 2γ (8|α|² + 2T²), plus a constant for underflow; `norms` are |α|², `squared` are T²."""
    return np.asarray(2.0**-23 * (columns + 8) * (8 * norms + 2 * squared) + 1e-37)


def _append_columns(rows: Floats, *columns: Floats) -> Singles:
    wide = np.empty((len(rows), rows.shape[1] + len(columns)), dtype=np.float32)
    wide[:, : rows.shape[1]] = rows
    for index, column in enumerate(columns, start=rows.shape[1]):
        wide[:, index] = column
    return wide
