"""Models of the review: `--json` writes them, and the Markdown is rendered from them.

docs/compare.schema.json is generated from them.
"""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.leaderboard import EffectVerdict, RowsUsed

Word = Literal["better", "worse", "within noise", "unchanged", "not compared"]
Status = Literal["added", "removed", "changed"]
Kind = Literal["paired", "unpaired", "none"]


class RevisionName(ArtifactModel):
    """One of the two revisions."""

    name: str = Field(description="the name that the user gave")
    commit: str | None = Field(description="null: the working tree, committed or not")


class Champion(ArtifactModel):
    """The selected candidate of one revision, with its decisions on the test rows."""

    strategy: str
    classifier: str
    threshold: float
    tp: int | float
    fp: int | float
    fn: int | float
    tn: int | float

    def __str__(self) -> str:
        return f"{self.strategy} × {self.classifier}"


class Comparison(ArtifactModel):
    """The method of the intervals."""

    kind: Kind = Field(
        description="paired: row by row; unpaired: from the intervals of each revision; none: no interval"
    )
    why: str = Field(description="why it is not paired, or why there is no interval; empty where it is paired")
    rows: int = Field(description="test rows of head")
    positives: int
    confidence: float
    n_resamples: int | None = Field(description="null where nothing was resampled")


class Change(ArtifactModel):
    """One metric of two candidates."""

    metric: str
    higher_is_better: bool
    before: float
    after: float
    change: float = Field(description="after − before")
    low: float | None = Field(description="the interval of the change; null where there is none")
    high: float | None
    word: Word

    @property
    def is_shown(self) -> bool:
        """Whether the value changed, or its interval excludes 0."""
        return bool(self.change) or self.word in ("better", "worse")


class Verdict(ArtifactModel):
    """The verdict on the primary metric of the champion; the gate follows from it."""

    metric: str
    rows: RowsUsed = Field(description="all: train by its out-of-fold scores, and test; test: test alone")
    why: str = Field(description="why test alone counts; empty where all rows do")
    n_rows: int
    positives: int
    before: float = Field(description="with all rows the mean over the folds and test, weighted by positives")
    after: float
    estimate: float = Field(description="after − before")
    low: float
    high: float
    word: EffectVerdict = Field(description="same: the whole interval is within ± margin")
    margin: float = Field(description="the largest difference that does not matter; 0 where none is set")
    minimum_detectable: float = Field(description="the smallest change that these rows show with a probability of 0.8")


class StrategyChange(ArtifactModel):
    """A strategy whose row on the leaderboard changed; `primary` is null where it was added or removed."""

    strategy: str
    status: Status
    before: str | None = Field(description="the classifier that represents it")
    after: str | None
    value_before: float | None = Field(description="the primary metric")
    value_after: float | None
    primary: Change | None


class ParamChange(ArtifactModel):
    """One key of params.yaml."""

    key: str
    status: Status
    before: Any = None
    after: Any = None


class Fact(ArtifactModel):
    """A fact about the data that changed; null where it is unknown."""

    name: str
    before: str | int | None
    after: str | int | None


class CodeChange(ArtifactModel):
    """Code or a lock on which stages depend, by the hashes in dvc.lock."""

    path: str
    status: Status
    stages: list[str]


class MetricRow(ArtifactModel):
    """A row of `dvc metrics diff`."""

    path: str
    metric: str
    before: str | int | float | None
    after: str | int | float | None
    change: int | float | None


class Gate(ArtifactModel):
    """The result of the gate, with or without `--gate`."""

    metric: str
    tolerance: float
    result: Literal["fine", "regression", "cannot compare"]
    why: list[str]


class Review(ArtifactModel):
    """The changes between two revisions of an Evenhand pipeline."""

    model_config = ConfigDict(title="Evenhand review", frozen=True, extra="forbid")

    format: Literal[1] = 1
    base: RevisionName
    head: RevisionName
    sentence: str = Field(description="the verdict")
    comparison: Comparison
    champion_before: Champion
    champion_after: Champion
    verdict: Verdict | None = Field(description="on select.metric of the champion; null where there is no interval")
    primary: Change = Field(description="select.metric of the champion, on the test rows")
    metrics: list[Change] = Field(description="every metric of the champion; important changes come first")
    strategies: list[StrategyChange]
    params: list[ParamChange]
    data: list[Fact]
    code: list[CodeChange]
    metrics_diff: list[MetricRow] | None = Field(description="null where DVC could not be run")
    gate: Gate
    notes: list[str]

    @property
    def has_changes(self) -> bool:
        """Whether the champion, a strategy or any metric changed."""
        champion = self.champion_before != self.champion_after
        return champion or bool(self.strategies or self.metrics_diff) or any(change.change for change in self.metrics)
