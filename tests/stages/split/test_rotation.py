"""Several test sets that together hold every row once."""

from typing import Any

import pytest

from stages.shared.errors import InputError
from stages.split.split import split
from tests.stages.split.tables import params_of, table_of

Y = [1, 0, 0, 0, 0] * 20


@pytest.mark.parametrize("columns", [{}, {"group": [str(row // 2) for row in range(100)]}])
def test_every_row_is_in_one_test_set(columns: dict[str, Any]) -> None:
    team = "team" if columns else None
    sides = [split(table_of(Y, **columns), params_of(group=team, rotation=f"{number}/4")) for number in range(1, 5)]
    assert sorted(row for _, test in sides for row in test.rows) == list(range(100))
    for train, test in sides:
        assert sorted([*train.rows, *test.rows]) == list(range(100))
        assert not set(train.groups) & set(test.groups)
        assert 4 <= test.target.sum() <= 6
        assert 22 <= len(test.rows) <= 28


def test_test_size_does_not_count_and_the_note_names_the_set() -> None:
    train, test = split(table_of(Y), params_of(test_size=0.9, rotation="2/5"))
    assert (len(train.rows), len(test.rows), int(test.target.sum())) == (80, 20, 4)
    assert train.flow[-1].note == "stratified; test set 2 of 5"


def test_a_later_test_set_without_positives_is_refused_at_once() -> None:
    with pytest.raises(InputError) as caught:
        split(table_of([1, 1, 1] + [0] * 60), params_of(rotation="1/4"))
    assert caught.value.problems == [
        "params.yaml: split.rotation: the test set would have no positive row (train 48 rows with 3 positives and test "
        "15 rows with 0 positives); choose fewer test sets, or collect more rows"
    ]


def test_a_large_group_is_refused_before_its_turn() -> None:
    group = ["large"] * 60 + [str(row) for row in range(40)]
    with pytest.raises(
        InputError, match=r"params.yaml: split.group: the test set would have .*, split.rotation asks for"
    ):
        split(table_of(Y, group=group), params_of(group="team", rotation="1/4"))


@pytest.mark.parametrize("rotation", ["0/4", "5/4", "1/1", "1/0", "2", "2/4/6", "1.5/3", 0.5, True, "01/4", ""])
def test_other_rotations_are_refused(rotation: Any) -> None:
    with pytest.raises(ValueError, match="must be null, or a text such as 2/4: the second of four test sets"):
        params_of(rotation=rotation)


def test_time_and_rotation_are_refused_together() -> None:
    with pytest.raises(ValueError, match=r"split.rotation is 1/2, and split.time is day: only the latest rows"):
        params_of(time="day", rotation="1/2")
