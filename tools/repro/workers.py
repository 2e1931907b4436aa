"""Stages in processes forked from a server that has imported the libraries (multiprocessing's forkserver).

The imports take longer than the training of a simple strategy.
"""

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
import multiprocessing
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
import os
import sys
from typing import Any

from stages.shared.errors import run_cli
from stages.shared.messages import PACKAGE
from stages.shared.runtime.child_process import exit_code, exit_with_starter, stop_processes
from stages.shared.runtime.progress import ROW, erase_live_lines, share_terminal
from stages.shared.runtime.threads import STAGES, WORKERS, cores, usable_cores
from stages.train.execution.launch import trains_elsewhere

#: the module whose fits an engine can do
TRAIN = "stages.train"

#: how processes start; the libraries of macOS do not survive a fork, Windows has none
CONTEXT: Any = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")


def run_stages(module: str, names: Sequence[str], jobs: int | None) -> tuple[list[str], int]:
    """Run the stages `names`, each `python -m <module>`; return those that succeeded, and the exit code.

    By default as many run at a time as there are usable cores; all of them where the fits run elsewhere.
    """
    jobs = jobs or (len(names) if module == TRAIN and trains_elsewhere() else usable_cores())
    package = ["evenhand.alone"] if PACKAGE in os.environ else []
    multiprocessing.set_forkserver_preload([*package, "tools.repro.preload"])
    return run_processes(partial(run_stage, module, min(jobs, len(names))), names, jobs)


def run_processes(target: Callable[[str], None], names: Sequence[str], jobs: int) -> tuple[list[str], int]:
    """Call `target(name)` for each name in a process of its own, `jobs` at a time in the given order.

    Return the names that succeeded, and the first exit code other than 0: 128 + n if signal n killed the process. After
    a failure no process starts, but the running ones finish, as with `make -j`. SystemExit stops all of them.
    """
    waiting, running, succeeded, code = list(names), dict[BaseProcess, int](), list[str](), 0
    try:
        while running or (waiting and not code):
            while waiting and not code and len(running) < jobs:
                name, row = waiting.pop(0), min(set(range(jobs)) - set(running.values()))
                fork = CONTEXT.Process(target=call_in_row, args=(row, target, name), name=name)
                fork.start()
                running[fork] = row
            wait([process.sentinel for process in running])
            for process in [process for process in running if process.exitcode is not None]:
                del running[process]
                if failure := exit_code(process):
                    erase_live_lines()
                    print(f"error: {process.name}: exited with {failure}", file=sys.stderr)
                    code = code or failure
                else:
                    succeeded.append(process.name)
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        stop_processes(list(running))
        erase_live_lines()
    return succeeded, code


def call_in_row(row: int, target: Callable[[str], None], name: str) -> None:
    """Call `target(name)`, whose live line is so many rows below the cursor."""
    os.environ[ROW] = str(row)
    target(name)


def run_stage(module: str, jobs: int, name: str) -> None:
    """Run the command of the stage `name`, `python -m <module>`, in this process, one of `jobs` at a time."""
    exit_with_starter()
    if module != TRAIN or not trains_elsewhere():
        os.environ.setdefault(WORKERS, str(max(1, cores() // jobs)))
    os.environ.update({STAGES: str(jobs), "DVC_STAGE": name})
    sys.argv = [f"python -m {module}"]
    share_terminal()
    # one write, because other processes write as well; Python 3.12 and newer warn of the server's forks
    print(f"Running stage '{name}' in a fork\n", end="", file=sys.stderr)
    run_cli(import_module(f"{module}.__main__").main)
