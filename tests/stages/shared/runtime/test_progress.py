"""The progress of a stage: never silent for long on a terminal, plain lines elsewhere, and no thread beside a fork."""

import os
from pathlib import Path
import subprocess
import sys

import pytest

from tests.support.terminal import record

ROOT = Path(__file__).parents[4]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")]

#: a stage of three fits, each a call into a library that holds on for a second
STAGE = """
import sys, time
from stages.shared.runtime import progress as module

module.LIVE, module.PLAIN = float(sys.argv[1]), float(sys.argv[2])
with module.Progress("train@smote", "imports the libraries") as progress:
    time.sleep(1)
    progress.count(3, "fits")
    for fold in (1, 2, 3):
        progress.begin(f"random_forest, fold {fold}")
        time.sleep(1)
        progress(f"random_forest, fold {fold}")
    progress.line("train@smote random_forest: done")
"""

#: folds in two workers, whose parent notes its threads at each fork
WORKERS = """
import os, threading, time
threads = []  # hooks run in reverse order, so this one after all of the project
os.register_at_fork(before=lambda: threads.append([thread.name for thread in threading.enumerate()]))
from stages.shared.errors import run_cli
from stages.shared.runtime import progress as module
from stages.train.execution.worker_pool import WorkerPool

class Context: pass

def fit(context, fold):
    context.begin(f"mlp, fold {fold}")
    time.sleep(.5)
    context.finish(f"mlp, fold {fold}")

def main():
    module.PLAIN = .2
    with module.Progress("train@smote") as progress, WorkerPool(Context(), 2) as pool:
        progress.count(4, "fits")
        pool._context.begin, pool._context.finish = pool.relay(progress.begin, progress)
        time.sleep(.3)  # the thread is at work
        for call in [pool.submit(fit, fold) for fold in (1, 2, 3, 4)]:
            pool.get_result(call)
        assert "progress" in [thread.name for thread in threading.enumerate()]
    assert threads and set(sum(threads, [])) == {"MainThread"}, threads

run_cli(main)
"""

#: two stages at a time on one terminal, one of which prints while the other is at work
TOGETHER = """
import sys, time
from stages.shared.runtime import progress as module
from tools.repro.workers import run_processes

def target(name):
    module.LIVE = .05
    module.share_terminal()
    with module.Progress(name) as progress:
        progress.count(2, "fits")
        progress.begin("slow fit")
        for number in range(4 if name == "second" else 1):
            time.sleep(1)
            print(f"{name} says {number}", file=sys.stderr)
        print(f"{name} says the end")

if __name__ == "__main__":
    print(*run_processes(target, ["first", "second", "third"], 2))
"""


def test_on_a_terminal_it_is_never_silent_for_long(tmp_path: Path) -> None:
    (tmp_path / "stage.py").write_text(STAGE)
    made = record(["stage.py", "0.1", "0.1"], tmp_path, PYTHONPATH=str(ROOT))
    assert made.code == 0
    assert made.longest_silence < 0.95  # a fit takes 1
    live = [lines[-1] for lines in made.screens()]
    assert any(line.startswith("train@smote: imports the libraries, 00:0") for line in live)
    second = [line for line in live if "| 1 of 3 fits, 00:01, 00:0" in line]
    assert second
    assert all(line.endswith(" left, random_forest, fold 2") for line in second)
    assert made.screens()[-1] == ["train@smote random_forest: done", ""]  # the live line is gone


def test_elsewhere_it_prints_plain_lines_and_in_short_runs_none(tmp_path: Path) -> None:
    (tmp_path / "stage.py").write_text(STAGE)

    def run(interval: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-W", "error", "stage.py", "0.1", interval], cwd=tmp_path, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
        )  # fmt: skip
        assert "\x1b" not in done.stderr
        assert "\r" not in done.stderr
        return done.stderr.splitlines()

    lines = run("0.3")
    assert len(lines) >= 1 + 4 // 0.5
    assert any(line.startswith("train@smote: 2 of 3 fits, 00:02, 00:01 left, random_forest, fold 3") for line in lines)
    assert run("25") == ["train@smote random_forest: done"]


@pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")
def test_workers_say_what_they_do_and_no_thread_is_beside_a_fork(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(WORKERS)
    done = subprocess.run(
        [sys.executable, "-W", "error", "program.py"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert any(line.startswith("train@smote: 0 of 4 fits") and "mlp, fold" in line for line in lines)
    assert any(line.startswith("train@smote: 2 of 4 fits") for line in lines)


@pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")
def test_stages_that_share_a_terminal_have_a_line_each(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(TOGETHER)
    made = record(["program.py"], tmp_path, PYTHONPATH=f"{ROOT}:{tmp_path}")
    assert made.code == 0, "".join(made.pieces)
    said = [f"{name} says {number}" for name, count in [("first", 1), ("second", 4), ("third", 1)] for number in
            (*range(count), "the end")]  # fmt: skip
    allowed = (*said, "", "['first', 'third', 'second'] 0")
    both = 0
    for lines in made.screens():
        live = [line for line in lines if line not in allowed]
        names = [line.partition(" |")[0] for line in live]
        cut = [name for name in names if name not in ("first", "second", "third")]
        # a piece may end inside a line, which is then the start of one that is allowed; all others are whole
        assert len(cut) <= 1, lines
        assert all(any(text.startswith(line) for text in ("first", "second", "third", *allowed)) for line in cut), lines
        both += len({line.partition(" |")[0] for line in live if line.endswith("left, slow fit")}) == 2
    assert both > 0  # a busy machine shows few of them
    assert sorted(line for line in made.screens()[-1] if line) == sorted([*said, allowed[-1]])
