"""Intervals over data sets."""

import pytest

from benchmarks.shared.intervals import compute_mean_interval, format_differences


def test_the_interval_is_that_of_student() -> None:
    # the standard deviation is 1, so the error is 1 / √3; t of 2 degrees of freedom at 97.5 % is 4.3027
    mean, low, high = compute_mean_interval([1.0, 2.0, 3.0])
    assert mean == 2.0
    assert (high - mean) == pytest.approx(4.3027 / 3**0.5, abs=1e-4)
    assert (mean - low) == pytest.approx(high - mean)


def test_a_cell_contains_mean_interval_and_signs() -> None:
    assert format_differences([0.1, 0.1, 0.1]) == "+0.100 [+0.100, +0.100] 3:0"


def test_a_small_difference_has_no_sign() -> None:
    assert format_differences([0.2, 0.0004, -0.0004, 0.0005, -0.1]).endswith(" 2:1")
