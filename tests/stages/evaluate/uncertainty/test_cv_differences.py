"""Differences over the folds and their corrected intervals."""

import pytest

from stages.evaluate.uncertainty.cv_differences import compare_folds, compute_ratio, corrected_interval
from stages.shared.metrics.registry import list_selectable
from tests.stages.evaluate.made.records import record


def test_the_interval_is_that_of_nadeau_and_bengio():
    """Values 1, 2, 3: mean 2, variance 1; 3 folds: ratio 1/2; error √(1/3 + 1/2); t(0.975, 2) = 4.302653."""
    low, high = corrected_interval([1.0, 2.0, 3.0], 0.5, 0.95)
    reach = 4.302653 * (1 / 3 + 1 / 2) ** 0.5
    assert (low, high) == pytest.approx((2 - reach, 2 + reach), abs=1e-5)


def test_equal_differences_leave_no_noise():
    assert corrected_interval([0.25, 0.25], 1.0, 0.95) == (0.25, 0.25)


def test_each_candidate_is_compared_with_its_own_classifier():
    records = {
        "baseline": record("baseline", {"xgboost": 0.5, "mlp": 0.5}),
        "ensemble": record("ensemble", {"easy_ensemble": 0.5}),
        "smote": record("smote", {"xgboost": 0.5}),
    }
    found = compare_folds(records, "baseline", "roc_auc", 2, 0.95)
    assert [(row.strategy, row.classifier, row.metric) for row in found] == [
        ("smote", "xgboost", metric) for metric in ("average_precision", "roc_auc", "brier_score", "log_loss")
    ]
    assert (found[0].difference, found[0].low, found[0].high) == (0, 0, 0)  # the same folds in records.py


def test_where_there_are_blends_each_is_compared_with_them_in_the_metric_of_the_choice():
    records = {
        "baseline": record("baseline", {"xgboost": 0.5, "blend": 0.6}),
        "smote": record("smote", {"xgboost": 0.5, "blend": 0.6}),
    }
    found = compare_folds(records, "baseline", "roc_auc", 2, 0.95)
    pairs = [
        ((row.strategy, row.classifier), (row.reference_strategy, row.reference_classifier), row.metric)
        for row in found
    ]
    equal = [(name, metric) for name in ("xgboost", "blend") for metric in list_selectable()]
    assert pairs == [
        *((("smote", name), ("baseline", name), metric) for name, metric in equal),
        (("baseline", "xgboost"), ("baseline", "blend"), "roc_auc"),
        (("smote", "xgboost"), ("baseline", "blend"), "roc_auc"),
        (("smote", "xgboost"), ("smote", "blend"), "roc_auc"),
    ]


def test_the_ratio_of_folds_by_time() -> None:
    """Two folds that score one period each: the first learns from one, the second from two."""
    assert compute_ratio(2, by_time=True) == (1 + 1 / 2) / 2
    assert compute_ratio(5, by_time=False) == 1 / 4
