"""Processes forked from one server: how many run at a time, their exit codes, and that none remains."""

import io
import os
from pathlib import Path
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.support.processes import is_alive
from tools.repro import workers

ROOT = Path(__file__).parents[3]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")]


def write_program(folder: Path, work: str, names: str = "abcd", jobs: int = 2) -> list[str]:
    """Write a program that prints the names that succeeded, and ends with the exit code of `run_processes`."""
    (folder / "preloaded.py").write_text(
        "import os\n"
        "from stages.shared.runtime.child_process import exit_with_parent\n"
        "exit_with_parent(os.getppid())\n"
        "PROCESS = os.getpid()\n"
    )
    (folder / "program.py").write_text(
        "import multiprocessing, os, signal, sys, time\n"
        "from pathlib import Path\n"
        "from stages.shared.runtime.child_process import exit_with_parent\n"
        "from stages.shared.runtime.stop_signals import exit_on_signals\n"
        "from tools.repro.workers import run_processes\n"
        "def target(name):\n"
        "    exit_with_parent(os.getppid())\n"
        f"    exit_on_signals()\n    {work}\n"
        "if __name__ == '__main__':\n"
        "    exit_on_signals()\n"
        "    multiprocessing.set_forkserver_preload(['preloaded'])\n"
        f"    succeeded, code = run_processes(target, {names!r}, {jobs})\n"
        "    print(*sorted(succeeded), flush=True)\n"
        "    sys.exit(code)\n"
    )
    return [sys.executable, "-W", "error", "program.py"]


def run(folder: Path, work: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = write_program(folder, work, **options)  # type: ignore[arg-type]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{folder}"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_each_name_has_a_process_forked_from_the_server_with_the_preloaded_module(tmp_path: Path) -> None:
    done = run(tmp_path, "import preloaded; Path(name).write_text(f'{os.getpid()} {os.getppid()} {preloaded.PROCESS}')")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "a b c d\n")
    ids = [(tmp_path / name).read_text().split() for name in "abcd"]
    assert len({child for child, _, _ in ids}) == 4
    assert len({server for _, *servers in ids for server in servers}) == 1


@pytest.mark.parametrize(("jobs", "most"), [(1, 1), (2, 2), (9, 4)])
def test_at_most_so_many_run_at_a_time(tmp_path: Path, jobs: int, most: int) -> None:
    # each leaves a file while it works, waits a while for the others, and writes down how many it saw
    work = (
        "seen, here = 0, Path('at_' + name)\n"
        "    here.touch()\n"
        "    for _ in range(100):\n"
        "        seen = max(seen, len(list(Path().glob('at_*'))))\n"
        f"        time.sleep(.01 if seen < {most} else 0)\n"
        "    here.unlink()\n"
        "    Path(name).write_text(str(seen))"
    )
    done = run(tmp_path, work, jobs=jobs)
    assert done.returncode == 0, done.stderr
    assert max(int((tmp_path / name).read_text()) for name in "abcd") == most


@pytest.mark.parametrize(
    ("work", "names", "code", "stdout", "stderr"),
    [
        # the other process finishes, and none starts
        ("sys.exit(2) if name == 'a' else time.sleep(.5)", "abcd", 2, "b\n", "error: a: exited with 2\n"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "a", 128 + signal.SIGKILL, "\n", "error: a: exited with 137\n"),
        ("raise ValueError('of the work')", "a", 1, "\n", "ValueError: of the work\nerror: a: exited with 1\n"),
    ],
)
def test_a_failure_is_reported(tmp_path: Path, work: str, names: str, code: int, stdout: str, stderr: str) -> None:
    done = run(tmp_path, work, names=names)
    assert (done.returncode, done.stdout) == (code, stdout)
    assert done.stderr.endswith(stderr)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("setup", ["pass;", "signal.signal(signal.SIGTERM, signal.SIG_IGN);"])
def test_a_stopped_run_leaves_no_process_behind(tmp_path: Path, number: signal.Signals, setup: str) -> None:
    work = f"{setup} Path(name).write_text(str(os.getpid())); Path(name).rename('at_' + name); time.sleep(600)"
    command = write_program(tmp_path, work)
    process = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"})
    files = [tmp_path / "at_a", tmp_path / "at_b"]
    while not all(file.exists() for file in files):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(30) == (-number if number == signal.SIGKILL else 128 + number)
    ids = [int(file.read_text()) for file in files]
    deadline = time.monotonic() + 10
    while any(is_alive(one) for one in ids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(is_alive(one) for one in ids)


class Writes(io.RawIOBase):
    """What is written, write by write."""

    def __init__(self) -> None:
        self.made: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.made.append(bytes(data))
        return len(data)


def test_a_stage_begins_with_a_whole_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unbuffered, as with PYTHONUNBUFFERED, each write of Python is one of the process; others come between."""
    raw = Writes()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, "utf-8", write_through=True))
    for name in ("EVENHAND_WORKERS", "EVENHAND_STAGES", "DVC_STAGE"):  # restored afterwards
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr(sys, "argv", [])
    for name in ("exit_with_starter", "run_cli"):
        monkeypatch.setattr(workers, name, lambda *_: None)
    workers.run_stage("stages.report", 1, "report")
    assert b"Running stage 'report' in a fork\n" in raw.made
