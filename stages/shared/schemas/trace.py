"""Model of models/<strategy>/trace.json: what happened to the data during training."""

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
    def is_no_op(self) -> bool:
        """Whether a sampler ran but neither added nor removed a row in any fold."""
        return self.sampler.ran is not None and not any(fold.added or fold.removed for fold in self.folds)
