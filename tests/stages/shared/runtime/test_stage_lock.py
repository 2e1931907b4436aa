"""Two stages at work in one repository: which of them wait for each other, and that a killed one is no obstacle."""

import os
from pathlib import Path
import signal
import subprocess
import sys

import pytest

from stages.shared.errors import BusyError
from stages.shared.runtime import stage_lock

ROOT = Path(__file__).parents[4]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty DVC repository, in which this process holds nothing."""
    (tmp_path / ".dvc").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stage_lock, "_held", {})
    monkeypatch.setattr(stage_lock, "PATIENCE", 0.1)
    return tmp_path


def hold(repository: Path, *stage: str) -> "subprocess.Popen[str]":
    """Start a process that holds the lock of a stage."""
    code = (
        "import sys, time\nfrom stages.shared.runtime.stage_lock import lock_stage\n"
        "lock_stage(*sys.argv[1:])\nprint('held', flush=True)\ntime.sleep(60)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *stage]
    process = subprocess.Popen(command, cwd=repository, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.slow
@pytest.mark.parametrize(
    ("other", "this", "busy"),
    [
        (["train", "smote"], ["train", "baseline"], False),
        (["train", "smote"], ["train", "smote"], True),
        (["train", "smote"], ["evaluate"], True),
        (["evaluate"], ["train", "smote"], True),
        (["report"], ["report"], True),
    ],
)
def test_only_other_trainings_may_be_at_work(repository: Path, other: list[str], this: list[str], busy: bool) -> None:
    with hold(repository, *other) as process:
        try:
            if busy:
                with pytest.raises(BusyError, match="another stage is at work") as error:
                    stage_lock.lock_stage(*this)
                assert error.value.exit_code == 75
            else:
                stage_lock.lock_stage(*this)
        finally:
            process.send_signal(signal.SIGKILL)
    stage_lock.lock_stage(*this)  # the kernel has released it


def test_outside_a_repository_there_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stage_lock.lock_stage("train", "smote")
    assert list(tmp_path.iterdir()) == []


def test_one_process_may_be_several_stages(repository: Path) -> None:
    for stage in (["train", "smote"], ["train", "smote"], ["evaluate"], ["report"]):
        stage_lock.lock_stage(*stage)
    assert sorted(path.name for path in (repository / ".dvc/tmp").iterdir()) == ["stages.lock", "train@smote.lock"]


def test_on_windows_there_is_no_lock(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "fcntl", None)  # it cannot be imported there
    stage_lock.lock_stage("train", "smote")
    assert list((repository / ".dvc").iterdir()) == []
