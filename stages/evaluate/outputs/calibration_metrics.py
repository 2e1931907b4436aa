"""Metrics of scores as probabilities: their losses, and their distance from the observed share of positives."""

import numpy as np

from stages.evaluate.outputs.curves import calibration
from stages.shared.metrics.probability import brier_loss, logarithmic_loss
from stages.shared.schemas.candidate import ProbabilityMetrics
from stages.shared.storage.arrow import Floats, Ints


def compute_probability_metrics(y: Ints, scores: Floats, weights: Floats | None = None) -> ProbabilityMetrics:
    """Return the Brier score, its skill, log loss, expected calibration error and mean score / prevalence.

    The skill is 1 − Brier / Brier of predicting the prevalence for every row: 0 is no better than that, 1 is perfect.
    `y`, `scores` and `weights` have shape (rows,).
    """
    prevalence, mean_score, brier, log_loss = (
        float(np.average(values, weights=weights))
        for values in (y, scores, brier_loss(y, scores), logarithmic_loss(y, scores))
    )
    return ProbabilityMetrics(
        brier_score=brier,
        brier_skill=1 - brier / (prevalence * (1 - prevalence)),
        log_loss=log_loss,
        ece=expected_calibration_error(y, scores, weights),
        mean_score_ratio=mean_score / prevalence,
    )


def expected_calibration_error(y: Ints, scores: Floats, weights: Floats | None = None) -> float:
    """Return the distance of mean score and share of positives in ten bins of equal width, weighted by their rows.

    Naeini, Cooper & Hauskrecht (2015), for the score of the positive class. The bins are those of the curve.
    """
    bins = calibration(y, scores, weights)
    total = sum(item["rows"] for item in bins)
    return float(np.sum([abs(item["mean_score"] - item["positive_share"]) * item["rows"] for item in bins]) / total)
