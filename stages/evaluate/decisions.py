"""Metrics of decisions, from the four counts of the confusion matrix."""

from dataclasses import dataclass

import numpy as np

from stages.shared.storage.arrow import Floats


@dataclass(frozen=True)
class Counts:
    """True and false positives and negatives; arrays of one shape, counts or sums of weights.

    An alarm is a row whose score is at least the threshold.
    """

    tp: Floats
    fp: Floats
    fn: Floats
    tn: Floats


def ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole, and 0 where there is nothing to divide by: a metrics file holds no NaN."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)


def precision(counts: Counts) -> Floats:
    """Share of the alarms that are positive: tp / (tp + fp); 0 without any alarm."""
    return ratio(counts.tp, counts.tp + counts.fp)


def recall(counts: Counts) -> Floats:
    """Share of the positives that are alarms: tp / (tp + fn)."""
    return ratio(counts.tp, counts.tp + counts.fn)


def specificity(counts: Counts) -> Floats:
    """Share of the negatives that are no alarm: tn / (tn + fp)."""
    return ratio(counts.tn, counts.tn + counts.fp)


def f1(counts: Counts) -> Floats:
    """Harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn)."""
    return ratio(2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn)


def g_mean(counts: Counts) -> Floats:
    """Geometric mean of recall and specificity (Kubat & Matwin 1997)."""
    return np.asarray(np.sqrt(recall(counts) * specificity(counts)))


def balanced_accuracy(counts: Counts) -> Floats:
    """Mean of recall and specificity."""
    return (recall(counts) + specificity(counts)) / 2


def accuracy(counts: Counts) -> Floats:
    """Share of the rows decided rightly: (tp + tn) / rows."""
    return ratio(counts.tp + counts.tn, counts.tp + counts.fp + counts.fn + counts.tn)
