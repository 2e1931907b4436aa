"""The interval of a mean over splits that share their rows."""

from collections.abc import Sequence

import numpy as np

from stages.evaluate.uncertainty.cv_differences import corrected_interval
from tools.audit.report.findings import Inflation, Pair


def compute_inflation(
    pairs: Sequence[Pair], ratio: float, confidence: float, mistake: str, classifier: str, metric: str
) -> Inflation:
    """Return the mean of leaking − honest over the splits, with its corrected interval."""
    differences = [pair.leaking - pair.honest for pair in pairs]
    low, high = corrected_interval(differences, ratio, confidence)
    return Inflation(
        mistake=mistake,
        classifier=classifier,
        metric=metric,
        repeats=len(pairs),
        honest=float(np.mean([pair.honest for pair in pairs])),
        leaking=float(np.mean([pair.leaking for pair in pairs])),
        inflation=float(np.mean(differences)),
        low=low,
        high=high,
    )
