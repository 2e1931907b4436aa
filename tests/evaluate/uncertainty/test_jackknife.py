"""The jackknife's error and how well it is known."""

import numpy as np
import pytest

from stages.evaluate.uncertainty.jackknife import (
    MIN_DF,
    jackknife_error,
    mean_without,
    normal_quantile,
    normal_to_t,
    t_quantile,
)

POSITIVE = np.repeat([True, False], 10)


def test_of_a_mean_it_is_the_standard_error_of_the_textbook() -> None:
    losses = np.random.RandomState(0).normal(size=20) + 5 * POSITIVE
    variances = [losses[members].var(ddof=1) for members in (POSITIVE, ~POSITIVE)]
    found = jackknife_error(mean_without(POSITIVE, losses), POSITIVE)
    assert found.error == pytest.approx(np.sqrt(sum(variances) / 10) / 2)  # each class is half of the rows


def test_what_parts_the_classes_is_no_noise() -> None:
    assert jackknife_error(np.where(POSITIVE, 0.25, 0.75), POSITIVE).error == 0


def test_two_classes_of_equal_noise_are_known_twice_as_well_as_one() -> None:
    values = np.tile([-0.1, 0.1], 10)  # flatter than normal: no excess
    assert jackknife_error(values, POSITIVE).df == pytest.approx(18)
    assert jackknife_error(values * POSITIVE, POSITIVE).df == pytest.approx(9)


def test_noise_that_hangs_on_one_row_is_badly_known() -> None:
    values = np.zeros(20)
    values[3] = 0.1
    found = jackknife_error(values, POSITIVE)
    assert found.df == MIN_DF  # never fewer: Student's t would reach beyond all that is possible
    assert found.df < jackknife_error(np.tile([0, 0.1], 10), POSITIVE).df


def test_a_class_of_one_row_brings_nothing() -> None:
    positive = np.array([True, False, False, False])
    found = jackknife_error(np.array([0.9, 0.1, 0.2, 0.3]), positive)
    assert found == jackknife_error(np.array([0.0, 0.1, 0.2, 0.3]), positive)
    assert jackknife_error(np.zeros(2), np.array([True, False])).error == 0


def test_quantiles() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.96, abs=1e-3)
    assert t_quantile(0.95, 4) == pytest.approx(2.776, abs=1e-3)
    assert normal_to_t(1.959964, np.array([4, np.inf])) == pytest.approx([2.776, 1.96], abs=1e-3)
    assert np.isfinite(normal_to_t(8.0, np.array([1.0, 50.0]))).all()
