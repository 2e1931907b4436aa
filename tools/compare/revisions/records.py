"""The git-tracked files of a revision, as far as the review reads them; docs/artefacts.md describes them.

These are models of the review's own, not those of report: a pull request may change what else stands in the files, and
must still be compared with a base that was written before it.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from stages.shared.metrics.registry import METRICS

Number = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Interval = tuple[Number, Number]


class Read(BaseModel):
    """A part of a file; what is not needed here is passed over, what is needed must be there and finite."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


if TYPE_CHECKING:
    Measures = Read
    Intervals = Read
else:  # one field per metric of the registry
    #: the metrics on the test rows, with the counts at the tuned threshold
    Measures = create_model(
        "Measures",
        __base__=Read,
        **{
            name: Annotated[float, Field(ge=0, le=metric.limit, allow_inf_nan=False)]
            for name, metric in METRICS.items()
        },
        **dict.fromkeys(("tp", "fp", "fn", "tn"), Count),
    )
    #: the interval of every metric by itself
    Intervals = create_model("Intervals", __base__=Read, **dict.fromkeys(METRICS, Interval))


class Row(Measures):
    """`metrics/strategies/<strategy>.json`."""

    classifier: str
    threshold: Number


class Selected(Row):
    """`metrics/selected.json`."""

    strategy: str


class Candidate(Read):
    """One strategy × classifier."""

    strategy: str
    classifier: str
    threshold: Number
    test: Measures
    intervals: Intervals

    def __str__(self) -> str:
        return f"{self.strategy}/{self.classifier}"  # its column in data/test_scores.parquet

    def agrees(self, row: Row) -> bool:
        """Whether a flat file says the same of it."""
        mine = {"classifier": self.classifier, "threshold": self.threshold, **self.test.model_dump()}
        return mine == row.model_dump(include=set(mine))


class Name(Read):
    """Which candidate stands for a strategy."""

    strategy: str
    classifier: str


class Side(Read):
    """The size of one side of the split."""

    rows: Count
    positives: Count


class Data(Read):
    """What was predicted, from what."""

    source: str
    target: str
    positive: str
    train: Side
    test: Side


class Settings(Read):
    """How evaluate measured."""

    metric: str
    confidence: float = Field(gt=0.5, lt=1)
    n_resamples: int = Field(ge=1)


class LeaderboardFile(Read):
    """`metrics/leaderboard.json`."""

    data: Data
    settings: Settings
    candidates: list[Candidate]
    strategies: list[Name]

    def candidate(self, strategy: str, classifier: str) -> Candidate | None:
        """The candidate of that name."""
        requested = (strategy, classifier)
        return next((item for item in self.candidates if (item.strategy, item.classifier) == requested), None)


class Entry(Read):
    """A file or folder as DVC saw it; a folder's hash ends with `.dir`."""

    path: str = Field(min_length=1)
    md5: str | None = None
    size: int | None = None


class LockedStage(Read):
    """What a stage last ran with."""

    deps: list[Entry] = []
    params: dict[str, dict[str, Any]] = {}
    outs: list[Entry] = []


class PipelineStage(Read):
    """A stage, or a family of them, as dvc.yaml declares it."""

    params: list[Any] = []


class Pipeline(Read):
    """`dvc.yaml`."""

    stages: dict[str, PipelineStage]


class Lock(Read):
    """`dvc.lock`."""

    stages: dict[str, LockedStage]

    def live(self, pipeline: Pipeline, strategies: Collection[str]) -> "Lock":
        """Without the entries of stages and strategies that are no longer there: DVC keeps them for ever."""
        parts = {name: name.partition("@") for name in self.stages}
        kept = [
            name
            for name, (stage, _, strategy) in parts.items()
            if stage in pipeline.stages and (not strategy or strategy in strategies)
        ]
        return Lock(stages={name: self.stages[name] for name in kept})

    def made(self, path: object) -> Entry | None:
        """The output of that path, whichever stage made it."""
        return next((out for stage in self.stages.values() for out in stage.outs if out.path == str(path)), None)

    @property
    def inputs(self) -> dict[tuple[str, str], str | None]:
        """(path, stage) -> hash of what a stage depends on and no stage makes."""
        made = [out.path for stage in self.stages.values() for out in stage.outs]
        return {
            (dep.path, name): dep.md5
            for name, stage in self.stages.items()
            for dep in stage.deps
            if not any(path == dep.path or path.startswith(f"{dep.path}/") for path in made)
        }
