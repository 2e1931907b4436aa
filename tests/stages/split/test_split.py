"""The train and the test set of a split."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
import weakref

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pyarrow as pa
import pytest

from stages.shared.errors import InputError
from stages.shared.schemas.contract import GROUP, ROW
from stages.shared.storage.arrow import from_numpy
from stages.shared.storage.parquet import Table
from stages.split import split as split_module
from stages.split.split import split
from tests.stages.split.tables import params_of, table_of

Y = [1, 0, 0, 0, 0] * 20


def rows(table: Table) -> list[int]:
    return table.data.column(ROW).to_pylist()


def test_the_sides_part_the_rows_in_raw_order() -> None:
    train, test = split(table_of(Y), params_of())
    assert sorted(rows(train) + rows(test)) == list(range(100))
    assert rows(train) == sorted(rows(train))
    assert rows(test) == sorted(rows(test))
    assert (len(rows(test)), int(test.target.sum())) == (25, 5)
    assert test.data.column_names == [ROW, GROUP, "x", "sick"]
    assert test.data.column("x").to_pylist() == [float(row) for row in rows(test)]


def test_both_files_tell_the_way_of_both_sides() -> None:
    train, test = split(table_of(Y, x=[float(row // 2) for row in range(100)]), params_of())
    assert train.flow == test.flow
    assert [step.step for step in train.flow] == ["prepared", "train", "test"]
    first, second = train.flow[1:]
    assert (first.rows, first.positive, first.negative) == (len(rows(train)), sum(train.target), sum(train.target == 0))
    assert (second.rows, second.positive) == (len(rows(test)), sum(test.target))
    assert first.note == second.note == "stratified; 50 duplicate rows kept together (30 equal pairs, 0.0 by chance)"


def test_duplicates_stay_on_one_side_and_share_a_unit() -> None:
    train, test = split(table_of(Y, x=[float(row % 40) for row in range(100)]), params_of())
    assert not {row % 40 for row in rows(train)} & {row % 40 for row in rows(test)}
    for subset in (train, test):
        assert subset.groups.tolist() == [row % 40 for row in rows(subset)]


def test_a_unit_is_named_by_the_raw_place_of_its_first_row() -> None:
    table = table_of(Y)
    moved = replace(table, data=table.data.set_column(0, ROW, pa.array(range(500, 600))))
    for subset in split(moved, params_of()):
        assert subset.groups.tolist() == subset.rows.tolist()


def test_groups_stay_on_one_side() -> None:
    teams = [f"team{row % 33}" for row in range(100)]
    train, test = split(table_of(Y, group=teams), params_of(group="team"))
    assert not {row % 33 for row in rows(train)} & {row % 33 for row in rows(test)}
    assert test.flow[-1].note == "stratified; rows of equal `team` kept together"


@pytest.mark.parametrize("start", [0.0, datetime(2024, 1, 1)])
def test_the_latest_quarter_is_the_test_side(start: Any) -> None:
    step = 1.0 if start == 0.0 else timedelta(hours=5)
    times = [start + row * step for row in reversed(range(100))]
    _, test = split(table_of(Y, time=times), params_of(time="day"))
    assert rows(test) == list(range(25))
    assert test.flow[-1].note == "split by `day`"


def test_the_same_params_give_the_same_sides() -> None:
    first, second = (split(table_of(Y), params_of())[1].data for _ in range(2))
    assert first.equals(second)
    assert not first.equals(split(table_of(Y), params_of(random_state=1))[1].data)


@pytest.mark.parametrize(
    ("table", "params", "expected"),
    [
        (table_of(Y), params_of(test_size=0.01), ["split.test_size: the test set would have no positive row"]),
        (table_of(Y), params_of(test_size=0.99), ["the train set would have no positive row", "change split"]),
        (table_of(Y), params_of(test_size=0.75, n_splits=6), ["would have 5 positives", "cv.n_splits = 6", "lower cv"]),
        (
            table_of([1] * 20 + [0] * 80, time=list(range(100))),
            params_of(time="day"),
            ["split.time: the test set would have no positive row (train 75 rows with 20 positives and test 25 rows"],
        ),
        (
            table_of([0] * 75 + [1] * 25, time=list(range(100))),
            params_of(time="day"),
            ["split.time: the train set would have no positive", "split.time: the test set would have no negative"],
        ),
        (table_of(Y, time=[1.0] * 100), params_of(time="day"), ["split.time: the train set would have no positive"]),
        (
            table_of(Y, group=["a"] * 90 + [str(row) for row in range(10)]),
            params_of(group="team"),
            ["split.group: the test set would have 10.0% of the rows, split.test_size is 25", "has 90 rows;"],
        ),
        (table_of(Y, x=[7.0] * 100), params_of(), ["split.test_size: the test set would have no", "has 100 rows;"]),
    ],
)  # fmt: skip
def test_a_split_that_cannot_serve_is_refused(table: Table, params: Any, expected: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        split(table, params)
    for fragment in expected:
        assert fragment in str(caught.value)
    assert all(problem.startswith("params.yaml: split.") for problem in caught.value.problems)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.booleans()), min_size=60, max_size=90),
    st.integers(0, 99),
)
@settings(deadline=None, max_examples=50)
def test_no_unit_is_filter_subsets(cells: list[tuple[int, int, bool]], seed: int) -> None:
    table = table_of(
        [int(row[2]) for row in cells], group=[str(row[0]) for row in cells], x=[float(row[1]) for row in cells]
    )
    try:
        train, test = split(table, params_of(group="team", random_state=seed))
    except InputError:
        return
    assert sorted(rows(train) + rows(test)) == list(range(len(cells)))
    for column in ("team", "x", GROUP):
        assert not set(train.data.column(column).to_pylist()) & set(test.data.column(column).to_pylist())
    assert len(rows(test)) == pytest.approx(0.25 * len(cells), rel=1 / 3)
    np.testing.assert_array_less(0, [train.target.sum(), test.target.sum()])


def test_a_column_goes_when_it_is_filter_subsets(monkeypatch: pytest.MonkeyPatch) -> None:
    """So a large table is never there twice, if nobody else holds it."""
    values = np.arange(100.0)
    column, table = pa.chunked_array([from_numpy(values, pa.float64())]), table_of(Y)
    held = [replace(table, data=table.data.set_column(1, "x", column))]
    alive, there = weakref.ref(values), []
    del values, column, table

    def spy(*arguments: Any) -> Any:
        there.append(alive() is not None)
        subsets = parted(*arguments)
        there.append(alive() is not None)
        return subsets

    parted = split_module._filter_subsets
    monkeypatch.setattr(split_module, "_filter_subsets", spy)
    split(held.pop(), params_of())
    assert there == [True, False]
