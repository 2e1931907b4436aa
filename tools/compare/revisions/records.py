"""Models of the files that the review reads of a revision; docs/artefacts.md describes the files.

They have fewer keys than the models in stages/shared/schemas. A pull request may change the other keys, and the review
must still compare it with an older base.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, NonNegativeInt, RootModel, create_model

from stages.shared.metrics.registry import METRICS

Cell = Annotated[int | float, Field(ge=0, allow_inf_nan=False)]  # of the confusion matrix; floats are sums of weights


class Record(BaseModel):
    """A part of a file. Other keys are ignored; the keys of the model must exist and be finite."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


if TYPE_CHECKING:
    Measures = Record
    Intervals = Record
else:  # one field per metric of the registry; a metric at an operating point is an additional key

    class OpenRecord(Record):
        """A record that keeps other keys."""

        model_config = ConfigDict(extra="allow")

    _metrics = {
        name: Annotated[float, Field(ge=0, le=metric.limit, allow_inf_nan=False)] for name, metric in METRICS.items()
    }
    _counts = dict.fromkeys(("tp", "fp", "fn", "tn"), Cell)
    Measures = create_model("Measures", __base__=OpenRecord, **_metrics, **_counts)
    _intervals = dict.fromkeys(METRICS, tuple[FiniteFloat, FiniteFloat])
    Intervals = create_model("Intervals", __base__=OpenRecord, **_intervals)


class CandidateName(Record):
    """A strategy and one of its classifiers."""

    strategy: str
    classifier: str

    def __str__(self) -> str:
        return f"{self.strategy}/{self.classifier}"  # its column in data/test_scores.parquet


class Mean(Record):
    """The mean of a metric over the folds."""

    mean: FiniteFloat


class Deployment(Record):
    """The decisions at the prevalence in use."""

    prior_shift: FiniteFloat


class CandidateRecord(CandidateName):
    """A candidate of the leaderboard."""

    cv: dict[str, Mean] = {}
    threshold: FiniteFloat
    test: Measures  # metrics, and counts at the threshold
    intervals: Intervals  # of each metric by itself
    in_use: Deployment | None = None  # only where the prevalence in use is not that of the table


class StrategyMetrics(Measures):
    """`metrics/strategies/<strategy>.json`."""

    classifier: str
    threshold: FiniteFloat


class Selected(StrategyMetrics):
    """`metrics/selected.json`."""

    strategy: str


class SetSize(Record):
    """The size of the train set or the test set."""

    rows: NonNegativeInt
    positives: NonNegativeInt


class Data(Record):
    """The source table and the sizes of its two sets."""

    source: str
    target: str
    positive: str
    train: SetSize
    test: SetSize


class Settings(Record):
    """The settings of evaluate."""

    metric: str
    confidence: float = Field(gt=0.5, lt=1)
    n_resamples: int = Field(ge=1)
    rows: str = "test"  # those from which effects are estimated
    margins: dict[str, FiniteFloat] = {}  # by ranking metric


class Leaderboard(Record):
    """`metrics/leaderboard.json`."""

    data: Data
    settings: Settings
    candidates: list[CandidateRecord]
    strategies: list[CandidateName]

    def candidate(self, strategy: str, classifier: str) -> CandidateRecord | None:
        """Return the candidate of that name."""
        names = (strategy, classifier)
        return next((item for item in self.candidates if (item.strategy, item.classifier) == names), None)


class Slice(Record):
    """A rate in a part of the table, against all other rows."""

    column: str
    key: str
    label: str
    watched: bool
    metric: str
    value: FiniteFloat | None
    verdict: str


class Explanation(Record):
    """An entry of `metrics/curves/explanations.json`."""

    strategy: str
    classifier: str
    slices: list[Slice]


class Explanations(RootModel[list[Explanation]]):
    """`metrics/curves/explanations.json`."""


class Entry(Record):
    """A file or folder with its hash in dvc.lock; the hash of a folder ends with `.dir`."""

    path: str = Field(min_length=1)
    md5: str | None = None
    size: int | None = None


class LockedStage(Record):
    """The inputs and outputs of the last run of a stage."""

    deps: list[Entry] = []
    params: dict[str, dict[str, Any]] = {}
    outs: list[Entry] = []


class Pipeline(Record):
    """`dvc.yaml`; a stage may be a matrix of stages."""

    stages: dict[str, dict[str, Any]]


class Lock(Record):
    """`dvc.lock`."""

    stages: dict[str, LockedStage]

    def select(self, pipeline: Pipeline, strategies: Collection[str]) -> "Lock":
        """Return the lock without stages and strategies that no longer exist: DVC never removes their entries."""
        stages = {}
        for name, locked in self.stages.items():
            stage, _, strategy = name.partition("@")
            if stage in pipeline.stages and (not strategy or strategy in strategies):
                stages[name] = locked
        return Lock(stages=stages)

    def output(self, path: object) -> Entry | None:
        """Return the output of that path."""
        return next((out for stage in self.stages.values() for out in stage.outs if out.path == str(path)), None)

    @property
    def inputs(self) -> dict[str, dict[str, str | None]]:
        """Path -> stage -> hash of each dependency that is no output of a stage."""
        outputs = [out.path for stage in self.stages.values() for out in stage.outs]
        inputs: dict[str, dict[str, str | None]] = {}
        for name, stage in self.stages.items():
            for dep in stage.deps:
                if not any(path == dep.path or path.startswith(f"{dep.path}/") for path in outputs):
                    inputs.setdefault(dep.path, {})[name] = dep.md5
        return inputs
