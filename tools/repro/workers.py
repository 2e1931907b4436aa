"""Train stages in processes forked from a server that has imported the libraries once (multiprocessing's forkserver).

The imports take longer than the training of a simple strategy.
"""

from collections.abc import Callable, Iterable, Sequence
import io
import multiprocessing
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
import os
from pathlib import Path
import sys
import time

from stages.shared.errors import run_cli
from stages.shared.runtime.child_process import exit_with_parent
from stages.shared.runtime.threads import STAGES, WORKERS
from tools.repro.signals import exit_on_signals

#: seconds in which a process may clean up after SIGTERM
GRACE = 3.0


def train_stages(names: Sequence[str], jobs: int, cores: int) -> tuple[list[str], int]:
    """Train stages, `jobs` at a time; return those that succeeded, and the exit code."""
    jobs = min(jobs, len(names))
    print(f"Training {', '.join(names)}: {jobs} at a time, in forks of one process", flush=True)
    # a worker pool inside a stage may use the cores that are left; DVC_ROOT is what DVC sets for a command
    environment = {STAGES: str(jobs), "DVC_ROOT": str(Path.cwd())}
    environment.setdefault(WORKERS, os.environ.get(WORKERS, str(max(1, cores // jobs))))
    return run_processes(names, jobs, train_stage, environment, preload="tools.repro.preload")


def run_processes(
    names: Sequence[str],
    jobs: int,
    target: Callable[[str, dict[str, str]], None],
    environment: dict[str, str],
    preload: str,
) -> tuple[list[str], int]:
    """Call `target(name, environment)` for each name in a process of its own, `jobs` at a time in the given order.

    Return the names whose process succeeded, and the first exit code other than 0: 128 + n if signal n killed it. After
    a failure no process is started; those that run go on to their end, as with `make -j`. A SystemExit, which a signal
    raises, stops all of them.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload])
    waiting, succeeded, code = list(names), list[str](), 0
    running: dict[str, BaseProcess] = {}
    try:
        while running or (waiting and not code):
            while waiting and not code and len(running) < jobs:
                name = waiting.pop(0)
                running[name] = context.Process(target=target, args=(name, environment))
                running[name].start()
            wait([process.sentinel for process in running.values()])
            for name in [name for name, process in running.items() if process.exitcode is not None]:
                if exit_code := running.pop(name).exitcode or 0:
                    exit_code = exit_code if exit_code > 0 else 128 - exit_code
                    print(f"error: {name}: exited with {exit_code}", file=sys.stderr)
                    code = code or exit_code
                else:
                    succeeded.append(name)
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        _stop(running.values())
    return succeeded, code


def train_stage(name: str, environment: dict[str, str]) -> None:
    """Run what DVC runs for the stage `name`, `python -m stages.train`, in this process."""
    from stages.train.__main__ import main

    exit_with_parent(os.getppid())
    os.environ.update(environment, DVC_STAGE=name)
    sys.argv = ["python -m stages.train"]
    sys.stderr = _Lines(open(2, "wb", closefd=False), errors="backslashreplace", line_buffering=True)  # noqa: SIM115
    print(f"Running stage '{name}' in a fork", file=sys.stderr)
    with exit_on_signals():
        run_cli(main)


class _Lines(io.TextIOWrapper):
    """The stderr of one process among several: whole lines, and no progress bars that overwrite each other."""

    def isatty(self) -> bool:
        """Return False."""
        return False


def _stop(processes: Iterable[BaseProcess]) -> None:
    started = [process for process in processes if process.pid is not None]
    for process in started:
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in started:
        process.join(max(0.0, deadline - time.monotonic()))
        process.kill()
        process.join()
