"""A small repository after train: two strategies, two classifiers, real models."""

from collections.abc import Callable
from dataclasses import replace
import json
from pathlib import Path
import shutil
import sys
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from stages.evaluate.__main__ import main
from stages.shared.schemas.contract import Step
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.files import sha256, write_json
from stages.shared.storage.manifest import write_manifest
from stages.shared.storage.model_file import dump_model
from stages.shared.storage.parquet import Table, write_columns, write_table
from tests.stages.evaluate.made.records import record, trace

#: strategy -> classifier -> cross-validation mean
TRAINED = {
    "baseline": {"logistic_regression": 0.8, "naive_bayes": 0.7},
    "smote": {"logistic_regression": 0.6, "naive_bayes": 0.75},
}

#: the calibrator of smote's classifiers: odds a fifth of what the models say
SHIFTED = {"method": "prior", "slope": 1.0, "intercept": -1.609438, "limits": [-40.0, 40.0]}

PARAMS: dict[str, Any] = {
    "random_state": 42,
    "cv": {"n_splits": 2, "n_repeats": 1},
    "evaluate": {
        "threshold": {"policy": "f1"},
        "confidence": 0.9,
        "n_resamples": 200,
        "cost": None,
        "deployment_prevalence": None,
        "rotate": None,
        "slices": [],
    }
    | {"rows": "all", "margin": "auto"},
    "strategies": {"baseline": {}, "smote": {"sampler": "SMOTE"}},
    "select": {"strategy": "auto", "classifier": "auto", "metric": "average_precision"},
}


def write_params(folder: Path, **changes: Any) -> None:
    """params.yaml with these sections in place of the usual ones."""
    YAML(typ="safe").dump(PARAMS | changes, folder / "params.yaml")


def store_strategy(folder: Path, strategy: str, models: dict[str, Any], oof: dict[str, Floats], y: Ints) -> None:
    """models/<strategy> and metrics/cv/<strategy>.json as train writes them."""
    place = folder / "models" / strategy
    for classifier, model in models.items():
        dump_model(model, place / f"{classifier}.skops")
    write_columns(
        place / "oof.parquet",
        {"row": np.arange(len(y)), "group": np.arange(len(y)), "fold": np.arange(len(y)) % 2, "y": y, **oof},
    )
    asked = "SMOTE" if strategy == "smote" else None
    calibrators = {name: SHIFTED if strategy == "smote" else {"method": "none"} for name in models}
    write_json(place / "calibration.json", calibrators)
    epoch = {
        "fold": 0, "epoch": 1,
        "train_loss": 0.5, "train_accuracy": 1.0, "validation_loss": 0.75, "validation_accuracy": 0.5,
    }  # fmt: skip
    made = trace(strategy, asked, epochs={next(iter(calibrators)): [epoch]})
    write_json(place / "trace.json", made.model_dump())
    write_manifest(place, strategy=strategy, inputs={"data/train.parquet": sha256(folder / "data/train.parquet")})
    known = TRAINED.get(strategy, TRAINED["baseline"])
    found = record(strategy, {name: known[name] for name in models}, asked, asked).model_dump()
    write_json(folder / "metrics/cv" / f"{strategy}.json", found | {"manifest": sha256(place / "manifest.json")})


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, make_table: Callable[..., Table]) -> Path:
    """The repository, to be copied by whoever changes it."""
    folder = tmp_path_factory.mktemp("trained")
    train = make_table("numeric", negatives=200, positives=60, missing=False)
    test = make_table("numeric", negatives=120, positives=30, random_state=1, missing=False)
    sides = [("train", 260, 60), ("test", 150, 30)]
    flow = [Step(step=name, rows=rows, columns=3, negative=rows - up, positive=up) for name, rows, up in sides]
    write_table(folder / "data/train.parquet", replace(train, flow=flow))
    write_table(folder / "data/test.parquet", replace(test, flow=flow))
    write_params(folder)
    X, y = train.features(), train.target
    for strategy, weight in (("baseline", None), ("smote", "balanced")):
        models = {
            "logistic_regression": make_pipeline(LogisticRegression(class_weight=weight)).fit(X, y),
            "naive_bayes": make_pipeline(GaussianNB(priors=[0.5, 0.5] if weight else None)).fit(X, y),
        }
        oof = {name: model.predict_proba(X)[:, 1] for name, model in models.items()}
        store_strategy(folder, strategy, models, oof, y)
    return folder


@pytest.fixture
def repository(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the repository of one's own, as the working directory."""
    folder = tmp_path / "repository"
    shutil.copytree(trained, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run_stage(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Any]]:
    """Runs evaluate in the repository; gives the leaderboard."""

    def run() -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", ["evaluate"])
        main()
        leaderboard: dict[str, Any] = json.loads((repository / "metrics/leaderboard.json").read_text())
        return leaderboard

    return run


def outputs(folder: Path) -> dict[str, bytes]:
    files = [folder / "data/test_scores.parquet", *sorted((folder / "metrics").rglob("*.json"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
