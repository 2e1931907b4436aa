"""The artefacts of other stages as report reads them; docs/artefacts.md describes them."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from stages.shared.contract import Step
from stages.shared.errors import InputError


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
