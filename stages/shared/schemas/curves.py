"""Models of the files in metrics/curves that report reads: lists with entries of candidates."""

from typing import Literal

from stages.shared.schemas.base import ArtifactModel

SliceMetric = Literal["recall", "specificity"]
SliceVerdict = Literal["better", "worse", "cannot_tell"]


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


class Importance(ArtifactModel):
    """The average precision that a candidate loses on test when a feature is shuffled."""

    feature: str
    loss: float
    low: float
    high: float


class Dependence(ArtifactModel):
    """The mean probability of a candidate where every row has this number or category of a feature."""

    feature: str
    number: float | None
    category: str | None
    probability: float


class Slice(ArtifactModel):
    """A rate of a candidate in a part of the table, and its difference from all other rows."""

    column: str
    key: str  # the same in another table: a category, or which range of a number
    label: str
    watched: bool  # whether evaluate.slices names the column
    metric: SliceMetric
    rows: int  # of the class that the metric counts
    value: float | None  # None without such a row
    difference: float | None
    low: float | None  # None with too few rows
    high: float | None
    verdict: SliceVerdict


class Explanation(ArtifactModel):
    """An entry of explanations.json: the importance of features, partial dependence and slices of a candidate."""

    strategy: str
    classifier: str
    importance: list[Importance]  # the largest loss first
    dependence: list[Dependence]
    slices: list[Slice]
    compared: int  # slices and metrics whose intervals hold at once
    worse: int  # of those that were compared

    def __str__(self) -> str:
        return f"{self.strategy} × {self.classifier}"
