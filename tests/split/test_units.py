"""Rows that must stay together."""

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np

from stages.split.units import duplicate_numbers, unit_of_rows
from tests.split.material import table_of


def units(duplicates: list[int], groups: list[int] | None = None) -> list[int]:
    numbers = None if groups is None else np.array(groups)
    return unit_of_rows(np.array(duplicates), numbers).tolist()


def test_a_unit_is_named_by_its_first_row() -> None:
    assert units([2, 0, 2, 1, 0]) == [0, 1, 0, 3, 1]


def test_duplicates_and_groups_are_tied_through_one_another() -> None:
    # rows 0 and 1 are duplicates, rows 1 and 2 of one group, rows 2 and 3 duplicates; row 4 is alone
    assert units([0, 0, 1, 1, 2], [7, 8, 8, 9, 10]) == [0, 0, 0, 0, 4]


def test_a_long_chain_is_one_unit() -> None:
    # row 2k and row 2k + 1 are duplicates, row 2k + 1 and row 2k + 2 are of one group
    rows = np.arange(20_001)
    assert set(unit_of_rows(rows // 2, (rows + 1) // 2).tolist()) == {0}


def test_duplicates_are_equal_in_all_features_whatever_the_label() -> None:
    table = table_of([0, 1, 0, 0], a=[1.0, 1.0, 1.0, 2.0], b=["u", "u", "v", "u"])
    first, second, third, fourth = duplicate_numbers(table)
    assert first == second
    assert len({first, third, fourth}) == 3


def test_a_missing_level_is_a_level_of_its_own() -> None:
    table = table_of([0] * 3, a=[0.0, 0.0, 1.0], b=["u", "v", None])
    assert len(set(duplicate_numbers(table).tolist())) == 3


def test_missing_equals_missing_and_zero_equals_minus_zero() -> None:
    table = table_of([0] * 6, a=[None, None, 0.0, -0.0, 1.0, 1.0], b=["u", "u", None, None, "u", None])
    numbers = duplicate_numbers(table).tolist()
    assert numbers[0] == numbers[1]
    assert numbers[2] == numbers[3]
    assert len(set(numbers)) == 4


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
@settings(deadline=None, max_examples=100)
def test_units_are_the_finest_partition_that_parts_neither(rows: list[tuple[int, int]]) -> None:
    found = units([row[0] for row in rows], [row[1] for row in rows])
    expected = list(range(len(rows)))  # by brute force: spread the smallest name until nothing changes
    for _ in rows:
        for place, row in enumerate(rows):
            expected[place] = min(
                expected[other]
                for other, (duplicate, group) in enumerate(rows)
                if duplicate == row[0] or group == row[1]
            )
    assert found == expected
