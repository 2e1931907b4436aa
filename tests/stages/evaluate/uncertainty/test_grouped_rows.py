"""Rows of one group count as a single row in the intervals of the test metrics."""

import numpy as np
import pytest

from stages.evaluate.uncertainty.bootstrap import bootstrap, bootstrap_weights
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import compute_intervals, wilson
from stages.evaluate.uncertainty.jackknife import jackknife_error
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator

RANDOM = np.random.RandomState(0)
Y = np.repeat([1, 0], [40, 160])
SCORES = np.clip(0.2 + 0.3 * Y + 0.15 * RANDOM.normal(size=200), 0.01, 0.99)
OTHER = np.clip(SCORES + 0.1 * RANDOM.normal(size=200), 0.01, 0.99)


def results(y: np.ndarray, groups: np.ndarray | None, *scores: np.ndarray) -> list:
    return bootstrap(y, [MetricEvaluator(y, one, 0.4, groups) for one in scores], 300, 0)


def test_whole_units_are_resampled_and_both_classes_remain() -> None:
    groups = np.array([0, 0, 1, 1, 2, 2, 3])
    y = np.array([1, 0, 1, 1, 0, 0, 0])
    weights = np.vstack(list(bootstrap_weights(y, 50, 0, groups=groups)))
    for first, second in ((0, 1), (2, 3), (4, 5)):
        assert (weights[:, first] == weights[:, second]).all()
    assert (weights[:, [0, 2]].sum(axis=1) == 2).all()  # two groups with a positive, two without
    mixed = np.vstack(list(bootstrap_weights(np.array([1, 0, 1, 1]), 50, 0, groups=np.array([0, 0, 1, 1]))))
    assert (mixed @ [1, 0, 1, 1] > 0).all()
    assert (mixed @ [0, 1, 0, 0] > 0).all()


def test_units_of_one_row_change_hardly_anything() -> None:
    by_row, by_group = (results(Y, groups, SCORES, OTHER) for groups in (None, np.arange(200)))
    for metric, (low, high) in compute_intervals(by_row[0], 0.95).items():
        assert compute_intervals(by_group[0], 0.95)[metric] == pytest.approx((low, high), abs=0.01), metric
    assert by_group[0].replicates["ranking"]["roc_auc"] == pytest.approx(by_row[0].replicates["ranking"]["roc_auc"])
    for one, other in zip(compare([(*by_row,)], 0.95), compare([(*by_group,)], 0.95), strict=True):
        assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=0.02)


def test_copies_in_a_unit_say_nothing_new() -> None:
    """Each row four times: the error of the groups is that of the rows once, that of the rows about half of it."""
    once = results(Y, np.arange(200), SCORES)[0]
    y, scores, groups = (np.repeat(values, 4) for values in (Y, SCORES, np.arange(200)))
    by_group, by_row = results(y, groups, scores)[0], results(y, None, scores)[0]
    for metric, (low, high) in compute_intervals(once, 0.95).items():
        assert compute_intervals(by_group, 0.95)[metric] == pytest.approx((low, high), abs=0.02), metric
        wide, narrow = (np.ptp(compute_intervals(item, 0.95)[metric]) for item in (by_group, by_row))
        assert 1.8 < wide / narrow < 2.5, metric


def test_the_design_effect_by_hand() -> None:
    """Ten positives in five groups, hit or missed together: twice the variance, so Wilson counts half of them."""
    y, groups = np.repeat([1, 0], [10, 10]), np.r_[np.repeat(np.arange(5), 2), np.arange(5, 15)]
    scores = np.r_[[0.9] * 4, [0.1] * 6, [0.9], [0.1] * 9]
    evaluator = MetricEvaluator(y, scores, 0.5, groups)
    assert evaluator.design_effects("decisions") == pytest.approx((2, 1))
    assert MetricEvaluator(y, scores, 0.5).design_effects("decisions") == (1, 1)
    result = bootstrap(y, [evaluator], 200, 0)[0]
    assert compute_intervals(result, 0.95)["recall"] == pytest.approx(wilson(2, 5, 0.95))


def test_the_error_of_units_by_hand() -> None:
    """Four groups of two rows; the values without a row are 1 or 0, alike within a group."""
    positive = np.repeat([True, False], [4, 4])
    values, groups = np.array([1, 1, 0, 0, 1, 1, 0, 0.0]), np.repeat(np.arange(4), 2)
    single = np.sqrt(3 / 4) * 0.5
    assert jackknife_error(values, positive, groups).error == pytest.approx(np.sqrt(4 * (2 * single) ** 2 * 4 / 3))
    assert jackknife_error(np.ones(8), positive, groups).error == 0
