"""The artefacts of other stages as report reads them; docs/artefacts.md describes them."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from stages.shared.errors import InputError
from stages.shared.schemas.contract import Step


class Read(BaseModel):
    """A part of another stage's artefact; what is not needed here is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Sampler(Read):
    """What the strategy asked for, and what ran in its place."""

    asked: str | None
    ran: str | None
    why: str


class Counts(Read):
    """Rows by class."""

    rows: int
    negative: int
    positive: int


class Fold(Read):
    """What resampling did to one training fold."""

    train: Counts
    resampled: Counts
    validation: Counts
    added: int
    removed: int


class Epoch(Read):
    """One point of a training curve."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float


class Trace(Read):
    """`models/<strategy>/trace.json`."""

    strategy: str
    sampler: Sampler
    flow: list[Step]
    folds: list[Fold]
    class_weight: dict[str, dict[str, float]]
    epochs: dict[str, list[Epoch]]
    notes: list[str]


class Thresholds(Read):
    """One entry of `metrics/curves/thresholds.json`: a candidate's alarms at each hundredth."""

    strategy: str
    classifier: str
    tp: list[int]
    fp: list[int]


class Overlay(Read):
    """One entry of `metrics/curves/overlays.json`: a candidate's curves."""

    strategy: str
    classifier: str
    recall: list[float]
    precision: list[float]
    mean_score: list[float | None]
    positive_share: list[float | None]


class Spread(Read):
    """A metric over the folds."""

    mean: float
    sd: float


class Chosen(Read):
    """A combination of settings."""

    sampler: dict[str, Any]
    classifier: dict[str, Any]


class Tried(Chosen):
    """A combination that tuning tried, and how it did over the folds."""

    metrics: dict[str, Spread]


class Tuning(Read):
    """What tuning did for one classifier: an entry of `models/<strategy>/tuning.json`."""

    metric: str
    how: str
    chosen: Chosen
    folds: list[Chosen]
    results: list[Tried]


class Trust(Read):
    """`metrics/cv/<strategy>.json`, as far as it says which model folder may be trusted."""

    strategy: str
    manifest: str  # SHA-256 of models/<strategy>/manifest.json


R = TypeVar("R", bound=BaseModel)


def parse(record: type[R], path: object, content: Any) -> R:
    """`content` of the file `path` as a record. Raises InputError naming the first part that does not fit."""
    try:
        return record.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        message = f"{path}: {where}: {first['msg'][0].lower()}{first['msg'][1:]}, so another version wrote it"
        raise InputError(f"{message}; run `dvc repro` to make it again") from None
