"""What scores are worth as probabilities, by hand."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from stages.evaluate.outputs.calibration_metrics import compute_probability_metrics, expected_calibration_error
from tests.stages.evaluate.made.tables import PERFECT, SILENT, TIED, Y, made


def test_saying_the_prevalence_of_everybody_has_no_skill_and_no_error() -> None:
    found = compute_probability_metrics(Y, TIED)
    assert found.model_dump() == pytest.approx(
        {"brier_score": 0.25, "brier_skill": 0.0, "log_loss": np.log(2), "ece": 0.0, "mean_score_ratio": 1.0}
    )


def test_by_hand() -> None:
    found = compute_probability_metrics(Y, PERFECT)
    assert found.brier_score == pytest.approx((0.01 + 0.04 + 0.04 + 0.01) / 4)
    assert found.brier_skill == pytest.approx(0.9)
    assert found.ece == pytest.approx((0.1 + 0.2 + 0.2 + 0.1) / 4)  # each row in a bin of its own
    assert compute_probability_metrics(Y, SILENT).mean_score_ratio == 0.0
    assert compute_probability_metrics(Y, SILENT).ece == 0.5
    assert compute_probability_metrics(Y, SILENT).brier_skill == -1.0


def test_rows_of_a_bin_make_up_for_each_other() -> None:
    assert expected_calibration_error(np.array([1, 0]), np.array([0.55, 0.45])) == pytest.approx(0.45)
    assert expected_calibration_error(np.array([1, 0]), np.array([0.52, 0.58])) == pytest.approx(0.05)


def test_the_losses_are_those_of_scikit_learn() -> None:
    y, scores = made(30, 300, 1.0)
    found = compute_probability_metrics(y, scores)
    assert found.brier_score == pytest.approx(brier_score_loss(y, scores), abs=1e-12)
    assert found.log_loss == pytest.approx(log_loss(y, scores), abs=1e-12)
