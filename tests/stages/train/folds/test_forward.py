"""The folds by time: those of TimeSeriesSplit, without a later row in training."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from sklearn.model_selection import TimeSeriesSplit

from stages.shared.errors import InputError
from stages.train.folds.forward import make_forward_folds
from stages.train.folds.splitter import find_other_folds
from stages.train.params import CvParams


def folds_of(y: Any, times: Any, n_splits: int, gap: float = 0, groups: Any = None, n_repeats: int = 1) -> list[Any]:
    y, times = np.array(y), np.array(times)
    groups = np.arange(len(y)) if groups is None else np.array(groups)
    cv = CvParams(n_splits=n_splits, n_repeats=n_repeats)
    return make_forward_folds(y, groups, times, gap, cv, "cv.n_splits")


@pytest.mark.parametrize(("rows", "n_splits"), [(20, 2), (23, 3), (47, 5)])
def test_different_times_give_the_folds_of_scikit_learn(rows: int, n_splits: int) -> None:
    y = np.tile([0, 1], rows)[:rows]
    for gap in (0, 2):
        found = folds_of(y, np.arange(rows), n_splits, gap)
        expected = TimeSeriesSplit(n_splits, gap=gap).split(y)
        for fold, other in zip(found, expected, strict=True):
            assert [part.tolist() for part in fold] == [part.tolist() for part in other]


def test_the_order_of_the_rows_does_not_matter() -> None:
    order = np.random.RandomState(0).permutation(24)
    y, times = np.tile([0, 1], 12)[order], np.arange(24)[order]
    for found, sorted_rows in zip(folds_of(y, times, 3), folds_of(np.tile([0, 1], 12), np.arange(24), 3), strict=True):
        for part, expected in zip(found, sorted_rows, strict=True):
            assert sorted(times[part]) == expected.tolist()
            assert part.tolist() == sorted(part)


def test_equal_times_are_not_parted() -> None:
    """Cuts belong before rows 4 and 8. Times change before rows 3, 7 and 9: 3 is nearest to 4, 7 as near to 8 as 9."""
    times = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 3]
    found = [part.tolist() for fold in folds_of([0, 1] * 6, times, 2) for part in fold]
    assert found == [[0, 1, 2], [3, 4, 5, 6, 7, 8], [0, 1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11]]


def test_as_many_times_as_periods() -> None:
    """Most rows have the first time; each later time is still a period of its own."""
    times = [0] * 20 + [1] * 2 + [2] * 2 + [3] * 2
    assert [fold[1].tolist() for fold in folds_of([0, 1] * 13, times, 3)] == [[20, 21], [22, 23], [24, 25]]


def test_groups_of_the_scored_rows_are_left_out_of_training() -> None:
    groups = [0, 1, 2, 3, 4, 5, 6, 2, 8, 9, 0, 11]
    found = [part.tolist() for fold in folds_of([0, 1] * 6, range(12), 2, groups=groups) for part in fold]
    assert found == [[0, 1, 3], [4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11]]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 8), st.integers(0, 1)), min_size=10, max_size=60),
    st.integers(2, 4), st.integers(0, 3),
)  # fmt: skip
def test_no_training_row_is_as_late_as_the_gap_or_of_a_scored_group(
    rows: list[tuple[int, int, int]], n_splits: int, gap: int
) -> None:
    times, groups, y = np.array(rows).T
    try:
        found = folds_of(y, times, n_splits, gap, groups)
    except InputError:  # a period lacks a class
        return
    scored = np.concatenate([validation for _, validation in found])
    assert len(set(scored)) == len(scored)
    assert times[scored].min() > times[np.setdiff1d(np.arange(len(y)), scored)].max()
    for training, validation in found:
        assert times[training].max() < times[validation].min() - gap
        assert not set(groups[training]) & set(groups[validation])
        assert set(y[training]) == set(y[validation]) == {0, 1}


@pytest.mark.parametrize(
    ("y", "times", "options", "expected"),
    [
        ([0, 1] * 6, range(12), {"n_repeats": 2}, "cv.n_repeats: is 2, but with split.time the folds are periods"),
        ([0, 1] * 6, [0, 1, 2] * 4, {}, "3 folds need 4 different times in train; there are 3; lower cv.n_splits"),
        ([1, 0] * 3 + [0] * 6, range(12), {}, "fold 1 of 3 scores 3 rows of a period, 0 of them positive"),
        ([0] * 3 + [1, 0, 0] * 3, range(12), {}, "fold 0 of 3 learns from 3 rows of a period, 0 of them positive"),
        ([0, 1] * 6, range(12), {"gap": 3}, "fold 0 of 3 learns from 0 rows of a period"),
    ],
)
def test_folds_that_cannot_serve_are_refused(y: Any, times: Any, options: Any, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        folds_of(y, times, 3, **options)
    assert expected in str(caught.value)
    assert len(caught.value.problems) == 1


def test_later_folds_teach_nothing_but_to_the_first() -> None:
    fold = np.array([0, 0, 1, 2, 2])
    assert [find_other_folds(fold, number, 3, by_time=True).tolist() for number in range(3)] == [
        [False, False, True, True, True], [True, True, False, False, False], [True, True, True, False, False],
    ]  # fmt: skip
    repeated = np.array([0, 1, 2, 3])
    assert find_other_folds(repeated, 3, 2, by_time=False).tolist() == [False, False, True, False]
