"""Ctrl-C and SIGTERM: the exit code, the time, the half-written files, and the children."""

import os
from pathlib import Path
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from stages.shared.runtime import stop_signals
from tests.support.processes import is_alive

ROOT = Path(__file__).parents[4]

PROGRAM = """
import os, time
from pathlib import Path
from stages.shared.errors import run_cli
from stages.shared.storage.files import atomic_path
from stages.train.execution.worker_pool import WorkerPool, get_result

def work(context):
    Path(f"child.{os.getpid()}").touch()
    time.sleep(60)

def main():
    with atomic_path(Path("half")) as temporary:
        BODY

run_cli(main)
"""

BODIES = {
    "python": "Path('ready').touch(); time.sleep(60)",
    # a call into C that does not return to Python: a regular expression that takes years
    "a library": "import numpy; Path('ready').touch(); numpy.linalg.svd(numpy.random.rand(4000, 4000))",
    "a caught exception": (
        "\n        while True:"
        "\n            try: Path('ready').touch(); time.sleep(60)"
        "\n            except BaseException: pass"
    ),
    "workers": (
        "\n        with WorkerPool(0, 2) as pool:"
        "\n            calls = [pool.submit(work), pool.submit(work)]"
        "\n            while len(list(Path().glob('child.*'))) < 2: time.sleep(.01)"
        "\n            Path('ready').touch(); get_result(calls[0])"
    ),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="signals of Linux")
@pytest.mark.parametrize(("number", "group"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
@pytest.mark.parametrize("body", BODIES)
def test_a_stopped_command_ends_soon(tmp_path: Path, body: str, number: signal.Signals, group: bool) -> None:
    (tmp_path / "program.py").write_text(PROGRAM.replace("BODY", BODIES[body]))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.Popen(
        [sys.executable, "-W", "error", "program.py"],
        cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    while not (tmp_path / "ready").exists():
        assert run.poll() is None
        time.sleep(0.02)
    time.sleep(0.1)
    (os.killpg if group else os.kill)(run.pid, number)
    begun = time.monotonic()
    _, said = run.communicate(timeout=30)
    assert (run.returncode, said) == (128 + number, "")
    assert time.monotonic() - begun < 2
    if body in ("python", "workers"):  # the others end without cleaning up
        assert not list(tmp_path.glob(".half.*"))
    children = [int(path.suffix[1:]) for path in tmp_path.glob("child.*")]
    assert len(children) == 2 * (body == "workers")
    patience = time.monotonic() + 2
    while any(map(is_alive, children)) and time.monotonic() < patience:
        time.sleep(0.02)
    assert not any(map(is_alive, children))


def test_a_block_that_must_finish_does(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    monkeypatch.setattr(sys, "platform", "win32")  # where no thread watches
    monkeypatch.setattr(stop_signals._State, "pending", 0)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    before = signal.getsignal(signal.SIGTERM)
    undo = stop_signals.exit_on_signals()

    def commit() -> None:
        with stop_signals.finish_first():
            signal.raise_signal(signal.SIGTERM)
            done.append("committed")

    try:
        with pytest.raises(stop_signals.Stopped) as stop:
            commit()
    finally:
        undo()
    assert (done, stop.value.code) == (["committed"], 143)
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.skipif(sys.platform != "linux", reason="signals of Linux")
@pytest.mark.parametrize(
    ("place", "name", "error"), [(os, "pipe", OSError()), (threading.Thread, "start", RuntimeError())]
)
def test_a_command_runs_without_the_watch_where_files_or_threads_are_too_many(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, error: Exception
) -> None:
    def fail(*_: Any) -> None:
        raise error

    before = signal.getsignal(signal.SIGTERM)
    with monkeypatch.context() as patch:
        patch.setattr(place, name, fail)
        undo = stop_signals.exit_on_signals()
    assert signal.getsignal(signal.SIGTERM) is not before
    undo()
    assert signal.getsignal(signal.SIGTERM) is before
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()
