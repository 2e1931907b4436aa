"""Each metric without each row is the weighted metric when that row's weight goes to the others of its class."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from stages.evaluate.metric_evaluator import MetricEvaluator
from stages.evaluate.uncertainty.jackknife import mean_without
from stages.shared.metrics.ranking import average_precision_jackknife, roc_auc_jackknife
from tests.evaluate.tables import BALANCED, PERFECT, TIED, Y

POSITIVE = Y == 1


def test_average_precision_by_hand() -> None:
    # a positive at 0.9, a negative at 0.6, a positive at 0.4, a negative at 0.1
    assert average_precision_jackknife(POSITIVE, BALANCED) == pytest.approx([
        2 / 3,  # the other positive, of weight 2, below a negative: 2 of 3
        1,  # the first positive alone
        1,  # both positives above the other negative
        3 / 4,  # the second positive below a negative of weight 2: 2 of 4; mean with 1
    ])  # fmt: skip


def test_roc_auc_by_hand() -> None:
    assert roc_auc_jackknife(POSITIVE, BALANCED) == pytest.approx([1 / 2, 1, 1, 1 / 2])


def test_where_every_row_is_alike_nothing_changes() -> None:
    assert roc_auc_jackknife(POSITIVE, TIED) == pytest.approx([0.5] * 4)
    assert average_precision_jackknife(POSITIVE, PERFECT) == pytest.approx([1.0] * 4)


def test_a_mean_keeps_the_share_of_the_classes() -> None:
    losses = np.array([1.0, 3.0, 10.0, 30.0])  # mean 11
    assert mean_without(POSITIVE, losses) == pytest.approx([11.5, 10.5, 16, 6])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=4, max_size=16), st.integers(0, 6))
def test_equal_to_the_weighted_metric(rows: list[tuple[int, int]], place: int) -> None:
    y, scores = np.array([label for label, _ in rows]), np.array([score / 6 for _, score in rows])
    assume(2 <= y.sum() <= len(y) - 2)
    weights = np.ones((len(y), len(y)))
    for row, label in enumerate(y):
        weights[row, y == label] *= (y == label).sum() / ((y == label).sum() - 1)
        weights[row, row] = 0
    meter = MetricEvaluator(y, scores, place / 6)
    for family, metrics in meter.measure(weights).items():
        for name, expected in metrics.items():
            assert meter.without_each(family, name) == pytest.approx(expected, abs=1e-12), (family, name)


def test_one_row_more_in_each_cell() -> None:
    meter = MetricEvaluator(Y, BALANCED, 0.3)  # two positives found, one false alarm
    assert meter.with_one_more("decisions", "recall") == pytest.approx([0, 0, -1 / 3, 0])
    assert meter.with_one_more("decisions", "precision") == pytest.approx([1 / 12, -1 / 6, 0, 0])
