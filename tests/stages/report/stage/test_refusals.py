"""The report refuses inputs that are missing, changed or of another run."""

import json

import pytest

from stages.shared.errors import InputError, IntegrityError
from tests.stages.report.made.factory import Treatment
from tests.stages.report.stage.test_main import OUTPUTS, read

pytestmark = pytest.mark.slow

SMOTE = Treatment("smote", sampler="SMOTENC")
WEIGHTS = Treatment("class_weight", class_weight="balanced")


@pytest.mark.parametrize("name", ["trace.json", "random_forest.skops", "manifest.json"])
def test_a_changed_model_folder_is_rejected_before_anything_is_written(workspace, run_report, name):
    root = workspace(SMOTE)
    with (root / "models/smote" / name).open("a") as stream:
        stream.write("\n")
    with pytest.raises(IntegrityError, match="SHA-256"):
        run_report()
    assert not any((root / output).exists() for output in OUTPUTS)


def test_models_of_another_run_are_rejected(workspace, run_report):
    root = workspace(SMOTE)
    source = root / "metrics/cv/smote.json"
    source.write_text(json.dumps({**read(root, "metrics/cv/smote.json"), "manifest": "0" * 64}))
    with pytest.raises(IntegrityError, match=r"metrics/cv/smote\.json says 0000.* not the models that were measured"):
        run_report()


@pytest.mark.parametrize(
    "name",
    [
        "metrics/leaderboard.json",
        "data/contract.json",
        "metrics/strategies/smote.json",
        "metrics/cv/smote.json",
        "metrics/curves/thresholds.json",
        "metrics/curves/overlays.json",
    ],
)
def test_the_error_names_a_missing_input(workspace, run_report, name):
    root = workspace(SMOTE)
    (root / name).unlink()
    with pytest.raises(InputError, match=rf"{name}: no such file; run `dvc repro`"):
        run_report()


def test_a_leaderboard_of_another_version_is_rejected_with_the_key(workspace, run_report):
    root = workspace(SMOTE)
    content = read(root, "metrics/leaderboard.json")
    del content["candidates"][0]["threshold"]
    (root / "metrics/leaderboard.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"leaderboard\.json: candidates\.0\.threshold: field required"):
        run_report()


def test_strategy_metrics_of_another_run_are_rejected(workspace, run_report):
    path = workspace(SMOTE) / "metrics/strategies/smote.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "recall": 0.1}))
    with pytest.raises(IntegrityError, match=r"metrics/strategies/smote\.json: not of the run of metrics/leaderboard"):
        run_report()


def test_a_contract_of_other_features_is_rejected(workspace, run_report):
    root = workspace(WEIGHTS, SMOTE)
    path = root / "data/contract.json"
    content = json.loads(path.read_text())
    content["features"][0]["name"] += "x"
    path.write_text(json.dumps(content))
    with pytest.raises(IntegrityError, match="has other features than"):
        run_report()


def test_curves_of_other_candidates_are_rejected(workspace, run_report):
    root = workspace(SMOTE)
    path = root / "metrics/curves/overlays.json"
    path.write_text(json.dumps(read(root, "metrics/curves/overlays.json")[1:]))
    with pytest.raises(InputError, match=r"overlays\.json: not about the same candidates .*run `dvc repro` again"):
        run_report()


def test_a_strategy_removed_from_params_is_rejected(workspace, run_report):
    root = workspace(SMOTE, WEIGHTS)
    params = read(root, "params.yaml")
    del params["strategies"]["smote"]
    (root / "params.yaml").write_text(json.dumps(params))
    with pytest.raises(InputError, match=r"strategy 'smote' is no longer in params\.yaml"):
        run_report()
