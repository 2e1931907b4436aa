"""Points to draw, by hand."""

import json

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

from stages.evaluate.outputs.curves import (
    as_lines,
    calibration,
    confusion,
    overlay,
    precision_recall,
    roc,
    threshold_counts,
)
from stages.shared.schemas.candidate import CandidateName
from tests.stages.evaluate.made.tables import BALANCED, PERFECT, TIED, WORST, Y, made

NAME = CandidateName(strategy="smote", classifier="mlp")


def points(found: list[dict[str, float]]) -> list[tuple[float, ...]]:
    return [tuple(point.values()) for point in found]


def test_roc_by_hand() -> None:
    assert points(roc(Y, BALANCED)) == [(0.0, 0.5), (0.49, 0.5), (0.5, 1.0), (1.0, 1.0)]
    assert points(roc(Y, PERFECT)) == [(0.0, 1.0), (1.0, 1.0)]
    assert points(roc(Y, WORST)) == [(0.0, 0.0), (0.99, 0.0), (1.0, 1.0)]
    assert points(roc(Y, TIED)) == [(0.0, 0.0), (0.99, 0.0), (1.0, 1.0)]


def test_precision_recall_by_hand() -> None:
    assert points(precision_recall(Y, BALANCED)) == [(0.0, 1.0), (0.5, 1.0), (0.51, 2 / 3), (1.0, 2 / 3)]
    assert points(precision_recall(Y, PERFECT)) == [(0.0, 1.0), (1.0, 1.0)]
    assert points(precision_recall(Y, TIED)) == [(0.0, 0.5), (1.0, 0.5)]


def test_every_point_is_an_operating_point() -> None:
    y, scores = made(40, 400, 1.5)
    false_alarms, recalls, _ = roc_curve(y, scores, drop_intermediate=False)
    for x, value in points(roc(y, scores)):
        assert value == pytest.approx(recalls[false_alarms <= x + 1e-9].max())
    precisions, recalls, _ = precision_recall_curve(y, scores)
    for x, value in points(precision_recall(y, scores))[1:]:
        assert value == pytest.approx(precisions[:-1][recalls[:-1] >= x - 1e-9][-1])


def test_the_number_of_points_does_not_grow_with_the_rows() -> None:
    y, scores = made(2000, 4000, 1.0)
    assert max(len(roc(y, scores)), len(precision_recall(y, scores))) <= 101


def test_calibration_by_hand() -> None:
    y, scores = np.array([0, 0, 1, 1, 0]), np.array([0.0, 0.04, 0.08, 1.0, 0.5])
    assert calibration(y, scores) == [
        {"bin": 0.0, "mean_score": pytest.approx(0.04), "positive_share": 1 / 3, "rows": 3, "positives": 1},
        {"bin": 0.5, "mean_score": 0.5, "positive_share": 0.0, "rows": 1, "positives": 0},
        {"bin": 0.9, "mean_score": 1.0, "positive_share": 1.0, "rows": 1, "positives": 1},
    ]


def test_confusion_names_the_labels() -> None:
    assert confusion({"tp": 1, "fp": 2, "fn": 3, "tn": 4}, "sick", "well") == [
        {"actual": "sick", "predicted": "sick", "rows": 1},
        {"actual": "sick", "predicted": "well", "rows": 3},
        {"actual": "well", "predicted": "sick", "rows": 2},
        {"actual": "well", "predicted": "well", "rows": 4},
    ]


def test_thresholds_count_the_rows_at_or_above_each_hundredth() -> None:
    found = threshold_counts(NAME, np.array([1, 1, 0, 0]), np.array([0.07, 1.0, 0.07, 0.0]))
    assert (len(found.tp), len(found.fp)) == (101, 101)
    assert [found.tp[place] for place in (0, 7, 8, 100)] == [2, 2, 1, 1]  # 0.07 itself is an alarm
    assert [found.fp[place] for place in (0, 1, 7, 8)] == [2, 1, 1, 0]


def test_an_overlay_says_the_same_as_the_curves() -> None:
    y, scores = made(40, 400, 1.5)
    found = overlay(NAME, y, scores)
    at = {round(point["false_positive_rate"] * 100): point["recall"] for point in roc(y, scores)}
    assert {place: found.recall[place] for place in at} == {place: round(value, 4) for place, value in at.items()}
    at = {round(point["recall"] * 100): point["precision"] for point in precision_recall(y, scores)}
    assert {place: found.precision[place] for place in at} == {place: round(value, 4) for place, value in at.items()}


def test_an_overlay_says_where_no_score_lies() -> None:
    found = overlay(NAME, np.array([0, 0, 1, 1, 0]), np.array([0.0, 0.04, 0.08, 1.0, 0.5]))
    assert found.mean_score == [0.04, None, None, None, None, 0.5, None, None, None, 1.0]
    assert found.positive_share == [0.3333, None, None, None, None, 0.0, None, None, None, 1.0]


def test_a_point_is_a_line() -> None:
    text = as_lines([{"strategy": "a", "recall": 1 / 3}, {"strategy": "ü", "recall": 1.0}])
    assert text.splitlines()[1] == '{"strategy": "a", "recall": 0.333333},'
    assert json.loads(text) == [{"strategy": "a", "recall": 0.333333}, {"strategy": "ü", "recall": 1.0}]
    with pytest.raises(ValueError, match="Out of range"):
        as_lines([{"recall": float("nan")}])
