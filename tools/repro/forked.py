"""Runs a function in a fork, which needs no imports of its own."""

from collections.abc import Callable
import multiprocessing
from typing import Any

from stages.shared.runtime.child_process import exit_code, exit_with_starter, stop_processes


def run_in_fork(target: Callable[..., object], *arguments: object) -> int:
    """Call a function in a fork, which ends with this process; return its exit code."""
    context: Any = multiprocessing.get_context("fork")  # Windows has none
    fork = context.Process(target=_call, args=(target, *arguments))
    fork.start()
    try:
        fork.join()
    finally:
        stop_processes([fork])
    return exit_code(fork)


def _call(target: Callable[..., object], *arguments: object) -> None:
    exit_with_starter()
    target(*arguments)
