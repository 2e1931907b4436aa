"""Groups of rows that must stay in one subset: exact duplicates, and rows with equal split.group.

A test row whose duplicate is in the train set would measure memory instead of generalization.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from stages.shared.storage.arrow import Ints, to_floats, to_ints
from stages.shared.storage.parquet import Table

Hashes = npt.NDArray[np.uint64]


def compute_groups(duplicates: Ints, groups: Ints | None) -> Ints:
    """Return the group of each row, shape (rows,), as the index of the group's first row.

    Rows with an equal number in `duplicates` or in `groups` are in one group, directly or through other rows.
    """
    if groups is None:
        return _find_first_equal(duplicates)
    from scipy.sparse import coo_array  # half a second of import, which only a split with groups needs
    from scipy.sparse.csgraph import connected_components

    # a graph whose nodes are first rows and whose edges are the rows; a group is a connected component
    start, end = _find_first_equal(duplicates), _find_first_equal(groups)
    edges = coo_array((np.ones(len(start), dtype=np.bool_), (start, end)), shape=(len(start), len(start)))
    component = connected_components(edges, directed=False)[1]
    return _find_first_equal(component[start].astype(np.int64))


def find_duplicates(table: Table) -> Ints:
    """Return for each row the index of the first row that equals it in all features, shape (rows,).

    Missing cells are equal. A hash over all features finds the row, and the features are then compared. If different
    rows share a hash, the features are numbered one by one instead, which takes about ten times as long.
    """
    columns = [table.data.column(feature.name) for feature in table.contract.features]
    hashes = np.zeros(table.data.num_rows, dtype=np.uint64)
    for column in columns:
        hashes = mix_hashes(hashes, _to_keys(column))
    first = _find_first_equal(hashes)
    if all(np.array_equal(keys, keys[first]) for keys in map(_to_keys, columns)):
        return first
    rows = np.zeros(table.data.num_rows, dtype=np.int64)
    for column in columns:
        cells = encode_cells(column)
        # renumbered after each feature, so that the product cannot overflow
        rows = _renumber(rows * (cells.max() + 1) + cells)
    return _find_first_equal(rows)


def encode_cells(column: pa.ChunkedArray) -> Ints:
    """Return a number for each cell, shape (rows,), equal where the cells are equal; missing cells are equal."""
    array = column.combine_chunks()
    if pa.types.is_floating(array.type):
        return _renumber(to_floats(array))  # np.unique treats 0.0 and -0.0 as equal
    return to_ints(array.dictionary_encode(null_encoding="encode").indices)


def _to_keys(column: pa.ChunkedArray) -> Hashes:
    """Return 64 bits for each cell, shape (rows,), equal where the cells are equal; missing cells are equal."""
    if pa.types.is_floating(column.type):
        return (to_floats(column.combine_chunks()) + 0.0).view(np.uint64)  # -0.0 becomes 0.0
    return encode_cells(column).view(np.uint64)


def mix_hashes(hashes: Hashes, keys: Hashes) -> Hashes:
    """Combine each hash with one more key by the finalizer of SplitMix64 (Steele, Lea and Flood 2014)."""
    mixed = (hashes + np.uint64(0x9E3779B97F4A7C15)) ^ keys
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _find_first_equal(values: npt.NDArray[np.int64] | Hashes) -> Ints:
    """Return the index of the first equal value, for each value."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64, copy=False)


def _renumber(values: np.ndarray) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
