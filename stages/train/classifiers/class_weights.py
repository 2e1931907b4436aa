"""Class weights in numbers, on the rows that a classifier is fitted on."""

from typing import Any, NamedTuple

import numpy as np

from stages.shared.storage.arrow import Floats, Ints

#: numbers of negatives and positives, or the sums of their weights
Counts = tuple[float, float]

#: the weight of each row, shape (rows,); None where all weigh 1
RowWeights = Floats | None


class ClassWeights(NamedTuple):
    """The weight of a row of each class."""

    negative: float
    positive: float

    def by_label(self) -> dict[int, float] | None:
        """Return scikit-learn's `class_weight`; None if both are 1."""
        return None if self == (1.0, 1.0) else {0: self.negative, 1: self.positive}


def count_classes(y: Ints, sample_weight: RowWeights) -> Counts:
    """Return the numbers of negatives and positives, or the sums of their weights."""
    negative, positive = np.bincount(y, weights=sample_weight, minlength=2).tolist()
    return negative, positive


def compute_class_weights(
    class_weight: Any, y: Ints, before: Counts | None = None, sample_weight: RowWeights = None
) -> ClassWeights:
    """Return the weights that `class_weight` gives to rows labeled `y`; `before` are the counts before resampling.

    balanced is scikit-learn's rows / (2 × rows of the class), after King & Zeng (2001). balanced_subsample is the same
    on the sample of each tree, so it has the same numbers here. None is 1 and 1. With `sample_weight`, sums of weights
    replace the counts, as in scikit-learn.

    prevalence is the weighting of King & Zeng (2001) for rows that were selected by their class. Each class weighs as
    much as before, so the remaining rows represent the removed ones. A class that was not resampled keeps the weight 1.
    Raises ValueError for prevalence without `before`.
    """
    if class_weight is None:
        return ClassWeights(1.0, 1.0)
    if isinstance(class_weight, dict):
        return ClassWeights(class_weight["negative"], class_weight["positive"])
    negative, positive = count_classes(y, sample_weight)
    if class_weight == "prevalence":
        if before is None:
            raise ValueError("prevalence needs the counts before resampling")
        return ClassWeights(before[0] / negative, before[1] / positive)
    total = negative + positive
    return ClassWeights(total / (2 * negative), total / (2 * positive))


def scale_pos_weight(weights: ClassWeights) -> float:
    """Return the weights as XGBoost's single number: the weight of a positive over that of a negative.

    For balanced this is n_negative / n_positive, as XGBoost's documentation recommends.
    """
    return weights.positive / weights.negative


def compute_row_weights(weights: ClassWeights, y: Ints, sample_weight: RowWeights = None) -> RowWeights:
    """Return the weight of its class times its own weight for each row, or None if all are 1."""
    if weights == (1.0, 1.0):
        return sample_weight
    by_class = np.where(y == 1, weights.positive, weights.negative)
    return by_class if sample_weight is None else by_class * sample_weight
