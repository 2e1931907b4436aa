"""Which rows must stay together: exact duplicates, and rows of one group."""

import numpy as np
import pyarrow as pa

from stages.shared.arrays import Ints, to_floats, to_ints
from stages.shared.tables import Table


def unit_of_rows(duplicates: Ints, groups: Ints | None) -> Ints:
    """The unit of each row, shape (rows,): the place of the unit's first row.

    Rows of equal number in `duplicates` or in `groups` are of one unit, and so are rows tied through others: the
    components of a graph, by union-find (Galler and Fischer, "An improved equivalence algorithm", 1964).
    """
    numbers = duplicates if groups is None else _tied(duplicates, groups)
    _, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    return first[inverse]


def duplicate_numbers(table: Table) -> Ints:
    """A number for each row, shape (rows,), equal where all features are equal; missing equals missing."""
    rows = np.zeros(table.data.num_rows, dtype=np.int64)
    for feature in table.contract.features:
        cells = column_numbers(table.data.column(feature.name))
        # one feature at a time, renumbered at once, so that the product stays far from overflow
        rows = _renumbered(rows * (cells.max() + 1) + cells)
    return rows


def column_numbers(column: pa.ChunkedArray) -> Ints:
    """A number for each cell, shape (rows,), equal where the cells are; missing cells are equal to one another."""
    array = column.combine_chunks()
    if pa.types.is_floating(array.type):
        return _renumbered(to_floats(array))  # takes 0.0 and -0.0 for equal, which they are
    return to_ints(array.dictionary_encode(null_encoding="encode").indices)


def _renumbered(values: np.ndarray) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _tied(duplicates: Ints, groups: Ints) -> Ints:
    """A number for each row, equal where rows are tied by duplicates or groups, directly or through others."""
    parents = list(range(int(duplicates.max()) + 1))

    def root(node: int) -> int:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    first_of: dict[int, int] = {}
    for duplicate, group in zip(duplicates.tolist(), groups.tolist(), strict=True):
        parents[root(duplicate)] = root(first_of.setdefault(group, duplicate))
    return np.array([root(node) for node in range(len(parents))], dtype=np.int64)[duplicates]
