"""Every metric by hand, and against scikit-learn on weighted, tied samples."""

from math import log, sqrt

from hypothesis import assume, given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from sklearn import metrics as sk

from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats
from tests.stages.evaluate.made.tables import BALANCED, PERFECT, SILENT, TIED, WORST, Y

ONCE = np.ones((1, 4))

BY_HAND: dict[str, tuple[Floats, dict[str, float]]] = {
    "balanced": (
        BALANCED,
        {"average_precision": 5 / 6, "roc_auc": 3 / 4, "brier_score": 37 / 200, "precision": 1 / 2,
         "recall": 1 / 2, "specificity": 1 / 2, "f1": 1 / 2, "g_mean": 1 / 2, "accuracy": 1 / 2},
    ),
    "perfect": (
        PERFECT,
        {"average_precision": 1, "roc_auc": 1, "brier_score": 1 / 40, "f1": 1, "g_mean": 1, "accuracy": 1},
    ),
    "worst": (
        WORST,
        {"average_precision": 5 / 12, "roc_auc": 0, "brier_score": 29 / 40, "precision": 0, "recall": 0, "f1": 0},
    ),
    "tied": (
        TIED,
        {"average_precision": 1 / 2, "roc_auc": 1 / 2, "brier_score": 1 / 4, "log_loss": log(2),
         "precision": 1 / 2, "recall": 1, "specificity": 0, "f1": 2 / 3, "g_mean": 0,
         "balanced_accuracy": 1 / 2},
    ),
    "silent": (
        SILENT,
        {"average_precision": 1 / 2, "roc_auc": 1 / 2, "brier_score": 1 / 2, "precision": 0, "recall": 0,
         "specificity": 1, "f1": 0, "g_mean": 0, "balanced_accuracy": 1 / 2, "accuracy": 1 / 2},
    ),
}  # fmt: skip


@pytest.mark.parametrize("table", BY_HAND)
def test_by_hand(table: str) -> None:
    scores, expected = BY_HAND[table]
    values = MetricEvaluator(Y, scores, 0.5).measure(ONCE)
    found = values["ranking"] | values["probabilities"] | values["decisions"]
    assert {name: found[name][0] for name in expected} == {
        name: pytest.approx(value, abs=1e-15) for name, value in expected.items()
    }


def test_the_registry_names_what_is_measured_and_which_way_is_better() -> None:
    values = MetricEvaluator(Y, BALANCED, 0.5).measure(ONCE)
    assert list(METRICS) == [name for family in ("ranking", "probabilities", "decisions") for name in values[family]]
    assert [name for name, metric in METRICS.items() if not metric.higher_is_better] == ["brier_score", "log_loss"]


def test_a_score_equal_to_the_threshold_is_an_alarm() -> None:
    counts = MetricEvaluator(Y, BALANCED, 0.6).counts(ONCE)
    assert [float(count[0]) for count in vars(counts["decisions"]).values()] == [1, 1, 1, 1]
    assert [
        float(count[0]) for count in vars(MetricEvaluator(Y, BALANCED, 0.61).counts(ONCE)["decisions"]).values()
    ] == [
        1,
        0,
        1,
        2,
    ]


def test_both_thresholds_are_told_apart() -> None:
    values = MetricEvaluator(Y, BALANCED, 0.3).measure(ONCE)
    assert values["decisions"]["recall"][0] == 1
    assert values["decisions_at_half"]["recall"][0] == 0.5


def test_g_mean_is_a_root() -> None:
    values = MetricEvaluator(np.array([1, 0, 0, 0]), np.array([0.9, 0.8, 0.1, 0.1]), 0.5).measure(ONCE)
    assert values["decisions"]["g_mean"][0] == pytest.approx(sqrt(2 / 3), abs=1e-15)


def test_certain_and_wrong_stays_finite() -> None:
    found = MetricEvaluator(Y, np.array([0.0, 1.0, 1.0, 0.0]), 0.5).measure(ONCE)["probabilities"]["log_loss"][0]
    assert found == pytest.approx(sk.log_loss(Y, [0.0, 1.0, 1.0, 0.0]), abs=1e-12)


def weighted_rows() -> st.SearchStrategy[list[tuple[int, float, float]]]:
    few = st.integers(0, 6).map(lambda place: place / 6)  # many ties, 0 and 1 among them
    weight = st.one_of(st.integers(0, 3).map(float), st.floats(0.1, 5))
    return st.lists(st.tuples(st.integers(0, 1), few, weight), min_size=2, max_size=25)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(weighted_rows(), st.integers(0, 6))
def test_equal_to_scikit_learn(rows: list[tuple[int, float, float]], place: int) -> None:
    y, scores, weights = (np.array(column) for column in zip(*rows, strict=True))
    assume(weights[y == 1].sum() > 0 and weights[y == 0].sum() > 0)
    threshold = place / 6
    alarms = (scores >= threshold).astype(int)
    expected = {
        "average_precision": sk.average_precision_score(y, scores, sample_weight=weights),
        "roc_auc": sk.roc_auc_score(y, scores, sample_weight=weights),
        "brier_score": sk.brier_score_loss(y, scores, sample_weight=weights),
        "log_loss": sk.log_loss(y, scores, sample_weight=weights, labels=[0, 1]),
        "precision": sk.precision_score(y, alarms, sample_weight=weights, zero_division=0),
        "recall": sk.recall_score(y, alarms, sample_weight=weights),
        "f1": sk.f1_score(y, alarms, sample_weight=weights, zero_division=0),
        "accuracy": sk.accuracy_score(y, alarms, sample_weight=weights),
        "balanced_accuracy": sk.balanced_accuracy_score(y, alarms, sample_weight=weights),
    }
    # twice the same sample and one of ones: samples must not leak into one another
    values = MetricEvaluator(y, scores, threshold).measure(np.vstack([weights, np.ones(len(y)), weights]))
    found = values["ranking"] | values["probabilities"] | values["decisions"]
    for name, value in expected.items():
        assert found[name][[0, 2]] == pytest.approx([value, value], abs=1e-12), name
