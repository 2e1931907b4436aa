"""Metrics of decisions, from the four counts of the confusion matrix."""

from dataclasses import dataclass

import numpy as np

from stages.shared.storage.arrow import Floats


@dataclass(frozen=True)
class Counts:
    """True and false positives and negatives: arrays of one shape, counts of rows or sums of weights."""

    tp: Floats
    fp: Floats
    fn: Floats
    tn: Floats

    def weigh_negatives(self, weight: float) -> "Counts":
        """Return the counts with each negative counted `weight` times, as at another prevalence."""
        return Counts(tp=self.tp, fp=self.fp * weight, fn=self.fn, tn=self.tn * weight)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, and 0 where `whole` is 0: a metrics file holds no NaN."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)


def precision(counts: Counts) -> Floats:
    """Return tp / (tp + fp); 0 without a positive prediction."""
    return ratio(counts.tp, counts.tp + counts.fp)


def recall(counts: Counts) -> Floats:
    """Return tp / (tp + fn), the true positive rate."""
    return ratio(counts.tp, counts.tp + counts.fn)


def specificity(counts: Counts) -> Floats:
    """Return tn / (tn + fp), the true negative rate."""
    return ratio(counts.tn, counts.tn + counts.fp)


def f1(counts: Counts) -> Floats:
    """Return the harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn)."""
    return ratio(2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn)


def g_mean(counts: Counts) -> Floats:
    """Return the geometric mean of recall and specificity (Kubat & Matwin 1997)."""
    return np.asarray(np.sqrt(recall(counts) * specificity(counts)))


def balanced_accuracy(counts: Counts) -> Floats:
    """Return the mean of recall and specificity."""
    return (recall(counts) + specificity(counts)) / 2


def accuracy(counts: Counts) -> Floats:
    """Return the share of correct decisions: (tp + tn) / rows."""
    return ratio(counts.tp + counts.tn, counts.tp + counts.fp + counts.fn + counts.tn)
