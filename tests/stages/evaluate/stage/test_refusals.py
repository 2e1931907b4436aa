"""The stage evaluate refuses what does not belong together, and writes nothing."""

from collections.abc import Callable
from dataclasses import replace
import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from stages.shared.errors import InputError, IntegrityError
from stages.shared.storage.files import write_json
from stages.shared.storage.parquet import Table, read_table, write_table
from tests.stages.evaluate.conftest import PARAMS, write_params
from tests.support.forks import call

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def files_of(folder: Path) -> list[Path]:
    return sorted(path for name in ("data", "metrics") for path in (folder / name).rglob("*"))


def test_an_unknown_classifier_writes_nothing(run_stage: Callable[[], Any], repository: Path) -> None:
    before = files_of(repository)
    write_params(repository, select=PARAMS["select"] | {"classifier": "svm"})
    with pytest.raises(InputError, match="allowed: auto, logistic_regression, naive_bayes"):
        run_stage()
    assert files_of(repository) == before


def test_every_missing_strategy_is_named(run_stage: Callable[[], Any], repository: Path) -> None:
    write_params(repository, strategies={"baseline": {}, "adasyn": {"sampler": "ADASYN"}, "tomek": {"sampler": "x"}})
    with pytest.raises(InputError) as error:
        run_stage()
    assert [problem.split(":")[0] for problem in error.value.problems] == [
        "metrics/cv/adasyn.json", "metrics/cv/tomek.json",
    ]  # fmt: skip
    assert (repository / "metrics/cv/smote.json").exists()  # nothing is deleted before the input is known to be whole


def test_models_of_another_run_are_refused(run_stage: Callable[[], Any], repository: Path) -> None:
    path = repository / "metrics/cv/smote.json"
    write_json(path, json.loads(path.read_text()) | {"manifest": "0" * 64})
    with pytest.raises(IntegrityError, match=r"models/smote/manifest\.json.*different runs"):
        run_stage()


def test_a_changed_model_ends_with_exit_code_3(repository: Path) -> None:
    path = repository / "models/smote/naive_bayes.skops"
    path.write_bytes(path.read_bytes() + b" ")
    found = call("stages.evaluate", cwd=repository, environment=os.environ)
    assert found.returncode == 3
    assert found.stderr.startswith("error: models/smote/naive_bayes.skops: its SHA-256 is")
    assert "Traceback" not in found.stderr
    assert not (repository / "metrics/leaderboard.json").exists()


def test_a_test_side_of_one_class_is_refused(
    run_stage: Callable[[], Any], repository: Path, make_table: Callable[..., Table]
) -> None:
    path = repository / "data/test.parquet"
    table = read_table(path)
    write_table(path, replace(table, data=table.data.filter(table.target == 0)))
    with pytest.raises(InputError, match=r"data/test.parquet: needs rows of both classes; found 0 positive of 120"):
        run_stage()


def test_scores_that_are_no_probabilities_are_refused(
    run_stage: Callable[[], Any], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "stages.evaluate.models.scoring.scores", lambda model, features: np.repeat([0.5, np.nan], [148, 2])
    )
    with pytest.raises(InputError) as error:
        run_stage()
    assert len(error.value.problems) == 4
    assert error.value.problems[0].startswith(
        "models/baseline/logistic_regression.skops: scores lie between 0 and 1; found nan and 1 more"
    )
    assert not (repository / "metrics/leaderboard.json").exists()


def test_help_and_wrong_params_answer_before_any_heavy_import(repository: Path) -> None:
    write_params(repository, evaluate=PARAMS["evaluate"] | {"confidence": 95})
    script = """
import runpy, sys
sys.argv = ["evaluate", *sys.argv[1:]]
try:
    runpy.run_module("stages.evaluate", run_name="__main__")
except SystemExit as end:
    heavy = {"numpy", "pandas", "pyarrow", "sklearn"} & set(sys.modules)
    print("heavy:", *sorted(heavy))
    sys.exit(end.code)
"""
    shown = command(repository, "-c", script, "--help")
    assert (shown.returncode, "heavy:\n" in shown.stdout) == (0, True), shown
    refused = command(repository, "-c", script)
    assert (refused.returncode, refused.stdout) == (2, "heavy:\n"), refused
    assert refused.stderr == "error: params.yaml: evaluate.confidence: input should be less than 1; found 95\n"


def test_another_train_set_than_that_of_the_models_is_refused(run_stage: Callable[[], Any], repository: Path) -> None:
    """Its rows would be taken for those with the same scores, and slices would be silently wrong."""
    table = read_table(repository / "data/train.parquet")
    write_table(repository / "data/train.parquet", replace(table, data=table.data.slice(0, 200)))
    before = files_of(repository)
    with pytest.raises(IntegrityError, match=r"data/train\.parquet: its SHA-256 is .*, models/baseline was trained on"):
        run_stage()
    assert files_of(repository) == before
    (repository / "data/train.parquet").unlink()
    with pytest.raises(InputError, match=r"data/train\.parquet: no such file; run `dvc repro` to make it"):
        run_stage()
