"""Checks of the inputs of evaluate: models and metrics/cv are of one run, and the metric fits the test set."""

from collections.abc import Iterable, Mapping
from typing import Any

from stages.shared.errors import InputError, IntegrityError
from stages.shared.metrics.registry import METRICS
from stages.shared.paths import CALIBRATION, TRAIN
from stages.shared.schemas.cross_validation import CvRecord


def check_metric(metric: str, rows: int) -> None:
    """Raise InputError when the top of `metric` has more rows than the test set, which has `rows`."""
    spec = METRICS[metric]
    if spec.is_size and spec.parameter is not None and spec.parameter > rows:
        raise InputError(
            f"params.yaml: select.metric: {metric} is about more rows than the test set has, which are {rows}; give a "
            "smaller number, or a share below 1"
        )


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


def check_train_file(manifest: Mapping[str, Any], sha256: str) -> None:
    """Raise IntegrityError unless the train set with this hash is that of a model folder's manifest."""
    expected = manifest.get("inputs", {}).get(str(TRAIN))
    if sha256 != expected:
        raise IntegrityError(
            f"{TRAIN}: its SHA-256 is {sha256}, models/{manifest['strategy']} was trained on {expected}; restore "
            "both with `dvc checkout` or `dvc repro`"
        )


def check_same_train_set(manifests: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise IntegrityError unless the models of all strategies were trained on one train set.

    `manifests` are those of the model folders, by strategy.
    """
    first, *others = manifests
    train = str(TRAIN)
    for name in others:
        if manifests[name].get("inputs", {}).get(train) != manifests[first].get("inputs", {}).get(train):
            raise IntegrityError(
                f"models/{name}: was trained on another {train} than models/{first}; run `dvc repro` again"
            )
