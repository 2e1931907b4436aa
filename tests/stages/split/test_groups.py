"""Rows that must stay together."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pyarrow as pa
import pytest

from stages.split import groups as split_groups
from stages.split.groups import compute_groups, find_duplicates
from tests.stages.split.tables import table_of


def groups(duplicates: list[int], groups: list[int] | None = None) -> list[int]:
    numbers = None if groups is None else np.array(groups)
    return compute_groups(np.array(duplicates), numbers).tolist()


def test_a_unit_is_named_by_its_first_row() -> None:
    assert groups([2, 0, 2, 1, 0]) == [0, 1, 0, 3, 1]


def test_duplicates_and_groups_are_tied_through_one_another() -> None:
    # rows 0 and 1 are duplicates, rows 1 and 2 of one group, rows 2 and 3 duplicates; row 4 is alone
    assert groups([0, 0, 1, 1, 2], [7, 8, 8, 9, 10]) == [0, 0, 0, 0, 4]


def test_a_long_chain_is_one_unit() -> None:
    # row 2k and row 2k + 1 are duplicates, row 2k + 1 and row 2k + 2 are of one group
    rows = np.arange(20_001)
    assert set(compute_groups(rows // 2, (rows + 1) // 2).tolist()) == {0}
    mixed = np.random.RandomState(0).permutation(rows)
    assert set(compute_groups(mixed // 2, (mixed + 1) // 2).tolist()) == {0}


def test_duplicates_are_equal_in_all_features_whatever_the_label() -> None:
    table = table_of([0, 1, 0, 0], a=[1.0, 1.0, 1.0, 2.0], b=["u", "u", "v", "u"])
    first, second, third, fourth = find_duplicates(table)
    assert first == second
    assert len({first, third, fourth}) == 3


def test_features_are_compared_where_hashes_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of([0] * 6, a=[1.0, 2.0, 1.0, None, 2.0, None], b=["u", "u", "u", "v", "v", "v"])
    expected = find_duplicates(table).tolist()
    assert expected == [0, 1, 0, 3, 4, 3]
    monkeypatch.setattr(split_groups, "mix_hashes", lambda hashes, keys: hashes)  # all rows have one hash
    assert find_duplicates(table).tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([None, 0.5, 2.0])), min_size=1, max_size=15))
@settings(deadline=None, max_examples=50)
def test_a_duplicate_is_numbered_by_the_first_row_like_it(rows: list[tuple[int, float | None]]) -> None:
    table = table_of([0] * len(rows), a=[row[0] for row in rows], b=[row[1] for row in rows])
    assert find_duplicates(table).tolist() == [rows.index(row) for row in rows]


def test_float32_and_float64_are_alike() -> None:
    table = table_of([0] * 3, a=[0.5, -0.0, 0.0])
    narrow = table.data.set_column(1, "a", table.data.column("a").cast(pa.float32()))
    assert find_duplicates(replace(table, data=narrow)).tolist() == find_duplicates(table).tolist() == [0, 1, 1]


def test_a_missing_level_is_a_level_of_its_own() -> None:
    table = table_of([0] * 3, a=[0.0, 0.0, 1.0], b=["u", "v", None])
    assert len(set(find_duplicates(table).tolist())) == 3


def test_missing_equals_missing_and_zero_equals_minus_zero() -> None:
    table = table_of([0] * 6, a=[None, None, 0.0, -0.0, 1.0, 1.0], b=["u", "u", None, None, "u", None])
    numbers = find_duplicates(table).tolist()
    assert numbers[0] == numbers[1]
    assert numbers[2] == numbers[3]
    assert len(set(numbers)) == 4


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
@settings(deadline=None, max_examples=100)
def test_units_are_the_finest_partition_that_parts_neither(rows: list[tuple[int, int]]) -> None:
    counts = groups([row[0] for row in rows], [row[1] for row in rows])
    expected = list(range(len(rows)))  # by brute force: spread the smallest name until nothing changes
    for _ in rows:
        for index, row in enumerate(rows):
            expected[index] = min(
                expected[other]
                for other, (duplicate, group) in enumerate(rows)
                if duplicate == row[0] or group == row[1]
            )
    assert counts == expected
