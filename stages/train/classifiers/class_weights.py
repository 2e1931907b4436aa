"""What a class weight means in numbers, on the rows that a classifier is fitted on."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

#: how many negatives and positives there are
Counts = tuple[int, int]


class ClassWeights(NamedTuple):
    """The weight of a row of each class."""

    negative: float
    positive: float


def class_weights(class_weight: Any, y: npt.NDArray[np.int64], before: Counts | None = None) -> ClassWeights:
    """The weights that `class_weight` gives to rows labelled `y`; `before` are their counts before resampling.

    balanced is scikit-learn's rows / (2 × rows of the class), after King & Zeng (2001); balanced_subsample means
    the same on each tree's own draw, so the same numbers stand for it here. None is 1 and 1.

    prevalence is the weighting of King & Zeng (2001) for rows that were chosen by their class: each class weighs as
    much as it did before, so the rows that were kept stand for those that were left out, and a class that was not
    resampled keeps the weight 1. Raises ValueError for it when `before` is missing.
    """
    if class_weight is None:
        return ClassWeights(1.0, 1.0)
    if isinstance(class_weight, dict):
        return ClassWeights(class_weight["negative"], class_weight["positive"])
    negative, positive = (int(count) for count in np.bincount(y, minlength=2))
    if class_weight == "prevalence":
        if before is None:
            raise ValueError("prevalence needs the counts before resampling")
        return ClassWeights(before[0] / negative, before[1] / positive)
    return ClassWeights(len(y) / (2 * negative), len(y) / (2 * positive))


def scale_pos_weight(weights: ClassWeights) -> float:
    """The same weights in XGBoost's one number: how many negatives a positive counts for.

    For balanced this is n_negative / n_positive, as XGBoost's documentation recommends.
    """
    return weights.positive / weights.negative


def of_xgboost(class_weight: Any, weights: ClassWeights) -> tuple[float, ClassWeights]:
    """scale_pos_weight, and the weights of rows on top of it, by which XGBoost gets `weights`.

    One number serves where only the balance of the classes is meant. prevalence says how many rows a row stands for, so
    there the rows weigh: sums of gradients and Hessians then estimate those over all rows, and min_child_weight
    and the penalties mean what they mean without a sampler. A scale_pos_weight of 1 / w would make a positive a
    fraction of a row (docs/decisions/08-calibration.md has what that costs).
    """
    if class_weight == "prevalence":
        return 1.0, weights
    return scale_pos_weight(weights), ClassWeights(1.0, 1.0)


def row_weights(weights: ClassWeights, y: npt.NDArray[np.int64]) -> npt.NDArray[np.float64] | None:
    """The weight of each row, shape (rows,), or None where all weigh 1."""
    return None if weights == (1.0, 1.0) else np.where(y == 1, weights.positive, weights.negative)
