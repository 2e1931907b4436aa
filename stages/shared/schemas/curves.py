"""Models of the files in metrics/curves that report reads: lists with one entry per candidate."""

from stages.shared.schemas.base import ArtifactModel


class ThresholdCounts(ArtifactModel):
    """An entry of thresholds.json: true and false positives at each hundredth, or the sums of their weights."""

    strategy: str
    classifier: str
    tp: list[int | float]
    fp: list[int | float]


class Overlay(ArtifactModel):
    """An entry of overlays.json: the curves of a candidate; null in an empty bin."""

    strategy: str
    classifier: str
    recall: list[float]
    precision: list[float]
    mean_score: list[float | None]
    positive_share: list[float | None]


class Band(ArtifactModel):
    """Differences in net benefit at the thresholds of a decision curve, with the ends of their intervals."""

    difference: list[float]
    low: list[float]
    high: list[float]


class DecisionCurve(ArtifactModel):
    """An entry of net_benefit.json: the decision curve of a candidate.

    `against` has treat_all (every row is positive), treat_none, and the representative of the reference strategy.
    """

    strategy: str
    classifier: str
    thresholds: list[float]
    net_benefit: list[float]
    against: dict[str, Band]
