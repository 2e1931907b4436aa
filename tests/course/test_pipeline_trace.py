"""The pipeline trace of the course, step by step, through the commands of the stages."""

import json
import os
from pathlib import Path
import re

import pytest
from ruamel.yaml import YAML

from tests.support.forks import call

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow

#: 1000 × 5, 90/10, a fifth held out, full balance: the course's own figures
COURSE = {
    "data": {"path": "data/raw/synthetic.csv", "target": "target", "positive": 1},
    "synthetic": {"n_samples": 1000, "n_features": 5, "n_informative": 3, "n_redundant": 1, "flip_y": 0.0},
    "split": {"test_size": 0.2},
}
STRATEGIES = {
    "smote": {"sampler": "SMOTE", "sampling_strategy": 1.0, "k_neighbors": 5, "class_weight": "balanced"},
}


def run(folder: Path, stage: str, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    done = call(f"stages.{stage}", *arguments, cwd=folder, environment=environment)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module", params=["before_resampling", "after_resampling"])
def trace(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trace")
    params = YAML(typ="safe").load((ROOT / "params.yaml").read_text())
    for section, changes in COURSE.items():
        params[section].update(changes)
    params["preprocess"]["scale"] = request.param
    params["tuning"] |= {"samplers": {}, "classifiers": {}}
    params["strategies"] = STRATEGIES
    params["classifiers"] = {"logistic_regression": {}, "mlp": {"hidden_layer_sizes": [8], "max_iter": 5}}
    with (folder / "params.yaml").open("w") as stream:
        YAML().dump(params, stream)
    (folder / "requirements.lock").write_text((ROOT / "requirements.lock").read_text())
    for stage in ("synthesize", "prepare", "split"):
        run(folder, stage)
    run(folder, "train", "--strategy", "smote")
    found = json.loads((folder / "models/smote/trace.json").read_text())
    return request.param, found


def stations(trace):
    return {step["step"]: (step["rows"], step["columns"]) for step in trace["flow"]}


def test_the_rows_and_columns_of_every_station(trace):
    order, found = trace
    assert stations(found) == {
        "raw": (1000, 5),
        "prepared": (1000, 5),
        "train": (800, 5),
        "test": (200, 5),
        "imputed": (800, 5),
        "resampled": (1440, 5),
        "scaled": (800, 5) if order == "before_resampling" else (1440, 5),
    }


def test_scaling_stands_where_params_say(trace):
    order, found = trace
    steps = [step["step"] for step in found["flow"]]
    before = order == "before_resampling"
    assert (steps.index("scaled") < steps.index("resampled")) == before


def test_the_classes_are_balanced_and_the_weights_one(trace):
    _, found = trace
    resampled = next(step for step in found["flow"] if step["step"] == "resampled")
    assert (resampled["negative"], resampled["positive"]) == (720, 720)
    assert resampled["note"] == "SMOTE: +640 rows"
    assert found["class_weight"]["logistic_regression"] == {"negative": 1.0, "positive": 1.0}


def test_no_validation_fold_was_resampled(trace):
    _, found = trace
    for fold in found["folds"]:
        assert fold["validation"] == {"rows": 160, "negative": 144, "positive": 16}
        assert fold["train"] == {"rows": 640, "negative": 576, "positive": 64}
        assert fold["resampled"] == {"rows": 1152, "negative": 576, "positive": 576}
        assert (fold["added"], fold["removed"]) == (512, 0)


def test_epoch_by_epoch_loss_and_accuracy(trace):
    _, found = trace
    curve = found["epochs"]["mlp"]
    assert [(line["fold"], line["epoch"]) for line in curve] == [(f, e) for f in range(5) for e in range(1, 6)]
    first, last = curve[0], curve[4]
    assert last["train_loss"] < first["train_loss"]
    assert re.fullmatch(r"0\.\d+|1\.0", str(last["validation_accuracy"]))


def test_the_metrics_close_the_trace(trace):
    _, found = trace
    assert 0.5 < found["metrics"]["logistic_regression"]["average_precision"] <= 1
