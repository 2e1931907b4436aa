"""What a class weight means in numbers, on the rows that a classifier is fitted on."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class ClassWeights(NamedTuple):
    """The weight of a row of each class."""

    negative: float
    positive: float


def class_weights(class_weight: Any, y: npt.NDArray[np.int64]) -> ClassWeights:
    """The weights that `class_weight` gives to rows labelled `y`.

    balanced is scikit-learn's rows / (2 × rows of the class), after King & Zeng (2001); balanced_subsample means
    the same on each tree's own draw, so the same numbers stand for it here. None is 1 and 1.
    """
    if class_weight is None:
        return ClassWeights(1.0, 1.0)
    if isinstance(class_weight, dict):
        return ClassWeights(class_weight["negative"], class_weight["positive"])
    negative, positive = np.bincount(y, minlength=2)
    return ClassWeights(float(len(y) / (2 * negative)), float(len(y) / (2 * positive)))


def scale_pos_weight(weights: ClassWeights) -> float:
    """The same weights in XGBoost's one number: how many negatives a positive counts for.

    For balanced this is n_negative / n_positive, as XGBoost's documentation recommends.
    """
    return weights.positive / weights.negative
