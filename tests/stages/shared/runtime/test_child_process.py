"""A command that DVC started ends with DVC, whatever shell stands between."""

import os
from pathlib import Path
import signal
import subprocess
import sys
import time

import pytest

from tests.support.processes import is_alive

ROOT = Path(__file__).parents[4]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="prctl is of Linux")]

STAGE = """
import os, time
from pathlib import Path
from stages.shared.errors import run_cli

def main():
    Path("stage.new").write_text(str(os.getpid()))
    Path("stage.new").rename("stage")
    time.sleep(600)

run_cli(main)
"""


@pytest.mark.parametrize("waits", [False, True], ids=["a shell that becomes the command", "a shell that waits"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_stage_ends_with_dvc(tmp_path: Path, waits: bool, number: signal.Signals) -> None:
    (tmp_path / "stage.py").write_text(STAGE)
    shell = f"{sys.executable} stage.py{'; true' * waits}"
    dvc = f"import subprocess; subprocess.run(['/bin/sh', '-c', {shell!r}])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DVC_STAGE": "train@smote"}
    parent = subprocess.Popen([sys.executable, "-c", dvc], cwd=tmp_path, env=environment)
    while not (tmp_path / "stage").exists():
        assert parent.poll() is None
        time.sleep(0.02)
    stage = int((tmp_path / "stage").read_text())
    parent.send_signal(number)
    parent.wait(10)
    patience = time.monotonic() + 2
    while is_alive(stage) and time.monotonic() < patience:
        time.sleep(0.02)
    assert not is_alive(stage)


def test_a_stage_whose_dvc_has_ended_before_does_not_begin(tmp_path: Path) -> None:
    """DVC can be killed while the stage is still importing."""
    (tmp_path / "stage.py").write_text("import time; time.sleep(1)\n" + STAGE)
    dvc = f"import subprocess; print(subprocess.Popen([{sys.executable!r}, 'stage.py']).pid, flush=True)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DVC_STAGE": "train@smote"}
    ended = subprocess.run(
        [sys.executable, "-c", dvc], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, start_new_session=True
    )
    patience = time.monotonic() + 10
    while is_alive(int(ended.stdout)) and time.monotonic() < patience:
        time.sleep(0.02)
    assert not is_alive(int(ended.stdout))
    assert not (tmp_path / "stage").exists()
