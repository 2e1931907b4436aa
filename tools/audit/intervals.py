"""The interval of a mean over splits that share their rows."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from tools.audit.findings import Inflation, Pair


def corrected_interval(values: Sequence[float], ratio: float, confidence: float) -> tuple[float, float]:
    """The ends of the corrected t interval for the mean of `values`, one a split (Nadeau & Bengio 2003).

    Splits of one table share rows, so that the plain t interval is too narrow: the variance of the mean is
    (1 / splits + ratio) × that of the values, where `ratio` is rows scored / rows learned from. Two values are the
    least.
    """
    splits = len(values)
    error = float(np.sqrt((1 / splits + ratio) * np.var(values, ddof=1)))
    reach = float(stats.t.ppf((1 + confidence) / 2, splits - 1)) * error
    mean = float(np.mean(values))
    return mean - reach, mean + reach


def inflation(
    pairs: Sequence[Pair], ratio: float, confidence: float, way: str, classifier: str, metric: str
) -> Inflation:
    """The mean of leaking − honest over the splits, with its corrected interval."""
    differences = [pair.leaking - pair.honest for pair in pairs]
    low, high = corrected_interval(differences, ratio, confidence)
    return Inflation(
        way=way,
        classifier=classifier,
        metric=metric,
        repeats=len(pairs),
        honest=float(np.mean([pair.honest for pair in pairs])),
        leaking=float(np.mean([pair.leaking for pair in pairs])),
        inflation=float(np.mean(differences)),
        low=low,
        high=high,
    )
