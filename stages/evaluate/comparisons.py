"""Paired differences from the reference, with intervals that hold together."""

from dataclasses import dataclass

import numpy as np

from stages.evaluate.bootstrap import Measured
from stages.evaluate.metrics import METRICS
from stages.shared.arrays import Floats

#: what is compared of each family; the other metrics of decisions follow from these
COMPARED = {
    "ranking": ("average_precision", "roc_auc"),
    "probabilities": ("brier_score", "log_loss"),
    "decisions": ("f1", "recall", "precision", "balanced_accuracy"),
    "decisions_at_half": ("f1", "recall", "precision"),
}

#: a smaller standard error is rounding, not noise
TINY = 1e-12

#: digits with which intervals are stored; the verdict is read off the stored numbers
DIGITS = 6


@dataclass(frozen=True)
class Difference:
    """Candidate − reference in one metric."""

    pair: int  # place of the pair among those compared
    family: str
    metric: str
    difference: float
    low: float
    high: float
    verdict: str


def compare(pairs: list[tuple[Measured, Measured]], confidence: float) -> list[Difference]:
    """The differences of all (candidate, reference) pairs in all compared metrics, pair by pair.

    With probability `confidence` all intervals of one family are right at once, all its pairs and metrics together:
    among so many comparisons some would look significant by chance.
    """
    found = [
        difference for family, metrics in COMPARED.items() for difference in _family(pairs, family, metrics, confidence)
    ]
    return sorted(found, key=lambda difference: difference.pair)  # stable: families stay in order


def simultaneous_intervals(differences: Floats, draws: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Lower and upper ends, shape (k,), for `differences` (k,) with bootstrap `draws` (k, resamples).

    Single-step max-|t| (Westfall & Young 1993; Romano & Wolf 2005): the half-widths are one multiple of the
    standard errors, the quantile of the largest |t| of each resample. As the comparisons are resampled together, what
    they share costs nothing, unlike with Bonferroni. A difference without any noise gets an interval of no width.
    """
    error = draws.std(axis=1, ddof=1)
    noisy = error > TINY
    if not noisy.any():
        return differences, differences
    t = np.abs(draws[noisy] - differences[noisy, None]) / error[noisy, None]
    half = np.where(noisy, error, 0) * np.quantile(t.max(axis=0), confidence, method="higher")
    return differences - half, differences + half


def verdict(metric: str, low: float, high: float) -> str:
    """`better` or `worse` when the interval of the difference leaves out 0, `tie` otherwise."""
    if low <= 0 <= high:
        return "tie"
    return "better" if (low > 0) == METRICS[metric].higher_is_better else "worse"


def _family(
    pairs: list[tuple[Measured, Measured]], family: str, metrics: tuple[str, ...], confidence: float
) -> list[Difference]:
    keys = [(pair, metric) for pair in range(len(pairs)) for metric in metrics]
    if not keys:
        return []
    sides = [(*pairs[pair], metric) for pair, metric in keys]
    differences = np.array([one.values[family][m] - other.values[family][m] for one, other, m in sides])
    draws = np.array([one.draws[family][m] - other.draws[family][m] for one, other, m in sides])
    intervals = simultaneous_intervals(differences, draws, confidence)
    result = []
    for (pair, metric), *numbers in zip(keys, differences, *intervals, strict=True):
        difference, low, high = (round(float(number), DIGITS) + 0.0 for number in numbers)
        result.append(Difference(pair, family, metric, difference, low, high, verdict(metric, low, high)))
    return result
