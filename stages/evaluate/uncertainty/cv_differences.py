"""What the folds can tell: differences in cross-validation, with intervals that know that folds share their rows."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
from scipy.special import stdtrit

from stages.evaluate.candidates import BLEND, Candidate
from stages.evaluate.inputs import CvRecord, ScoreMetric


def corrected_interval(values: Sequence[float], ratio: float, confidence: float) -> tuple[float, float]:
    """The ends of the corrected t interval for the mean of `values`, one a split (Nadeau & Bengio 2003).

    Splits of one table share rows, so that the plain t interval is too narrow: the variance of the mean is
    (1 / splits + ratio) × that of the values, where `ratio` is rows scored / rows learned from. Two values are the
    least.
    """
    splits = len(values)
    error = float(np.sqrt((1 / splits + ratio) * np.var(values, ddof=1)))
    reach = float(stdtrit(splits - 1, (1 + confidence) / 2)) * error
    mean = float(np.mean(values))
    return mean - reach, mean + reach


def cv_comparisons(
    records: Mapping[str, CvRecord], reference: str, metric: ScoreMetric, n_splits: int, confidence: float
) -> list[dict[str, Any]]:
    """Differences over the folds, which are the same for all candidates, so that they are paired.

    Each candidate against the same classifier of the strategy `reference`, in every metric; and in `metric`, by which
    the champion is chosen, against the blend of that strategy and that of its own. What has no counterpart is left out.
    """
    every = [Candidate(strategy, name) for strategy, record in records.items() for name in record.classifiers]
    wanted = [
        *((one, Candidate(reference, one.classifier), name) for one in every for name in get_args(ScoreMetric)),
        *((one, Candidate(reference, BLEND), metric) for one in every),
        *((one, Candidate(one.strategy, BLEND), metric) for one in every),
    ]
    found = dict.fromkeys((one, other, name) for one, other, name in wanted if other in every and one != other)
    return [_comparison(records, one, other, name, 1 / (n_splits - 1), confidence) for one, other, name in found]


def _comparison(
    records: Mapping[str, CvRecord],
    one: Candidate,
    other: Candidate,
    metric: ScoreMetric,
    ratio: float,
    confidence: float,
) -> dict[str, Any]:
    ours, theirs = (records[name.strategy].classifiers[name.classifier][metric].folds for name in (one, other))
    differences = [left - right for left, right in zip(ours, theirs, strict=True)]
    low, high = corrected_interval(differences, ratio, confidence)
    return {
        "metric": metric,
        **one._asdict(),
        "reference_strategy": other.strategy,
        "reference_classifier": other.classifier,
        "difference": float(np.mean(differences)),
        "low": low,
        "high": high,
    }
