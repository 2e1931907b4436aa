"""The prepared table as a train side and a test side that know nothing of each other."""

import numpy as np
import pyarrow as pa

from stages.shared.schemas.contract import GROUP, ROW, Step
from stages.shared.storage.arrow import Ints, from_bools, from_numpy, to_floats, to_ints
from stages.shared.storage.parquet import Table
from stages.split.assignment import drawn, latest
from stages.split.groups import column_numbers, duplicate_numbers, unit_of_rows
from stages.split.params import SplitStageParams
from stages.split.validation import check_sides


def split(table: Table, params: SplitStageParams) -> tuple[Table, Table]:
    """The train side and the test side, each in raw order, both with the steps `train` and `test` in their flow.

    Exact duplicates in all features and rows of one group stay on one side and share their UNIT. Raises InputError when
    a side lacks a class, train has fewer positives than folds, or the test side is far from the size that was asked.
    """
    y = to_ints(table.data.column(table.contract.target).combine_chunks())
    group, time = params.split.group, params.split.time
    duplicates = duplicate_numbers(table)
    units = unit_of_rows(duplicates, column_numbers(table.data.column(group)) if group else None)
    if time:
        test = latest(units, _sortable(table.data.column(time).combine_chunks()), params.split.test_size)
    else:
        test = drawn(units, y, params.split.test_size, params.random_state)
    check_sides(test, y, units, params)
    note = _note(params, repeated=int(np.count_nonzero(duplicates != np.arange(len(duplicates)))))
    flow = [*table.flow, _step("train", y[~test], table, note), _step("test", y[test], table, note)]
    rows = to_ints(table.data.column(ROW).combine_chunks())
    data, contract = table.data.add_column(1, GROUP, from_numpy(rows[units], pa.int64())), table.contract
    names, columns = data.column_names, data.columns
    del table, data  # a column goes when it is parted, unless somebody else holds it: a large table is not there twice
    train_side, test_side = (
        Table(pa.table(side, names), contract, flow) for side in _parted(columns, from_bools(~test), from_bools(test))
    )
    return train_side, test_side


def _parted(
    columns: list[pa.ChunkedArray], train: pa.Array, test: pa.Array
) -> tuple[list[pa.ChunkedArray], list[pa.ChunkedArray]]:
    """The columns of both sides, by their masks; `columns` is emptied."""
    sides: tuple[list[pa.ChunkedArray], list[pa.ChunkedArray]] = ([], [])
    while columns:
        column = columns.pop(0)
        for side, mask in zip(sides, (train, test), strict=True):
            side.append(column.filter(mask))
    return sides


def _sortable(array: pa.Array) -> np.ndarray:
    return to_floats(array) if pa.types.is_floating(array.type) else to_ints(array)


def _note(params: SplitStageParams, repeated: int) -> str:
    """What parted the sides, in words."""
    notes = [f"parted by `{params.split.time}`" if params.split.time else "stratified"]
    if repeated:
        notes.append(f"{repeated} duplicate rows kept on one side")
    if params.split.group:
        notes.append(f"rows of equal `{params.split.group}` kept on one side")
    return "; ".join(notes)


def _step(name: str, y: Ints, table: Table, note: str) -> Step:
    positive = int(y.sum())
    columns = len(table.contract.features)
    return Step(step=name, rows=len(y), columns=columns, negative=len(y) - positive, positive=positive, note=note)
