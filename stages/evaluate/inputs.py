"""What evaluate reads of metrics/cv/<strategy>.json and models/<strategy>/trace.json."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationError

from stages.shared.errors import InputError, IntegrityError
from stages.shared.paths import CALIBRATION
from stages.shared.schemas.contract import ArtifactModel

#: the metrics that train computes in every fold
ScoreMetric = Literal["average_precision", "roc_auc", "brier_score", "log_loss"]


class Sampler(ArtifactModel):
    """Which sampler a strategy asked for, which ran in its place, and why."""

    asked: str | None
    ran: str | None
    why: str


class Tuned(ArtifactModel):
    """The settings that a search found, in place of those in params.yaml."""

    sampler: dict[str, Any]
    classifier: dict[str, Any]


class CvScore(ArtifactModel):
    """A metric over the folds."""

    mean: float = Field(allow_inf_nan=False)
    sd: float = Field(allow_inf_nan=False)
    folds: list[float]


#: every metric must be there
CvScores = Annotated[dict[ScoreMetric, CvScore], Field(min_length=len(get_args(ScoreMetric)))]


class CvRecord(ArtifactModel):
    """What train says of one strategy: the hash of its models' manifest and its cross-validation."""

    strategy: str
    manifest: str
    sampler: Sampler
    tuned: dict[str, Tuned]  # by classifier
    blend: dict[str, float]  # the shares of the members
    classifiers: dict[str, CvScores] = Field(min_length=1)


def parse_record(where: object, content: Any) -> CvRecord:
    """The record in the file called `where`. Raises InputError when it is not as train writes it."""
    try:
        return CvRecord.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"][0].lower() + first["msg"][1:]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{where}: {key}: {message}; run `dvc repro` to make the file again") from None


def check_models(folder: object, record: CvRecord, files: Iterable[str], sha256: str) -> None:
    """Raises IntegrityError unless the models in `folder` are those of `record`.

    `files` are the names in the folder's manifest, `sha256` is the hash of the manifest itself.
    """
    if sha256 != record.manifest:
        raise IntegrityError(
            f"{folder}/manifest.json: its SHA-256 is {sha256}, metrics/cv/{record.strategy}.json was written for "
            f"{record.manifest}; the two are of different runs, restore both with `dvc checkout` or `dvc repro`"
        )
    absent = sorted({CALIBRATION, *(f"{name}.skops" for name in record.classifiers)} - set(files))
    if absent:
        raise IntegrityError(
            f"{folder}: holds no {', '.join(absent)}; run `dvc repro --force` to make the models again"
        )


def changed_nothing(trace: dict[str, Any]) -> bool:
    """Whether a sampler ran but neither added nor removed a row in any fold."""
    ran = trace["sampler"]["ran"] is not None
    return ran and not any(fold["added"] or fold["removed"] for fold in trace["folds"])
