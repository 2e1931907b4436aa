"""Paired differences from the reference, with intervals that hold together."""

from dataclasses import dataclass

import numpy as np

from stages.evaluate.metrics import METRICS
from stages.evaluate.uncertainty.bootstrap import Measured
from stages.evaluate.uncertainty.jackknife import TINY, as_normal, as_student
from stages.evaluate.uncertainty.paired_errors import DIGITS, Noise, noise_of
from stages.shared.storage.arrow import Floats

#: what is compared of each family; the other metrics of decisions follow from these
COMPARED = {
    "ranking": ("average_precision", "roc_auc"),
    "probabilities": ("brier_score", "log_loss"),
    "decisions": ("f1", "recall", "precision", "balanced_accuracy"),
    "decisions_at_half": ("f1", "recall", "precision"),
}

#: standard errors of the level, read off random resamples, that are added to it
MARGIN = 2


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


def compare(
    pairs: list[tuple[Measured, Measured]], confidence: float, compared: dict[str, tuple[str, ...]] = COMPARED
) -> list[Difference]:
    """The differences of all (candidate, reference) pairs in all metrics of `compared`, pair by pair.

    With probability `confidence` all intervals of one family are right at once, all its pairs and metrics together:
    among so many comparisons some would look significant by chance.
    """
    found = [
        difference for family, metrics in compared.items() for difference in _family(pairs, family, metrics, confidence)
    ]
    return sorted(found, key=lambda difference: difference.pair)  # stable: families stay in order


def simultaneous_intervals(differences: Floats, noise: Noise, confidence: float) -> tuple[Floats, Floats]:
    """Lower and upper ends, shape (k,), for `differences` (k,).

    Single-step max-|t| (Westfall & Young 1993; Romano & Wolf 2005): the half-widths are multiples of the standard
    errors that the largest |t| of a resample seldom exceeds. As the comparisons are resampled together, what they share
    costs nothing, unlike with Bonferroni. A difference without any noise gets an interval of no width.
    """
    error = noise.draws.std(axis=1, ddof=1)
    normal = _largest(differences, noise.draws, error, confidence)
    error = np.maximum(np.where(error > TINY, error * noise.inflation, 0), noise.least)
    half = as_student(normal, noise.freedom) * error
    return differences - half, differences + half


def verdict(metric: str, low: float, high: float) -> str:
    """`better` or `worse` when the interval of the difference leaves out 0, `tie` otherwise."""
    if low <= 0 <= high:
        return "tie"
    return "better" if (low > 0) == METRICS[metric].higher_is_better else "worse"


def _largest(differences: Floats, draws: Floats, error: Floats, confidence: float) -> float:
    """The quantile of the largest |t| of each resample, or the normal one where no comparison is noisy.

    It is itself read off random resamples. MARGIN makes up for that: too few of them widen the intervals and do not
    raise the error rate.
    """
    noisy = error > TINY
    if not noisy.any():
        return as_normal(confidence)
    t = np.abs(draws[noisy] - differences[noisy, None]) / error[noisy, None]
    level = confidence + MARGIN * np.sqrt(confidence * (1 - confidence) / draws.shape[1])
    return float(np.quantile(t.max(axis=0), min(level, 1.0), method="higher"))


def _family(
    pairs: list[tuple[Measured, Measured]], family: str, metrics: tuple[str, ...], confidence: float
) -> list[Difference]:
    keys = [(pair, metric) for pair in range(len(pairs)) for metric in metrics]
    if not keys:
        return []
    sides = [(*pairs[pair], metric) for pair, metric in keys]
    differences = np.array([one.values[family][m] - other.values[family][m] for one, other, m in sides])
    noise = noise_of(family, sides, confidence)
    limits = np.array([METRICS[metric].limit for _, metric in keys])
    intervals = np.clip(simultaneous_intervals(differences, noise, confidence), -limits, limits)
    result = []
    for (pair, metric), *numbers in zip(keys, differences, *intervals, strict=True):
        # the verdict is read off the numbers as they are stored
        difference, low, high = (round(float(number), DIGITS) + 0.0 for number in numbers)
        result.append(Difference(pair, family, metric, difference, low, high, verdict(metric, low, high)))
    return result
