"""The prepared table split into a train set and a test set without common groups."""

import numpy as np
import pyarrow as pa

from stages.shared.schemas.contract import GROUP, ROW, Step
from stages.shared.storage.arrow import Ints, from_bools, from_numpy, to_floats, to_ints
from stages.shared.storage.parquet import Table
from stages.split.assignment import cut_latest, draw_test_mask
from stages.split.groups import compute_groups, encode_cells, find_duplicates
from stages.split.params import SplitStageParams
from stages.split.validation import validate_split


def split(table: Table, params: SplitStageParams) -> tuple[Table, Table]:
    """Return the train set and the test set in raw order, each with the steps `train` and `test` in its flow.

    Exact duplicates and rows of one group stay together and share their value in the column GROUP. Raises InputError
    when a subset lacks a class, the train set has fewer positives than folds, or the test size is far off.
    """
    y = to_ints(table.data.column(table.contract.target).combine_chunks())
    group, time = params.split.group, params.split.time
    duplicates = find_duplicates(table)
    groups = compute_groups(duplicates, encode_cells(table.data.column(group)) if group else None)
    if time:
        test = cut_latest(groups, _sortable(table.data.column(time).combine_chunks()), params.split.test_size)
    else:
        test = draw_test_mask(groups, y, params.split.test_size, params.random_state)
    validate_split(test, y, groups, params)
    note = _note(params, repeated=int(np.count_nonzero(duplicates != np.arange(len(duplicates)))))
    flow = [*table.flow, _step("train", y[~test], table, note), _step("test", y[test], table, note)]
    rows = to_ints(table.data.column(ROW).combine_chunks())
    data, contract = table.data.add_column(1, GROUP, from_numpy(rows[groups], pa.int64())), table.contract
    names, columns = data.column_names, data.columns
    del table, data  # each column is freed once it is filtered, so that memory never holds a large table twice
    train_set, test_set = (
        Table(pa.table(subset, names), contract, flow)
        for subset in _filter_subsets(columns, from_bools(~test), from_bools(test))
    )
    return train_set, test_set


def _filter_subsets(
    columns: list[pa.ChunkedArray], train: pa.Array, test: pa.Array
) -> tuple[list[pa.ChunkedArray], list[pa.ChunkedArray]]:
    """Filter the columns by both masks; `columns` is emptied, which frees each column in turn."""
    subsets: tuple[list[pa.ChunkedArray], list[pa.ChunkedArray]] = ([], [])
    while columns:
        column = columns.pop(0)
        for subset, mask in zip(subsets, (train, test), strict=True):
            subset.append(column.filter(mask))
    return subsets


def _sortable(array: pa.Array) -> np.ndarray:
    return to_floats(array) if pa.types.is_floating(array.type) else to_ints(array)


def _note(params: SplitStageParams, repeated: int) -> str:
    """Describe how the subsets were formed."""
    notes = [f"split by `{params.split.time}`" if params.split.time else "stratified"]
    if repeated:
        notes.append(f"{repeated} duplicate rows kept together")
    if params.split.group:
        notes.append(f"rows of equal `{params.split.group}` kept together")
    return "; ".join(notes)


def _step(name: str, y: Ints, table: Table, note: str) -> Step:
    positive = int(y.sum())
    columns = len(table.contract.features)
    return Step(step=name, rows=len(y), columns=columns, negative=len(y) - positive, positive=positive, note=note)
