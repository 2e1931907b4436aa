"""Model of metrics/cv/<strategy>.json: the cross-validation of one strategy, written by train."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from stages.shared.metrics.registry import list_selectable
from stages.shared.schemas.base import ArtifactModel


class SamplerUse(ArtifactModel):
    """The sampler that a strategy requested, the one that ran in its place, and why."""

    asked: str | None
    ran: str | None
    why: str


class TunedSettings(ArtifactModel):
    """Settings chosen by a search, in place of those in params.yaml."""

    sampler: dict[str, Any]
    classifier: dict[str, Any]

    @property
    def words(self) -> str:
        """Its settings as in params.yaml: k_neighbors 3, C 0.1."""
        return ", ".join(f"{key} {value}" for key, value in {**self.sampler, **self.classifier}.items())


class MeanStd(ArtifactModel):
    """Mean and standard deviation of a metric over the folds."""

    mean: float
    sd: float


class CvScore(MeanStd):
    """A metric over the folds, with the value of each."""

    folds: list[float]


def _has_every_metric(scores: dict[str, CvScore]) -> dict[str, CvScore]:
    if absent := [metric for metric in list_selectable() if metric not in scores]:
        raise ValueError(f"lacks the metric {absent[0]}")
    return scores


#: scores by metric
CvScores = Annotated[dict[str, CvScore], AfterValidator(_has_every_metric)]


class CvRecord(ArtifactModel):
    """One strategy: the hash of its models' manifest, and its cross-validation."""

    strategy: str
    manifest: str  # SHA-256 of models/<strategy>/manifest.json
    sampler: SamplerUse
    tuned: dict[str, TunedSettings]  # by classifier
    blend: dict[str, float]  # weights of the members; empty without a blend
    classifiers: dict[str, CvScores]
    not_applicable: dict[str, str] = Field(default_factory=dict)  # why a classifier could not run, by classifier

    @model_validator(mode="after")
    def _check(self) -> "CvRecord":
        if not self.classifiers and not self.not_applicable:
            raise ValueError("has no classifier")
        return self
