"""What the folds can tell: differences in cross-validation, with intervals that know that folds share their rows."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
from scipy.special import stdtrit

from stages.evaluate.crossval import CvRecord, ScoreMetric


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
    records: Mapping[str, CvRecord], reference: str, n_splits: int, confidence: float
) -> list[dict[str, Any]]:
    """Each candidate against the same classifier of the strategy `reference`, fold by fold, in every metric.

    The folds are the same for all, so the differences are paired. Candidates without a counterpart are left out.
    """
    ratio = 1 / (n_splits - 1)
    found = []
    theirs = records[reference].classifiers
    pairs = [
        (strategy, classifier)
        for strategy, record in records.items()
        for classifier in record.classifiers
        if strategy != reference and classifier in theirs
    ]
    for strategy, classifier in pairs:
        for metric in get_args(ScoreMetric):
            folds = records[strategy].classifiers[classifier][metric].folds, theirs[classifier][metric].folds
            differences = [one - other for one, other in zip(*folds, strict=True)]
            low, high = corrected_interval(differences, ratio, confidence)
            found.append(
                {
                    "metric": metric,
                    "strategy": strategy,
                    "classifier": classifier,
                    "reference_strategy": reference,
                    "difference": float(np.mean(differences)),
                    "low": low,
                    "high": high,
                }
            )
    return found
