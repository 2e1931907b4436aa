"""What a strategy yields on one train side."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline

from stages.shared.schemas.contract import Step
from stages.train.classifiers.calibration import Recipe
from stages.train.classifiers.class_weights import ClassWeights
from stages.train.folds.splitter import Fold
from stages.train.samplers.plan import Plan
from stages.train.tuning.grid import Combination
from stages.train.tuning.search import Found

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tuned:
    """A search over all of train, which gave the settings of the model, and what was chosen inside each fold."""

    found: Found
    inside: list[Combination]


@dataclass(frozen=True)
class FoldRecord:
    """Class counts of one fold on its way, and the curves of the classifiers that have epochs."""

    training: tuple[int, int]  # negatives, positives
    resampled: tuple[int, int]
    validation: tuple[int, int]
    added: int
    removed: int
    curves: dict[str, list[Any]]


@dataclass(frozen=True)
class Outcome:
    """Everything that a strategy yields on one train side."""

    plan: Plan
    folds: list[Fold]
    oof: dict[str, Scores]  # per classifier, shape (sum of validation rows,), fold by fold
    records: list[FoldRecord]
    flow: list[Step]  # of the fit on all of train
    weights: dict[str, ClassWeights]  # of the fit on all of train
    models: dict[str, Pipeline]  # no sampler in them
    recipes: dict[str, Recipe]  # how their scores are calibrated
    gave_up: dict[str, int]  # fits in which a constant stood in for the classifier
    tuned: dict[str, Tuned]  # the classifiers whose settings were searched for
    shares: dict[str, float]  # of the members in the blend; empty where there is none
