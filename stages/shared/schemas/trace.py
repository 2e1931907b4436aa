"""Model of models/<strategy>/trace.json: what happened to the data during training; and the means of its curves."""

from dataclasses import dataclass, fields
import math
from statistics import fmean

from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.contract import Step
from stages.shared.schemas.cross_validation import SamplerUse


class ClassCounts(ArtifactModel):
    """Rows by class."""

    rows: int
    negative: int
    positive: int


class FoldTrace(ArtifactModel):
    """Row counts of one fold before and after resampling."""

    fold: int
    train: ClassCounts
    resampled: ClassCounts
    validation: ClassCounts
    added: int
    removed: int


class Epoch(ArtifactModel):
    """One point of a training curve: log loss without weights, and accuracy at 0.5."""

    fold: int
    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class TrainingCurve:
    """Means over the folds; all lists have one entry per epoch."""

    epochs: list[int]
    train_loss: list[float]
    validation_loss: list[float]
    train_accuracy: list[float]
    validation_accuracy: list[float]


#: the fields of a TrainingCurve with values
CURVE_VALUES = [field.name for field in fields(TrainingCurve)[1:]]


def average_folds(epochs: list[Epoch]) -> TrainingCurve:
    """Return the means over the folds for each epoch, in the order of the epochs."""
    by_epoch: dict[int, list[Epoch]] = {}
    for item in epochs:
        by_epoch.setdefault(item.epoch, []).append(item)
    ordered = [by_epoch[epoch] for epoch in sorted(by_epoch)]
    means = ([fmean(getattr(item, value) for item in folds) for folds in ordered] for value in CURVE_VALUES)
    return TrainingCurve(sorted(by_epoch), *means)


def select_evenly(n: int, n_selected: int) -> list[int]:
    """Return at most `n_selected` of the indices 0 to n − 1: the first, the last and others evenly between."""
    if n <= n_selected:
        return list(range(n))
    return [math.floor(i * (n - 1) / (n_selected - 1) + 0.5) for i in range(n_selected)]


class Trace(ArtifactModel):
    """One strategy from the table to its models."""

    strategy: str
    sampler: SamplerUse
    flow: list[Step]  # of the fit on all of train
    folds: list[FoldTrace]
    class_weight: dict[str, dict[str, float]]  # by classifier: weight of a negative and of a positive row
    blend: dict[str, float]  # weights of the members; empty without a blend
    epochs: dict[str, list[Epoch]]  # of the classifiers that have epochs
    notes: list[str]
    metrics: dict[str, dict[str, float]]  # classifier -> metric -> mean over the folds

    @property
    def curves(self) -> dict[str, TrainingCurve]:
        """The training curve of each classifier that has epochs."""
        return {classifier: average_folds(epochs) for classifier, epochs in self.epochs.items() if epochs}

    @property
    def is_no_op(self) -> bool:
        """Whether a sampler ran but neither added nor removed a row in any fold."""
        return self.sampler.ran is not None and not any(fold.added or fold.removed for fold in self.folds)
