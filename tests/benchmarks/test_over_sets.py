"""Differences over data sets."""

import pytest

from benchmarks.verdict.over_sets import cell, extremes, mean_interval, signs


def test_the_interval_is_that_of_student() -> None:
    # the standard deviation is 1, so the error is 1 / √3; t of 2 degrees of freedom at 97.5 % is 4.3027
    mean, low, high = mean_interval([1.0, 2.0, 3.0])
    assert mean == 2.0
    assert (high - mean) == pytest.approx(4.3027 / 3**0.5, abs=1e-4)
    assert (mean - low) == pytest.approx(high - mean)


def test_a_difference_too_small_has_no_sign() -> None:
    assert signs([0.2, 0.0004, -0.0004, 0.0005, -0.1]) == (2, 1)


def test_a_cell_says_mean_interval_and_signs() -> None:
    assert cell([0.1, 0.1, 0.1]) == "+0.100 [+0.100, +0.100] 3:0"


def test_extremes_name_the_highest_first_and_the_lowest_last() -> None:
    values = {"a": 0.1, "b": -0.2, "c": 0.3, "d": 0.0, "e": 0.05}
    assert extremes(values) == "c +0.300, a +0.100, d +0.000, b -0.200"
    assert extremes({"a": 0.1}) == "a +0.100"
