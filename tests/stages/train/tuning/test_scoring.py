"""Decisions at 0.5, against scikit-learn and imbalanced-learn."""

from imblearn.metrics import geometric_mean_score
import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from stages.train.tuning.scoring import score_decisions_at_half


def test_by_hand() -> None:
    """Two of three positives are caught, with one false alarm among five negatives."""
    y = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    scores = np.array([0.9, 0.5, 0.1, 0.6, 0.4, 0.2, 0.1, 0.0])
    found = score_decisions_at_half(y, scores)
    assert found == {
        "precision": pytest.approx(2 / 3),
        "recall": pytest.approx(2 / 3),
        "f1": pytest.approx(2 / 3),
        "g_mean": pytest.approx((2 / 3 * 4 / 5) ** 0.5),
    }


def test_against_the_libraries() -> None:
    rng = np.random.RandomState(0)
    y, scores = rng.randint(2, size=60), rng.uniform(size=60)
    alarm, found = scores >= 0.5, score_decisions_at_half(y, scores)
    assert found["precision"] == pytest.approx(precision_score(y, alarm))
    assert found["recall"] == pytest.approx(recall_score(y, alarm))
    assert found["f1"] == pytest.approx(f1_score(y, alarm))
    assert found["g_mean"] == pytest.approx(geometric_mean_score(y, alarm))


def test_no_alarm_at_all() -> None:
    assert score_decisions_at_half(np.array([1, 0]), np.array([0.1, 0.1])) == {
        "precision": 0.0,
        "recall": 0.0,
        "f1": 0.0,
        "g_mean": 0.0,
    }
