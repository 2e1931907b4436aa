"""Metrics without each row, and the standard error that follows."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from stages.evaluate.uncertainty.jackknife import (
    MIN_DF,
    jackknife_error,
    mean_without,
    normal_quantile,
    normal_to_t,
    ranking_without,
    t_quantile,
)
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.ranking import Ranking, average_precision_jackknife, roc_auc_jackknife
from stages.shared.metrics.registry import list_family
from tests.stages.evaluate.made.tables import BALANCED, PERFECT, TIED, Y

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


def test_average_precision_by_hand() -> None:
    # a positive at 0.9, a negative at 0.6, a positive at 0.4, a negative at 0.1
    assert average_precision_jackknife(Y == 1, BALANCED) == pytest.approx([
        2 / 3,  # the other positive, of weight 2, below a negative: 2 of 3
        1,  # the first positive alone
        1,  # both positives above the other negative
        3 / 4,  # the second positive below a negative of weight 2: 2 of 4; mean with 1
    ])  # fmt: skip


def test_roc_auc_by_hand() -> None:
    assert roc_auc_jackknife(Y == 1, BALANCED) == pytest.approx([1 / 2, 1, 1, 1 / 2])


def test_where_every_row_is_alike_nothing_changes() -> None:
    assert roc_auc_jackknife(Y == 1, TIED) == pytest.approx([0.5] * 4)
    assert average_precision_jackknife(Y == 1, PERFECT) == pytest.approx([1.0] * 4)


def test_a_mean_keeps_the_share_of_the_classes() -> None:
    losses = np.array([1.0, 3.0, 10.0, 30.0])  # mean 11
    assert mean_without(Y == 1, losses) == pytest.approx([11.5, 10.5, 16, 6])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=4, max_size=16), st.integers(0, 6))
def test_equal_to_the_weighted_metric(rows: list[tuple[int, int]], place: int) -> None:
    y, scores = np.array([label for label, _ in rows]), np.array([score / 6 for _, score in rows])
    assume(2 <= y.sum() <= len(y) - 2)
    weights = np.ones((len(y), len(y)))
    for row, label in enumerate(y):
        weights[row, y == label] *= (y == label).sum() / ((y == label).sum() - 1)
        weights[row, row] = 0
    evaluator = MetricEvaluator(y, scores, place / 6)
    for family, metrics in evaluator.measure(weights).items():
        for name, expected in metrics.items():
            assert evaluator.without_each(family, name) == pytest.approx(expected, abs=1e-12), (family, name)
    for name, metric in list_family("ranking").items():
        values = ranking_without(metric.load(), Ranking(y, scores), y == 1)
        assert values == pytest.approx(evaluator.without_each("ranking", name), abs=1e-12), name


def test_one_row_more_in_each_cell() -> None:
    evaluator = MetricEvaluator(Y, BALANCED, 0.3)  # two positives found, one false alarm
    assert evaluator.with_one_more("decisions", "recall") == pytest.approx([0, 0, -1 / 3, 0])
    assert evaluator.with_one_more("decisions", "precision") == pytest.approx([1 / 12, -1 / 6, 0, 0])
