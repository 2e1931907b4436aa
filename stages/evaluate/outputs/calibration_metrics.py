"""What scores are worth as probabilities: their losses, and how far they lie from the shares that come true."""

import numpy as np

from stages.evaluate.metrics import brier_loss, logarithmic_loss
from stages.evaluate.outputs.curves import calibration
from stages.shared.storage.arrow import Floats, Ints


def probability_facts(y: Ints, scores: Floats) -> dict[str, float]:
    """The Brier score, its skill, log loss, expected calibration error and mean score over prevalence.

    The skill is 1 − Brier / Brier of saying the prevalence of every row: 0 is no better than that, 1 is perfect.
    `y` and `scores` have shape (rows,).
    """
    prevalence = float(y.mean())
    brier = float(brier_loss(y, scores).mean())
    return {
        "brier_score": brier,
        "brier_skill": 1 - brier / (prevalence * (1 - prevalence)),
        "log_loss": float(logarithmic_loss(y, scores).mean()),
        "ece": expected_calibration_error(y, scores),
        "mean_score_ratio": float(scores.mean()) / prevalence,
    }


def expected_calibration_error(y: Ints, scores: Floats) -> float:
    """The distance of mean score and share of positives in ten bins of equal width, weighted by their rows.

    Naeini, Cooper & Hauskrecht (2015), for the score of the positive class. The bins are those of the curve.
    """
    bins = calibration(y, scores)
    return float(np.sum([abs(one["mean_score"] - one["positive_share"]) * one["rows"] for one in bins]) / len(y))
