"""Train stages in processes forked from a server that has imported the libraries (multiprocessing's forkserver).

The imports take longer than the training of a simple strategy.
"""

from collections.abc import Callable, Sequence
from functools import partial
import io
import multiprocessing
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
import os
import signal
import sys

from stages.shared.errors import run_cli
from stages.shared.runtime.child_process import exit_with_parent
from stages.shared.runtime.threads import STAGES, WORKERS, cores
from stages.train.__main__ import main

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def train_stages(names: Sequence[str], jobs: int) -> tuple[list[str], int]:
    """Train stages, `jobs` at a time; return those that succeeded, and the exit code."""
    jobs = min(jobs, len(names))
    print(f"Training {', '.join(names)}: {jobs} at a time, in forks of one process", flush=True)
    multiprocessing.set_forkserver_preload(["tools.repro.preload"])
    return run_processes(partial(train_stage, jobs), names, jobs)


def run_processes(target: Callable[[str], None], names: Sequence[str], jobs: int) -> tuple[list[str], int]:
    """Call `target(name)` for each name in a process of its own, `jobs` at a time in the given order.

    Return the names that succeeded, and the first exit code other than 0: 128 + n if signal n killed the process. After
    a failure no process starts, but the running ones finish, as with `make -j`. SystemExit stops all of them.
    """
    waiting, running, succeeded, code = list(names), list[BaseProcess](), list[str](), 0
    try:
        while running or (waiting and not code):
            while waiting and not code and len(running) < jobs:
                name = waiting.pop(0)
                fork = multiprocessing.get_context("forkserver").Process(target=target, args=(name,), name=name)
                fork.start()
                running.append(fork)
            wait([process.sentinel for process in running])
            for process in [process for process in running if process.exitcode is not None]:
                running.remove(process)
                if exit_code := process.exitcode or 0:
                    exit_code = exit_code if exit_code > 0 else 128 - exit_code
                    print(f"error: {process.name}: exited with {exit_code}", file=sys.stderr)
                    code = code or exit_code
                else:
                    succeeded.append(process.name)
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        for child in multiprocessing.active_children():
            child.terminate()
        for child in multiprocessing.active_children():
            child.join(timeout=3)  # the seconds in which it may clean up
            child.kill()
    return succeeded, code


def train_stage(jobs: int, name: str) -> None:
    """Run the command of the stage `name`, `python -m stages.train`, in this process, one of `jobs` at a time."""
    exit_with_parent(os.getppid())
    exit_on_signals()
    os.environ.setdefault(WORKERS, str(max(1, cores() // jobs)))
    os.environ.update({STAGES: str(jobs), "DVC_STAGE": name})
    sys.argv = ["python -m stages.train"]
    sys.stderr = _Stderr(sys.stderr.buffer, errors="backslashreplace", line_buffering=True)
    print(f"Running stage '{name}' in a fork", file=sys.stderr)
    run_cli(main)


def exit_on_signals() -> None:
    """Let SIGINT and SIGTERM raise SystemExit with 128 + signal, so that half-written files are removed."""
    for number in STOP_SIGNALS:
        signal.signal(number, lambda number, frame: sys.exit(128 + number))


class _Stderr(io.TextIOWrapper):
    def isatty(self) -> bool:  # the progress bars of several processes would overwrite each other
        return False
