"""The command `python -m tools.audit`, as people call it."""

import json
from pathlib import Path
import subprocess
import sys

import numpy as np
import pytest

from stages.shared import paths
from stages.shared.storage.files import write_json
from stages.shared.storage.parquet import write_columns, write_table
from tests.stages.report.made.factory import SELECT, Treatment, leaderboard_json
from tests.support.forks import call
from tests.tools.audit.helpers import SMOTE, content, labels, noise, run_of
from tools.audit import __main__ as command

pytestmark = pytest.mark.slow

ROOT = Path(command.__file__).parents[2]
REPORTS = ("reports/audit.json", "reports/audit.md")
Y = labels(160)
#: the champion is the candidate without treatment: the other is better by less than noise
CANDIDATES = (
    Treatment("baseline", classifiers=("logistic_regression",), cv=0.7),
    Treatment("smote", "SMOTE", classifiers=("logistic_regression",), cv=0.8, cv_ties=True),
)
HONEST = {"x": noise(160), "z": [value + y for value, y in zip(noise(160, 1), Y, strict=True)]}


def write_run(folder: Path, **columns: list) -> None:
    """A finished run on these features, with two candidates whose scores are `z`-like and noise."""
    params = content(
        cv={"n_splits": 3, "n_repeats": 1},
        strategies={"baseline": {}, "smote": SMOTE},
        classifiers={"logistic_regression": {}, "random_forest": {"n_estimators": 3}},
        select=SELECT,
    )
    (folder / "params.yaml").write_text(json.dumps(params))
    run = run_of(Y, **columns)
    for path, table in ((paths.PREPARED, run.prepared), (paths.TRAIN, run.train), (paths.TEST, run.test)):
        write_table(folder / path, table)
    write_json(folder / paths.CONTRACT, run.prepared.contract.model_dump())
    names = ("baseline/logistic_regression", "smote/logistic_regression")
    scores = {name: np.random.RandomState(seed).uniform(size=40) for seed, name in enumerate(names)}
    write_columns(folder / paths.TEST_SCORES, {"row": run.test.rows, "y": run.test.target, **scores})
    write_json(folder / paths.LEADERBOARD, leaderboard_json(*CANDIDATES[1:], baseline=CANDIDATES[0]))


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error"}
    return call("tools.audit", *options, cwd=folder, environment=environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_run(tmp_path, **HONEST)
    return tmp_path


def test_an_honest_run_ends_with_0_and_twice_the_same_bytes(folder: Path) -> None:
    first = run(folder, "--repeats", "3")
    assert (first.returncode, first.stdout.splitlines()[0]) == (0, "Audit of t.csv: 0 wrong, 0 suspicious, 10 fine")
    assert "baseline/logistic_regression, the champion, has" in " ".join(first.stdout.split())
    progress = first.stderr.splitlines()
    assert len(progress) == 10 + 3 + 1  # checks, repeats, selection
    assert all(line.startswith("audit: ") for line in progress)
    written = [(folder / name).read_bytes() for name in REPORTS]
    second = run(folder, "--repeats", "3")
    assert second.stdout == first.stdout
    assert [(folder / name).read_bytes() for name in REPORTS] == written
    assert str(HONEST["x"][0])[:6].encode() not in written[0] + written[1]  # no cell of the user's table


def test_what_is_surely_wrong_ends_with_2_after_all_was_said(folder: Path) -> None:
    write_run(folder, **HONEST, outcome=[float(y) for y in Y])
    done = run(folder, "--skip-mistakes")
    assert done.returncode == 2
    assert done.stdout.splitlines()[2].startswith("wrong      data/train.parquet: column `outcome`: this column alone")
    error = "error: reports/audit.md: 1 finding is surely wrong; fix them and run `dvc repro`"
    assert done.stderr.splitlines()[-1] == error
    found = json.loads((folder / REPORTS[0]).read_text())
    assert (found["findings"][0]["severity"], found["repeats"], found["mistakes"]) == ("wrong", 0, [])


def test_a_wrong_input_is_named_before_any_work_and_nothing_written(folder: Path) -> None:
    assert run(folder, "--repeats", "2").stderr == "error: --repeats 2: too few; at least 3 are needed\n"
    write_columns(folder / paths.TEST_SCORES, {"row": np.arange(40), "y": np.arange(40)})
    done = run(folder)
    found = "error: data/test_scores.parquet: is not of this run: has no column baseline/logistic_regression"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{found}; run `dvc repro`\n")
    write_table(folder / paths.TEST, run_of(Y, other=noise(160)).test)
    changed = json.loads((folder / "params.yaml").read_text())
    changed["split"]["group"] = "patient"
    (folder / "params.yaml").write_text(json.dumps(changed))
    assert [line.partition(";")[0] for line in run(folder).stderr.splitlines()] == [
        "error: data/test.parquet: made with another data contract than data/prepared.parquet",
        "error: params.yaml: split.group: is patient, but the run was made with None",
    ]
    assert not (folder / "reports").exists()


def test_help_answers_without_any_heavy_import(tmp_path: Path) -> None:
    code = (
        "import atexit, runpy, sys; atexit.register(lambda: print(*sys.modules)); sys.argv[:] = ['audit', '--help']; "
        "runpy.run_module('tools.audit', run_name='__main__', alter_sys=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert not {"numpy", "pandas", "pyarrow", "sklearn"} & set(done.stdout.split())
