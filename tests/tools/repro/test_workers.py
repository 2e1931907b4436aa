"""Work in forks: how many at a time, what an end means, and that none is left behind."""

import os
from pathlib import Path
import signal
import subprocess
import sys
import time

import pytest

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")


def program(work: str, names: str = "abcd", jobs: int = 2) -> list[str]:
    """A process of its own, since pytest's has threads: prints each end, and ends with what run_forks gives."""
    code = (
        "import os, signal, sys, time\n"
        "from pathlib import Path\n"
        "from tools.repro.workers import run_forks\n"
        f"def work(name):\n    {work}\n"
        f"sys.exit(run_forks({names!r}, {jobs}, work, lambda name, code: print(name, code, flush=True)))\n"
    )
    return [sys.executable, "-W", "error", "-c", code]


def run(folder: Path, work: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        program(work, **options), cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_each_name_is_worked_on_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = run(tmp_path, "Path(name).write_text(f'{os.getpid()} {os.getppid()}')")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.split("\n")) == ["", "a 0", "b 0", "c 0", "d 0"]
    ids = [(tmp_path / name).read_text().split() for name in "abcd"]
    assert len({child for child, _ in ids}) == 4
    assert len({parent for _, parent in ids}) == 1


@pytest.mark.parametrize(("jobs", "most"), [(1, 1), (2, 2), (9, 4)])
def test_so_many_at_a_time_and_no_more(tmp_path: Path, jobs: int, most: int) -> None:
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


def test_after_a_failure_none_is_started_and_the_others_go_on_to_their_end(tmp_path: Path) -> None:
    done = run(tmp_path, "sys.exit(2) if name == 'a' else time.sleep(.5)")
    assert done.returncode == 2
    assert done.stdout.split("\n") == ["a 2", "b 0", ""]


def test_a_killed_fork_is_a_failure(tmp_path: Path) -> None:
    done = run(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)", names="a")
    assert done.returncode == 128 + signal.SIGKILL
    assert done.stdout == "a 137\n"


def test_an_exception_is_told_and_is_a_failure(tmp_path: Path) -> None:
    done = run(tmp_path, "raise ValueError('of the work')", names="a")
    assert done.returncode == 1
    assert "ValueError: of the work" in done.stderr


def test_what_a_fork_prints_is_not_taken_for_an_end(tmp_path: Path) -> None:
    done = run(tmp_path, "os.write(1, b'b 0\\n')", names="a")
    assert (done.stdout, done.stderr) == ("a 0\n", "b 0\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("manner", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN);"])
def test_stopped_it_leaves_none_behind(tmp_path: Path, number: signal.Signals, manner: str) -> None:
    work = f"{manner} Path(name).write_text(str(os.getpid())); Path(name).rename('at_' + name); time.sleep(600)"
    process = subprocess.Popen(program(work), cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
    files = [tmp_path / "at_a", tmp_path / "at_b"]
    while not all(file.exists() for file in files):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(30) == (-number if number == signal.SIGKILL else 128 + number)
    ids = [int(file.read_text()) for file in files]
    patience = time.monotonic() + 10
    while any(alive(one) for one in ids) and time.monotonic() < patience:
        time.sleep(0.02)
    assert not any(alive(one) for one in ids)


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # a zombie writes nothing; whoever adopted it has not looked yet
