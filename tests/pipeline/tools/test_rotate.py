"""`python -m tools.rotate` on the small project: every row is judged once, and nothing of the user's run changes."""

import json
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.pipeline.project import Repository, environment
from tests.support.processes import is_alive

pytestmark = pytest.mark.slow


def rotate(repository: Repository, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return repository.call("tools.rotate", *arguments, "-j", "2", check=check)


def trained(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in (done.stdout + done.stderr).splitlines() if "Running stage 'train@" in line]


METRICS = ["average_precision", "roc_auc", "brier_score", "log_loss", "f1", "recall", "precision", "balanced_accuracy"]


def test_every_row_is_judged_once_and_a_second_run_trains_nothing(repository: Repository) -> None:
    def shrink(params: dict) -> None:  # what is not committed counts as well
        params["strategies"].pop("smote")
        params["classifiers"].pop("blend")
        params["evaluate"]["rotate"] = 2

    repository.edit_params(shrink)
    first = repository.repro()
    assert len(trained(first)) == 6  # two strategies on three train sets
    leaderboard = json.loads((repository.path / "metrics/leaderboard.json").read_text())
    assert any(note.startswith("evaluate.rotate asks for 2 test sets in turn.") for note in leaderboard["notes"])
    assert leaderboard["data"]["test"]["rows"] == 60
    files = {path: (repository.path / path).read_bytes() for path in ("dvc.lock", "params.yaml", "data/test.parquet")}
    status = repository.run("git", "status", "--porcelain").stdout
    content = (repository.path / "reports/rotation.json").read_bytes()
    report = json.loads(content)
    assert report["test_sets"] == [{"rows": 120, "positives": 20, "weighted_positives": None}] * 2
    assert (report["rows"], report["positives"], report["reference"]) == (240, 40, "baseline")
    assert list(report["margins"]) == list(report["spread"]) == METRICS
    for name in METRICS:  # one treatment: the mean, and both classifiers
        found = [item["classifier"] for item in report["effects"] if item["metric"] == name]
        assert found == [None, "logistic_regression", "xgboost"]
    lines = first.stdout.splitlines()
    assert [line for line in lines if line.startswith("Test set")] == ["Test set 1 of 2", "Test set 2 of 2"]
    verdict = lines[next(at for at, line in enumerate(lines) if line.startswith("240 rows with 40 positives")) :]
    assert verdict[-1] == "All effects: reports/rotation.json"
    assert max(map(len, verdict)) <= 100

    second = rotate(repository, "--classifiers")
    assert trained(second) == []
    assert "Effects with one classifier: + better" in second.stdout
    assert (repository.path / "reports/rotation.json").read_bytes() == content
    assert {path: (repository.path / path).read_bytes() for path in files} == files
    assert repository.run("git", "status", "--porcelain").stdout == status
    assert not (repository.path / ".dvc/tmp/rotation").exists()


def test_a_failed_run_ends_the_command_and_leaves_no_copy(repository: Repository) -> None:
    stale = repository.path / ".dvc/tmp/rotation/models"  # of a killed run
    stale.mkdir(parents=True)
    done = rotate(repository, "60", check=False)
    assert done.returncode not in (0, 1)
    assert "error: params.yaml: split.rotation: the test set would have no positive row" in done.stdout + done.stderr
    assert "Test set 2 of 60" not in done.stdout
    assert not stale.parent.exists()


def test_wrong_arguments_are_refused(repository: Repository) -> None:
    def refuse(*arguments: str) -> str:
        return repository.call("tools.rotate", *arguments, check=False).stderr

    assert refuse("1") == "error: K: is 1; at least 2 is needed\n"
    assert refuse().startswith("error: K: is missing, and evaluate.rotate in params.yaml is")
    repository.edit_params(lambda params: params["split"].update(time="age"))
    assert refuse("2").startswith("error: params.yaml: split.time: is age, and only")
    shutil.rmtree(repository.path / ".git")
    repository.edit_params(lambda params: params["split"].update(time=None))
    assert refuse("2").startswith("error: .git: this folder is in no git repository")


@pytest.mark.skipif(sys.platform != "linux", reason="a process ends with its starter on Linux alone")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_command_leaves_no_process(repository: Repository, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tools.rotate", "2"]
    process = subprocess.Popen(command, cwd=repository.path, env=environment(), stdout=subprocess.DEVNULL)
    children: list[int] = []
    until = time.monotonic() + 60
    while not children and time.monotonic() < until:
        time.sleep(0.1)
        listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        children = [int(child) for child in listed.split()]
    assert children
    os.kill(process.pid, number)
    assert process.wait(timeout=5) == (128 + number if number != signal.SIGKILL else -number)
    time.sleep(1)
    assert not any(is_alive(child) for child in children)
