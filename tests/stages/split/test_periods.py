"""A split by time: the test set is strictly later, and train does without rows that know it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from stages.shared.errors import InputError
from stages.shared.storage.parquet import Table
from stages.split.params import SplitParams
from stages.split.split import split
from tests.stages.split.tables import params_of, table_of

#: 16 rows, one a day, of both classes in both sets
Y = [1, 0] * 8
DAYS = [float(row) for row in range(16)]


def parted(table: Table, **params: Any) -> tuple[list[int], list[int], list[str]]:
    """The rows of train, those of test, and the messages of what was left out."""
    train, test = split(table, params_of(time="day", **params))
    assert train.times.max() < test.times.min()
    found = [notice.message for notice in test.contract.noticed if notice.kind == "dropped_rows"]
    return train.rows.tolist(), test.rows.tolist(), found


def test_copies_of_test_rows_are_left_out_of_train() -> None:
    """Rows 3 and 4 equal row 14; rows 0 and 1 equal each other, both are earlier."""
    x = [0.0, 0.0, 2.0, 14.0, 14.0, *map(float, range(5, 16))]
    train, test, found = parted(table_of(Y, time=DAYS, x=x))
    assert (train, test) == ([0, 1, 2, *range(5, 12)], [12, 13, 14, 15])
    assert found == [
        "split.duplicates: 2 of 12 rows before the test period equal a row of the test period in every feature; train "
        "does without them"
    ]
    train_set, _ = split(table_of(Y, time=DAYS, x=x), params_of(time="day"))
    assert train_set.groups.tolist() == [0, 0, 2, *range(5, 12)]
    assert train_set.flow[-2].note.endswith("2 rows before the test period left out")
    assert (train_set.flow[-2].rows, train_set.flow[-1].rows) == (10, 4)


def test_coincidences_stay_in_train() -> None:
    x = [float(row % 2) for row in range(16)]
    train, _, found = parted(table_of(Y, time=DAYS, x=x), duplicates="ignore")
    assert (train, found) == (list(range(12)), [])


def test_a_group_with_late_rows_is_left_out_of_train() -> None:
    teams = [f"team{row}" for row in range(16)]
    teams[2] = teams[7] = "team13"
    train, test, found = parted(table_of(Y, time=DAYS, group=teams), group="team")
    assert (train, test) == ([0, 1, 3, 4, 5, 6, 8, 9, 10, 11], [12, 13, 14, 15])
    assert found == [
        "split.group: 2 of 12 rows before the test period belong to a group that has rows in the test period; train "
        "does without them"
    ]


def test_rows_that_are_left_out_tie_no_others() -> None:
    """Row 1 equals row 0 and is of the group of row 13: it goes, row 0 stays."""
    teams, x = [f"team{row}" for row in range(16)], DAYS.copy()
    teams[1], x[1] = "team13", 0.0
    train, _, _ = parted(table_of(Y, time=DAYS, group=teams, x=x), group="team")
    assert train == [0, *range(2, 12)]


@pytest.mark.parametrize(("gap", "left"), [(None, 12), (1, 11), (2.5, 10), (3, 9)])
def test_a_gap_in_the_unit_of_the_time(gap: float | None, left: int) -> None:
    """The test period begins at 12; a gap of 2.5 leaves out 9.5 to 12, and so rows 10 and 11."""
    train, _, found = parted(table_of(Y, time=DAYS), gap=gap)
    assert train == list(range(left))
    assert len(found) == (left < 12)


@pytest.mark.parametrize(("gap", "left"), [("2d", 10), ("1 d", 11), ("36h", 11), ("1w", 5), ("30min", 12)])
def test_a_gap_as_a_duration(gap: str, left: int) -> None:
    times = [datetime(2024, 1, 1) + timedelta(days=row) for row in range(16)]
    train, test = split(table_of(Y, time=times), params_of(time="day", gap=gap))
    assert train.rows.tolist() == list(range(left))
    assert train.contract.gap == test.contract.gap > 0


def test_all_reasons_together() -> None:
    teams, x = [f"team{row}" for row in range(16)], DAYS.copy()
    teams[3], x[5] = "team12", 15.0
    train, test = split(table_of(Y, time=DAYS, group=teams, x=x), params_of(time="day", group="team", gap=1))
    assert train.rows.tolist() == [0, 1, 2, 4, 6, 7, 8, 9, 10]
    assert [notice.message[:20] for notice in test.contract.noticed if notice.kind == "dropped_rows"] == [
        "split.gap: 1 of 12 r", "split.group: 1 of 12", "split.duplicates: 1 ",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "params", "expected"),
    [
        ({"time": DAYS}, {"gap": "7d"}, "split.gap: is 7d, but split.time holds numbers; give a number"),
        (
            {"time": [datetime(2024, 1, 1 + row) for row in range(16)]},
            {"gap": 7},
            "split.gap: is 7, but split.time holds timestamps; give a duration such as 7d",
        ),
        ({"time": DAYS}, {"gap": 12}, "split.time: the train set would have no positive"),
        (
            {"time": DAYS, "group": [f"team{row % 4}" for row in range(16)]},
            {"group": "team"},
            "split.group: with split.time, 12 of the 12 rows before the test period belong together with rows in it",
        ),
        (
            {"time": DAYS, "x": [0.0, 1.0, 2.0, 3.0, 12.0, 13.0, 14.0, 15.0, 12.0, *map(float, range(9, 16))]},
            {},
            "split.duplicates: with split.time, 5 of the 12 rows before the test period belong together",
        ),
    ],
)  # fmt: skip
def test_a_split_by_time_that_cannot_serve_is_refused(
    columns: dict[str, Any], params: dict[str, Any], expected: str
) -> None:
    with pytest.raises(InputError) as caught:
        split(table_of(Y, **{"x": DAYS, **columns}), params_of(time="day", **params))
    assert expected in str(caught.value)


@pytest.mark.parametrize("gap", [0, -1, True, "7", "7 days", "d", float("inf")])
def test_what_is_no_gap_is_refused(gap: Any) -> None:
    section = {"test_size": 0.25, "group": None, "time": "day", "duplicates": "auto", "rotation": None, "gap": gap}
    with pytest.raises(ValueError, match="must be null, a number above 0, or a duration such as 7d"):
        SplitParams.model_validate(section)


def test_a_gap_without_time_is_refused() -> None:
    section = {
        "test_size": 0.25,
        "group": None,
        "time": None,
        "duplicates": "auto",
        "rotation": None,
        "gap": 7,
        "negatives": None,
    }
    with pytest.raises(ValueError, match=r"split\.gap needs split\.time"):
        SplitParams.model_validate(section)
