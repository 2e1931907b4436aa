"""Which rows must stay together: exact duplicates, and rows of one group."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from stages.shared.storage.arrow import Ints, to_floats, to_ints
from stages.shared.storage.parquet import Table

Hashes = npt.NDArray[np.uint64]


def unit_of_rows(duplicates: Ints, groups: Ints | None) -> Ints:
    """The unit of each row, shape (rows,): the place of the unit's first row.

    Rows of equal number in `duplicates` or in `groups` are of one unit, and so are rows tied through others.
    """
    return _first_equal(duplicates if groups is None else _tied(duplicates, groups))


def duplicate_numbers(table: Table) -> Ints:
    """For each row the place of the first row that equals it in all features, shape (rows,); missing equals missing.

    A hash over all features finds that row, and the features are compared. Should rows that differ have one hash, the
    features are numbered one by one instead, which takes about ten times as long.
    """
    columns = [table.data.column(feature.name) for feature in table.contract.features]
    hashes = np.zeros(table.data.num_rows, dtype=np.uint64)
    for column in columns:
        hashes = _mixed(hashes, _keys(column))
    first = _first_equal(hashes)
    if all(np.array_equal(keys, keys[first]) for keys in map(_keys, columns)):
        return first
    rows = np.zeros(table.data.num_rows, dtype=np.int64)
    for column in columns:
        cells = column_numbers(column)
        # one feature at a time, renumbered at once, so that the product stays far from overflow
        rows = _renumbered(rows * (cells.max() + 1) + cells)
    return _first_equal(rows)


def column_numbers(column: pa.ChunkedArray) -> Ints:
    """A number for each cell, shape (rows,), equal where the cells are; missing cells are equal to one another."""
    array = column.combine_chunks()
    if pa.types.is_floating(array.type):
        return _renumbered(to_floats(array))  # takes 0.0 and -0.0 for equal, which they are
    return to_ints(array.dictionary_encode(null_encoding="encode").indices)


def _keys(column: pa.ChunkedArray) -> Hashes:
    """64 bits for each cell, shape (rows,), equal where the cells are; missing cells are equal to one another."""
    if pa.types.is_floating(column.type):
        return (to_floats(column.combine_chunks()) + 0.0).view(np.uint64)  # -0.0 becomes 0.0, which it is equal to
    return column_numbers(column).view(np.uint64)


def _mixed(hashes: Hashes, keys: Hashes) -> Hashes:
    """New hashes of the old ones and one more key each, by the finaliser of SplitMix64.

    (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.)
    """
    mixed = (hashes + np.uint64(0x9E3779B97F4A7C15)) ^ keys
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _first_equal(values: npt.NDArray[np.int64] | Hashes) -> Ints:
    """The place of the first equal value, for each value."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64, copy=False)


def _renumbered(values: np.ndarray) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _tied(duplicates: Ints, groups: Ints) -> Ints:
    """A number for each row, equal where rows are tied by duplicates or groups, directly or through others.

    Connected components of the graph whose nodes are first rows and whose edges are the rows: the root of either end
    goes under the smaller one, then all paths are shortened (Liu and Tarjan, "Simple concurrent labeling algorithms for
    connected components", 2019); rounds grow with the logarithm of the rows, or its square.
    """
    nodes, others = _first_equal(duplicates), _first_equal(groups)
    roots, ends = np.arange(len(nodes)), nodes
    while len(ends):
        one, other = roots[ends], roots[others]
        np.minimum.at(roots, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(shorter := roots[roots], roots):
            roots = shorter
        apart = roots[ends] != roots[others]
        ends, others = ends[apart], others[apart]
    return roots[nodes]
