"""The prepared table split into a train set and a test set without common groups."""

import numpy as np
import pyarrow as pa

from stages.shared.schemas.contract import GROUP, ROW, Step
from stages.shared.storage.arrow import Bools, Ints, from_bools, from_numpy, to_ints
from stages.shared.storage.parquet import Table
from stages.shared.storage.spill import spill
from stages.split.assignment import cut_latest, draw_parts, draw_test_mask
from stages.split.drift import notice_drift
from stages.split.duplicates import check_duplicates
from stages.split.groups import compute_groups, encode_cells
from stages.split.negatives import keep_negatives
from stages.split.params import SplitStageParams
from stages.split.periods import Reason, find_dropped, notice_dropped, read_gap
from stages.split.validation import notice_prevalence, validate_dropped, validate_split


def split(table: Table, params: SplitStageParams) -> tuple[Table, Table]:
    """Return the train set and the test set in raw order, each with the steps `train` and `test` in its flow.

    Rows of one group, and duplicates that are no coincidence, stay together and share their value in the column GROUP.
    With split.time the test set is strictly later than train. Train is without earlier rows that belong to a test row,
    and without most negatives if split.negatives says so. With split.rotation the test set is one of several that hold
    every row once, and all of them are checked. Notices in both contracts explain the decisions. Raises InputError when
    a subset lacks a class, or the train set has fewer positives than folds. It also does so when the size or the
    prevalence of the test set is far off.
    """
    y = to_ints(table.data.column(table.contract.target).combine_chunks())
    check = check_duplicates(table, y, params.split.duplicates)
    group = encode_cells(table.data.column(params.split.group)) if params.split.group else None
    dropped: dict[Reason, Bools] = {}
    gap: int | float = 0
    if params.split.time:
        test = cut_latest(table.times, params.split.test_size)
        gap = read_gap(params.split.gap, table.data.column(params.split.time).type)
        dropped = find_dropped(table.times, test, gap, group, check.first)
    else:
        test = _draw_test(compute_groups(check.first, group), y, params)
    train = ~test & ~np.any([*dropped.values(), np.zeros_like(test)], axis=0)
    kept = train | test  # rows that are left out do not connect groups
    groups = compute_groups(check.first[kept], None if group is None else group[kept])
    validate_dropped(dropped, test)
    validate_split(train, test, y, groups, params)
    notices = [
        *check.list_notices(),
        *notice_dropped(dropped, before=int((~test).sum())),
        *notice_prevalence(test, y, params),
        *notice_drift(table, train, test, groups),
    ]
    note, note_on_train, negatives = _describe_split(params, check.words, int((~kept).sum())), "", None
    if params.split.negatives:
        negatives = keep_negatives(y, train, table.weights, params.split.negatives.keep, params.random_state)
        train, note_on_train = negatives.rows, f"; {negatives.words}"
    flow = [
        *table.flow,
        _make_step("train", y[train], table, note + note_on_train),
        _make_step("test", y[test], table, note),
    ]
    group_of_row = to_ints(table.data.column(ROW).combine_chunks())
    group_of_row[kept] = group_of_row[kept][groups]
    data = table.data.add_column(1, GROUP, from_numpy(group_of_row, pa.int64()))
    contract = table.contract.model_copy(update={"noticed": [*table.contract.noticed, *notices], "gap": gap})
    names, columns = data.column_names, data.columns
    del table, data  # each column is freed once it is filtered, so that memory never holds a large table twice
    train_set, test_set = (
        Table(pa.table(subset, names), contract, flow)
        for subset in _filter_subsets(columns, from_bools(train), from_bools(test))
    )
    return negatives.describe(train_set, test_set) if negatives else (train_set, test_set)


def _draw_test(groups: Ints, y: Ints, params: SplitStageParams) -> Bools:
    """Return the mask of a random test set; with split.rotation, check all of its test sets."""
    if not params.split.part:
        return draw_test_mask(groups, y, params.split.test_size, params.random_state)
    part, n_parts = params.split.part
    part_of_row = draw_parts(groups, y, n_parts, params.random_state)
    for index in range(1, n_parts + 1):  # all of them, so that the last does not fail after hours
        validate_split(part_of_row != index, part_of_row == index, y, groups, params)
    test: Bools = part_of_row == part
    return test


def _filter_subsets(
    columns: list[pa.ChunkedArray], train: pa.Array, test: pa.Array
) -> tuple[list[pa.ChunkedArray], list[pa.ChunkedArray]]:
    """Filter the columns by both masks; `columns` is emptied, which frees each column in turn."""
    subsets: tuple[list[pa.ChunkedArray], list[pa.ChunkedArray]] = ([], [])
    while columns:
        column = columns.pop(0)
        for subset, mask in zip(subsets, (train, test), strict=True):
            subset.append(spill(column.filter(mask)))
    return subsets


def _describe_split(params: SplitStageParams, duplicates: str, dropped: int) -> str:
    """Describe how the subsets were formed."""
    notes = [f"split by `{params.split.time}`" if params.split.time else "stratified"]
    if params.split.part:
        notes.append("test set {} of {}".format(*params.split.part))
    if duplicates:
        notes.append(duplicates)
    if dropped:
        notes.append(f"{dropped} rows before the test period left out")
    if params.split.group:
        notes.append(f"rows of equal `{params.split.group}` kept together")
    return "; ".join(notes)


def _make_step(name: str, y: Ints, table: Table, note: str) -> Step:
    positive = int(y.sum())
    columns = len(table.contract.features)
    return Step(step=name, rows=len(y), columns=columns, negative=len(y) - positive, positive=positive, note=note)
