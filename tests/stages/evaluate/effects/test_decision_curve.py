"""The decision curve against every row positive, none, and another candidate, on rows that can be counted by hand."""

import numpy as np
import pytest

from stages.evaluate.effects.decision_curve import list_thresholds, make_decision_curves, measure_curve
from stages.evaluate.effects.effects import EffectSettings
from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.models.candidates import CandidateKey

Y = np.array([1, 1, 0, 0, 0, 0, 0, 0])
SETS = RowSets(np.concatenate([Y, Y]), np.repeat([0, 1], 8), np.arange(16))
SETTINGS = EffectSettings("all", 0.95, {}, 200, 0, 4)
NAMES = CandidateKey("baseline", "mlp"), CandidateKey("smote", "mlp")


def make(*scores):
    curves = {name: measure_curve(SETS, [0.2, 0.5], row, row) for name, row in zip(NAMES, scores, strict=True)}
    return make_decision_curves(curves, SETS, NAMES[0], SETTINGS)


def test_thresholds_lie_around_that_of_the_metric():
    thresholds = list_thresholds("net_benefit(0.2)")
    assert (thresholds[0], thresholds[4], thresholds[-1]) == (pytest.approx(1 / 17, abs=1e-6), 0.2, 0.5)
    assert list_thresholds("recall_in_top(0.2)") == list_thresholds("roc_auc") == []


def test_the_differences_are_those_of_the_definition():
    """The first candidate finds one positive with one false alarm; the second finds both with none."""
    first, second = make(np.array([0.9, 0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1]), np.where(Y == 1, 0.9, 0.1))
    assert first.net_benefit == pytest.approx([(1 - 1 / 4) / 8, 1 / 8])  # at 0.5 the false alarm is gone
    assert second.net_benefit == pytest.approx([2 / 8, 2 / 8])
    assert second.against["treat_none"].difference == pytest.approx([2 / 8, 2 / 8])
    assert second.against["treat_all"].difference == pytest.approx([6 / 4 / 8, 6 / 8])
    band = second.against["reference"]
    assert band.difference == pytest.approx([1.25 / 8, 1 / 8])
    assert all(low < middle < high for low, middle, high in zip(band.low, band.difference, band.high, strict=True))
    assert first.against["reference"].low == first.against["reference"].high == [0, 0]
