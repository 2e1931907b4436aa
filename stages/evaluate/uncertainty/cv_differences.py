"""Differences in cross-validation, with intervals that allow for training folds that overlap (Nadeau & Bengio 2003)."""

from collections.abc import Mapping, Sequence

import numpy as np

from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.uncertainty.jackknife import t_quantile
from stages.shared.classifiers import BLEND
from stages.shared.metrics.registry import get_points, list_selectable
from stages.shared.schemas.cross_validation import CvRecord
from stages.shared.schemas.leaderboard import CvComparison


def corrected_interval(values: Sequence[float], ratio: float, confidence: float) -> tuple[float, float]:
    """Return the ends of the corrected t interval for the mean of `values`, one per split (Nadeau & Bengio 2003).

    Splits of one table share rows, so the plain t interval is too narrow. The variance of the mean is
    (1 / splits + ratio) × that of the values, where `ratio` is test rows / training rows. It needs at least two values.
    """
    splits = len(values)
    error = float(np.sqrt((1 / splits + ratio) * np.var(values, ddof=1)))
    half = t_quantile(confidence, splits - 1) * error
    mean = float(np.mean(values))
    return mean - half, mean + half


def compute_ratio(n_splits: int, by_time: bool) -> float:
    """Return validation rows / training rows of a fold; by time, the mean over the folds."""
    return float(np.mean(1 / np.arange(1, n_splits + 1))) if by_time else 1 / (n_splits - 1)


def compare_folds(
    records: Mapping[str, CvRecord], reference: str, metric: str, ratio: float, confidence: float
) -> list[CvComparison]:
    """Return the differences over the folds, which are the same for all candidates, so that they are paired.

    Each candidate is compared with the same classifier of the strategy `reference`, in every metric. `metric` selects
    the champion. In it each candidate is also compared with the blends of the reference and of its own strategy.
    `ratio` is that of `compute_ratio`.
    """
    candidates = [CandidateKey(strategy, name) for strategy, record in records.items() for name in record.classifiers]
    names = list_selectable(*get_points(metric))
    selected = [
        *((left, CandidateKey(reference, left.classifier), name) for left in candidates for name in names),
        *((left, CandidateKey(reference, BLEND), metric) for left in candidates),
        *((left, CandidateKey(left.strategy, BLEND), metric) for left in candidates),
    ]
    keys = dict.fromkeys(key for key in selected if key[1] in candidates and key[0] != key[1])
    return [_compare(records, left, right, name, ratio, confidence) for left, right, name in keys]


def _compare(
    records: Mapping[str, CvRecord],
    left: CandidateKey,
    right: CandidateKey,
    metric: str,
    ratio: float,
    confidence: float,
) -> CvComparison:
    values = (records[name.strategy].classifiers[name.classifier][metric].folds for name in (left, right))
    differences = [ours - theirs for ours, theirs in zip(*values, strict=True)]
    low, high = corrected_interval(differences, ratio, confidence)
    return CvComparison(
        metric=metric,
        **left._asdict(),
        reference_strategy=right.strategy,
        reference_classifier=right.classifier,
        difference=float(np.mean(differences)),
        low=low,
        high=high,
    )
