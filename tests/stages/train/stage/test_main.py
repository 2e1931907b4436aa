"""`python -m stages.train --strategy …` as people and DVC run it: files, exit codes, lines, and equal bytes."""

from collections.abc import Callable
import json
import os
from pathlib import Path
import re
import subprocess
import sys
from typing import Any

import pyarrow.parquet as pq
import pytest

from stages.shared.errors import InputError
from stages.shared.storage.files import sha256
from stages.shared.storage.manifest import check_manifest
from stages.shared.storage.parquet import Table, write_table
from stages.train.__main__ import main
from tests.support.forks import call

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]

PARAMS = """
random_state: 42
cv: {n_splits: 2, n_repeats: 1}
preprocess: {impute: median, scale: before_resampling, max_categories: 30}
strategies:
  smote: {sampler: SMOTE, sampling_strategy: 0.75, k_neighbors: 5}
  too_many: {sampler: SMOTE, k_neighbors: 50}
  ensembles: {classifiers: {easy_ensemble: {n_estimators: 2}}}
classifiers:
  logistic_regression: {max_iter: 200}
  random_forest: {n_estimators: 5}
  xgboost: {n_estimators: 5}
  mlp: {hidden_layer_sizes: [4], max_iter: 3}
  blend: {n_rounds: 4}
tuning:
  metric: average_precision
  search: {how: exhaustive}
  n_splits: 2
  samplers: {SMOTE: {k_neighbors: [1, 3], sampling_strategy: [0.5, 0.75]}}
  classifiers: {logistic_regression: {C: [0.1, 1]}}
calibration: auto
"""

NAMES = ["logistic_regression", "random_forest", "xgboost", "mlp", "blend"]

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
Folder = Callable[[], Path]


def run_stage(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return call("stages.train", *arguments, cwd=folder, environment={**ENVIRONMENT, **environment})


@pytest.fixture
def train_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the stage in this process, which has imported the libraries; return what it wrote to stderr."""

    def train(folder: Path, *arguments: str, dvc_stage: str = "") -> str:
        monkeypatch.chdir(folder)
        monkeypatch.setenv("DVC_STAGE", dvc_stage)
        monkeypatch.setattr(sys, "argv", ["train", *arguments])
        main()
        return capsys.readouterr().err

    return train


def contents(folder: Path) -> dict[str, bytes]:
    written = [path for top in ("models", "metrics") for path in (folder / top).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in written}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, make_table: Callable[..., Table]) -> Folder:
    """Makes a working folder with a small train side and small params."""

    def make() -> Path:
        folder = tmp_path_factory.mktemp("project")
        write_table(folder / "data/train.parquet", make_table())
        (folder / "params.yaml").write_text(PARAMS)
        (folder / "requirements.lock").write_text((ROOT / "requirements.lock").read_text())
        return folder

    return make


@pytest.fixture(scope="module")
def finished(folder: Folder) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder in which `smote` has run."""
    made = folder()
    return made, run_stage(made, "--strategy", "smote")


def test_writes_the_files_that_are_documented(finished: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    made, process = finished
    assert process.returncode == 0, process.stderr
    models = [f"models/smote/{name}.skops" for name in NAMES]
    facts = ("calibration.json", "trace.json", "tuning.json", "manifest.json")
    others = [f"models/smote/{name}" for name in ("oof.parquet", *facts)]
    assert sorted(contents(made)) == sorted([*models, *others, "metrics/cv/smote.json"])
    assert not [path for path in made.rglob("*") if path.name.startswith(".")]


def test_the_manifest_holds_and_names_what_was_read(finished: tuple[Path, Any]) -> None:
    made, _ = finished
    manifest = check_manifest(made / "models/smote")
    assert manifest["strategy"] == "smote"
    assert manifest["inputs"] == {name: sha256(made / name) for name in ("data/train.parquet", "requirements.lock")}


def test_the_summary_points_at_the_models(finished: tuple[Path, Any]) -> None:
    made, _ = finished
    summary = json.loads((made / "metrics/cv/smote.json").read_text())
    assert list(summary) == ["strategy", "manifest", "sampler", "tuned", "blend", "classifiers", "not_applicable"]
    assert summary["manifest"] == sha256(made / "models/smote/manifest.json")
    assert summary["sampler"]["ran"] == "SMOTENC"
    trace = json.loads((made / "models/smote/trace.json").read_text())
    assert trace["sampler"] == summary["sampler"]
    for name, metrics in summary["classifiers"].items():
        assert trace["metrics"][name] == {metric: values["mean"] for metric, values in metrics.items()}


def test_no_synthetic_row_reaches_a_file(finished: tuple[Path, Any]) -> None:
    made, _ = finished
    train, oof = pq.read_table(made / "data/train.parquet"), pq.read_table(made / "models/smote/oof.parquet")
    assert oof.column_names == ["row", "group", "fold", "y", *NAMES]
    assert sorted(oof.column("row").to_pylist()) == sorted(train.column("__row__").to_pylist())
    truth = dict(zip(train.column("__row__").to_pylist(), train.column("sick").to_pylist(), strict=True))
    assert [truth[row] for row in oof.column("row").to_pylist()] == oof.column("y").to_pylist()


def test_a_plain_line_a_candidate_where_no_terminal_is(finished: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, process = finished
    assert process.stdout == ""
    assert "\r" not in process.stderr
    warning, *lines = process.stderr.splitlines()
    assert warning.startswith("warning: train@smote: k_neighbors 5 has no effect on logistic_regression")
    line = re.compile(r"train@smote (\w+): cv average precision 0\.\d{3} ± 0\.\d{3}")
    matches = [line.fullmatch(text) for text in lines]
    assert [match[1] for match in matches if match] == NAMES
    assert len(lines) == len(NAMES)


def test_a_second_run_gives_equal_bytes_whatever_threads_and_hash_seed(finished: tuple[Path, Any]) -> None:
    made, _ = finished
    before = contents(made)
    (made / "models/smote/left_over.skops").write_text("of an older run")
    threads = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    command = [sys.executable, "-m", "stages.train", "--strategy", "smote"]
    subprocess.run(command, cwd=made, env={**ENVIRONMENT, **threads, "PYTHONHASHSEED": "77"}, check=True)
    assert contents(made) == before


def test_an_unknown_strategy(folder: Folder) -> None:
    made = folder()
    process = run_stage(made, "--strategy", "smoot")
    allowed = "smote, too_many, ensembles"
    assert process.stderr == f"error: --strategy 'smoot': not in params.yaml; allowed: {allowed}\n"
    assert process.returncode == 2
    assert contents(made) == {}


def test_a_strategy_whose_sampler_cannot_run_is_not_applicable(folder: Folder, train_here: Callable[..., str]) -> None:
    """The stage ends with 0, so that the other strategies go on; the models of an earlier run are gone."""
    made = folder()
    (made / "models/too_many").mkdir(parents=True)
    (made / "models/too_many/trace.json").write_text("{}")
    warning = train_here(made, "--strategy", "too_many").splitlines()[-1]
    why = "params.yaml: strategies.too_many: SMOTENC: k_neighbors is 50 on a training fold with"
    assert warning.startswith(f"warning: train@too_many: {', '.join(NAMES)}: not applicable: {why}")
    assert sorted(contents(made)) == ["metrics/cv/too_many.json", "models/too_many/manifest.json"]
    record = json.loads((made / "metrics/cv/too_many.json").read_text())
    assert (record["classifiers"], list(record["not_applicable"])) == ({}, NAMES)
    assert all(message.startswith(why) for message in record["not_applicable"].values())
    assert check_manifest(made / "models/too_many")["files"] == {}


def test_a_classifier_that_cannot_run_is_left_out(folder: Folder, train_here: Callable[..., str]) -> None:
    """Every candidate of the grid of logistic regression asks for more neighbors than a fold has."""
    made = folder()
    params = (made / "params.yaml").read_text().replace("k_neighbors: [1, 3]", "k_neighbors: [60, 70]")
    (made / "params.yaml").write_text(params)
    train_here(made, "--strategy", "smote")
    record = json.loads((made / "metrics/cv/smote.json").read_text())
    assert list(record["classifiers"]) == NAMES[1:]
    assert list(record["not_applicable"]) == ["logistic_regression"]
    assert "k_neighbors is 60 on a training fold" in record["not_applicable"]["logistic_regression"]
    assert "logistic_regression" not in record["blend"]


def test_a_blend_of_one_classifier_is_not_applicable(folder: Folder, train_here: Callable[..., str]) -> None:
    made = folder()
    params = (made / "params.yaml").read_text().replace("k_neighbors: [1, 3]", "k_neighbors: [60, 70]")
    lines = [line for line in params.splitlines() if not line.startswith(("  xgboost", "  mlp"))]
    (made / "params.yaml").write_text("\n".join(lines))
    train_here(made, "--strategy", "smote")
    record = json.loads((made / "metrics/cv/smote.json").read_text())
    assert list(record["classifiers"]) == ["random_forest"]
    assert record["not_applicable"]["blend"].startswith("it needs two other classifiers; params.yaml: ")


def test_an_invalid_setting_still_ends_the_run(folder: Folder, train_here: Callable[..., str]) -> None:
    made = folder()
    params = (made / "params.yaml").read_text().replace("{n_estimators: 5}", "{n_estimators: -5}", 1)
    (made / "params.yaml").write_text(params)
    problem = re.escape("params.yaml: classifiers.random_forest: The 'n_estimators' parameter")
    with pytest.raises(InputError, match=f"^{problem}"):
        train_here(made, "--strategy", "smote")
    assert contents(made) == {}


def test_a_damaged_or_missing_table(folder: Folder) -> None:
    made = folder()
    table = made / "data/train.parquet"
    content = bytearray(table.read_bytes())
    content[len(content) // 3] ^= 1
    table.write_bytes(content)
    process = run_stage(made, "--strategy", "smote")
    assert process.returncode == 3
    assert process.stderr.startswith("error: data/train.parquet: damaged")
    table.unlink()
    process = run_stage(made, "--strategy", "smote")
    assert (process.returncode, process.stderr) == (
        2,
        "error: data/train.parquet: no such file; run `dvc repro` to make it\n",
    )


def test_the_stage_that_dvc_names_is_the_strategy(folder: Folder, train_here: Callable[..., str]) -> None:
    """So nothing of params.yaml reaches a shell."""
    made = folder()
    train_here(made, dvc_stage="train@smote")
    assert (made / "models/smote/manifest.json").is_file()
    refused = run_stage(made, DVC_STAGE="train@x;touch pwned")
    assert refused.stderr.startswith("error: --strategy 'x;touch pwned': not in params.yaml; allowed: smote")
    assert refused.returncode == 2


def test_another_environment_than_the_lock_is_said_in_the_run_and_in_the_trace(
    folder: Folder, train_here: Callable[..., str]
) -> None:
    made = folder()
    lock = made / "requirements.lock"
    lock.write_text(lock.read_text().replace("\nnumpy==", "\nnumpy==99."))
    said = train_here(made, "--strategy", "smote")
    assert "warning: train@smote: The installed libraries differ from requirements.lock: numpy " in said
    notes = json.loads((made / "models/smote/trace.json").read_text())["notes"]
    assert [note for note in notes if "(locked: 99." in note]
