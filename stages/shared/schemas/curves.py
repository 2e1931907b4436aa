"""Models of the files in metrics/curves that report reads: lists with one entry per candidate."""

from stages.shared.schemas.base import ArtifactModel


class ThresholdCounts(ArtifactModel):
    """An entry of thresholds.json: true and false positives at each hundredth."""

    strategy: str
    classifier: str
    tp: list[int]
    fp: list[int]


class Overlay(ArtifactModel):
    """An entry of overlays.json: the curves of a candidate; null in an empty bin."""

    strategy: str
    classifier: str
    recall: list[float]
    precision: list[float]
    mean_score: list[float | None]
    positive_share: list[float | None]
