"""Metrics of the decisions on test at `evaluate.deployment_prevalence`, the prevalence in use.

Recall and specificity do not depend on the prevalence. Precision, F1, the share of alarms and costs do.
"""

from collections.abc import Mapping

import numpy as np

from stages.evaluate.params import EvaluateSection
from stages.evaluate.thresholds.policies import positive_rate
from stages.shared.calibration import get_prior_shift, shift_prior
from stages.shared.metrics.confusion import Counts, f1, precision
from stages.shared.schemas.candidate import Deployment


def measure_at_deployment(
    test: Mapping[str, int | float],
    precision_interval: tuple[float, float],
    settings: EvaluateSection,
    prior_shift: float,
    costs: tuple[float, float] | None,
) -> Deployment | None:
    """Return the decisions at `evaluate.deployment_prevalence`; None where that is null.

    `test` has the counts at the threshold, and `prior_shift` is that of the probabilities. The odds of a precision are
    tp / fp. Another prevalence multiplies them, and the limits of the interval, by the ratio of the class odds. `costs`
    are those of false negatives and of false positives on test.
    """
    if settings.deployment_prevalence is None:
        return None
    counts = Counts(**{cell: np.array([float(test[cell])]) for cell in ("tp", "fp", "fn", "tn")})
    positives, negatives = test["tp"] + test["fn"], test["fp"] + test["tn"]
    shift = get_prior_shift(positives / (positives + negatives), settings.deployment_prevalence)
    weight = float(np.exp(-shift))
    weighed, cost = counts.weigh_negatives(weight), None
    if costs is not None:
        cost = 1000 * (costs[0] + weight * costs[1]) / (positives + weight * negatives)
    low, high = shift_prior(np.array(precision_interval), shift)
    return Deployment(
        prior_shift=prior_shift,
        precision=float(precision(weighed)[0]),
        precision_interval=(float(low), float(high)),
        f1=float(f1(weighed)[0]),
        flagged=float(positive_rate(weighed)[0]),
        cost_per_1000=cost,
    )
