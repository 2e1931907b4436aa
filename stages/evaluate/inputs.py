"""Checks that the models at hand are those that metrics/cv was written for."""

from collections.abc import Iterable

from stages.shared.errors import IntegrityError
from stages.shared.paths import CALIBRATION
from stages.shared.schemas.cross_validation import CvRecord


def check_models(folder: object, record: CvRecord, files: Iterable[str], sha256: str) -> None:
    """Raise IntegrityError unless the models in `folder` are those of `record`.

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
