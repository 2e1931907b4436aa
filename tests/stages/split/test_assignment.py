"""The assignment of groups to the test set."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from stages.split.assignment import cut_latest, draw_parts, draw_test_mask


def draw(groups: list[int], y: list[int], test_size: float = 0.25, random_state: int = 0) -> np.ndarray:
    return draw_test_mask(np.array(groups), np.array(y), test_size, random_state)


def test_single_rows_meet_both_quotas_exactly() -> None:
    y = [1] * 151 + [0] * 3012
    subset = draw(list(range(3163)), y)
    assert (int(subset.sum()), int(subset[:151].sum())) == (791, 38)  # round(37.75) + round(753)


def test_halves_are_rounded_to_even() -> None:
    assert int(draw(list(range(20)), [1] * 10 + [0] * 10).sum()) == 2 + 2  # round(2.5) twice
    assert int(draw(list(range(28)), [1] * 14 + [0] * 14).sum()) == 4 + 4  # round(3.5) twice


def test_a_unit_larger_than_the_quota_stays_in_train() -> None:
    subset = draw([0] * 10 + list(range(10, 20)) + list(range(20, 40)), [0] * 20 + [1] * 20)
    assert not subset[:10].any()
    assert (int(subset[:20].sum()), int(subset[20:].sum())) == (5, 5)


def test_large_units_come_into_test_about_as_often_as_small_ones() -> None:
    groups = np.repeat(np.arange(60), [1] * 30 + [5] * 30)
    subsets = [draw_test_mask(groups, np.arange(180) % 2, 0.25, seed) for seed in range(200)]
    large, small = (
        np.mean([subset[30:].mean() for subset in subsets]),
        np.mean([subset[:30].mean() for subset in subsets]),
    )
    assert 0.20 < large < 0.27
    assert 0.23 < small < 0.50  # a little more often: they fill the last gaps


def one_by_one(groups: np.ndarray, y: np.ndarray, test_size: float, random_state: int) -> np.ndarray:
    """The rule of the docstring: each group in turn, if it lowers the gap to the quotas."""
    _, group = np.unique(groups, return_inverse=True)
    sizes = np.array(
        [[((group == index) & (y == label)).sum() for label in (0, 1)] for index in range(group.max() + 1)]
    )
    quota = np.array([round(test_size * int((y == label).sum())) for label in (0, 1)])
    left, scale, chosen = quota.copy(), np.maximum(quota, 1), np.zeros(len(sizes), dtype=bool)
    for index in np.random.RandomState(random_state).permutation(len(sizes)):
        if (((left - sizes[index]) / scale) ** 2).sum() < ((left / scale) ** 2).sum():
            chosen[index] = True
            left -= sizes[index]
    return chosen[group]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 1)), min_size=1, max_size=60),
    st.floats(0.01, 0.99),
    st.integers(0, 2**32 - 1),
)
@settings(deadline=None, max_examples=200)
def test_single_rows_taken_at_once_are_those_taken_one_by_one(
    rows: list[tuple[int, int]], test_size: float, seed: int
) -> None:
    groups, y = np.array(rows).T
    assert (draw_test_mask(groups, y, test_size, seed) == one_by_one(groups, y, test_size, seed)).all()


def test_another_seed_is_another_draw_and_the_same_seed_the_same() -> None:
    y = [0, 1] * 50
    assert (draw(list(range(100)), y) == draw(list(range(100)), y)).all()
    assert (draw(list(range(100)), y) != draw(list(range(100)), y, random_state=1)).any()


def late(times: list[Any], test_size: float) -> list[bool]:
    return cut_latest(np.array(times), test_size).tolist()


def test_the_latest_rows_are_the_test_side() -> None:
    assert late([3, 1, 4, 2], 0.25) == [False, False, True, False]
    assert late([3.5, 1.5, 4.5, 2.5], 0.5) == [True, False, True, False]


def test_rows_of_equal_time_stay_together() -> None:
    assert late([1, 2, 2, 2, 3], 0.2) == [False, False, False, False, True]
    assert late([1, 1, 2, 2, 2], 0.2) == [False, False, True, True, True]  # 3 of 5 is nearer to 0.2 than all
    assert late([1, 2, 2, 3], 0.5) == [False, False, False, True]  # 1 and 3 of 4 are equally near: the later


@given(st.lists(st.integers(0, 6), min_size=1, max_size=20), st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=100)
def test_every_train_row_is_earlier_than_every_test_row(rows: list[int], size: float) -> None:
    times = np.array(rows)
    test = cut_latest(times, size)
    assert times[~test].max(initial=-1) < times[test].min()


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1)), min_size=1, max_size=60),
    st.floats(0.05, 0.95),
    st.integers(0, 99),
)
@settings(deadline=None, max_examples=100)
def test_no_unit_is_parted_and_none_more_would_come_nearer(rows: list[tuple[int, int]], size: float, seed: int) -> None:
    groups, y = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    test = draw_test_mask(groups, y, size, seed)
    assert not set(groups[test]) & set(groups[~test])

    def gap(subset: np.ndarray) -> float:
        quotas = [round(size * int((y == label).sum())) for label in (0, 1)]
        return sum(
            ((subset & (y == label)).sum() - quotas[label]) ** 2 / max(quotas[label], 1) ** 2 for label in (0, 1)
        )

    assert gap(test) <= gap(np.zeros(len(y), dtype=bool))
    for group in set(groups[~test]):
        assert gap(test | (groups == group)) >= gap(test) - 1e-12


@pytest.mark.parametrize("n_groups", [8, 12, 16])
def test_equal_groups_make_the_share_that_was_asked_for(n_groups: int) -> None:
    """Groups of 100 rows, 20 of them positive: a quarter of them is the test set in any order."""
    groups, y = np.repeat(np.arange(n_groups), 100), np.tile([1] * 20 + [0] * 80, n_groups)
    for seed in range(10):
        test = draw_test_mask(groups, y, 0.25, seed)
        assert (test.sum(), test[y == 1].sum()) == (n_groups * 25, n_groups * 5)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 1)), min_size=1, max_size=80),
    st.integers(2, 9),
    st.integers(0, 2**32 - 1),
)
@settings(deadline=None, max_examples=100)
def test_every_row_is_in_one_part_and_groups_stay_whole(rows: list[tuple[int, int]], parts: int, seed: int) -> None:
    groups, y = np.array(rows).T
    numbers = draw_parts(groups, y, parts, seed)
    assert set(numbers) <= set(range(1, parts + 1))
    for group in set(groups):
        assert len(set(numbers[groups == group])) == 1
    assert (numbers == draw_parts(groups, y, parts, seed)).all()


@given(st.integers(0, 60), st.integers(0, 200), st.integers(2, 9), st.integers(0, 99))
@settings(deadline=None, max_examples=100)
def test_parts_of_single_rows_differ_by_at_most_one_row_of_each_class(
    positives: int, negatives: int, parts: int, seed: int
) -> None:
    y = np.array([1] * positives + [0] * (negatives + 1))
    numbers = draw_parts(np.arange(len(y)), y, parts, seed)
    for label in (0, 1):
        counts = np.bincount(numbers[y == label], minlength=parts + 1)[1:]
        assert counts.max() - counts.min() <= 1


def test_the_first_part_is_the_test_set_of_its_size() -> None:
    groups, y = np.arange(100), np.arange(100) % 5 == 0
    numbers = draw_parts(groups, y.astype(int), 4, 7)
    assert ((numbers == 1) == draw_test_mask(groups, y.astype(int), 0.25, 7)).all()
