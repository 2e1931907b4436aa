"""Workers for the fits of one stage: forks of this process, which know what it knows and need no imports.

A fit takes one thread and the cores are filled by fits side by side; results do not depend on how many there are. One
process and its threads serve where there is no safe fork, or where the table is so large that one fit fills the memory.
"""

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
import multiprocessing
import sys
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from stages.shared.errors import InputError
from stages.shared.processes import end_with_parent

Known = TypeVar("Known")
Rest = ParamSpec("Rest")
Result = TypeVar("Result")

#: what the workers know; set in each of them as it starts
_known: Any = None


class Crew(Generic[Known]):
    """Calls functions with `known` as their first argument, in `workers` forks or, with one worker, right away."""

    def __init__(self, known: Known, workers: int = 1) -> None:
        self._known, self._stack = known, ExitStack()
        self._pool = None
        if workers > 1 and sys.platform == "linux":  # elsewhere libraries do not survive a fork
            fork = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(workers, mp_context=fork, initializer=_start, initargs=(known,))

    def __enter__(self) -> "Crew[Known]":
        if self._pool is not None:
            self._stack.enter_context(self._pool)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None and error is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._stack.close()

    def call(
        self, work: Callable[Concatenate[Known, Rest], Result], *rest: Rest.args, **named: Rest.kwargs
    ) -> "Call[Result]":
        """`work(known, …)`, begun; its arguments and its result must be such as can be pickled."""
        if self._pool is None:
            done: Future[Result] = Future()
            done.set_result(work(self._known, *rest, **named))
            return Call(done)
        return Call(self._pool.submit(_work, work, rest, named))


class Call(Generic[Result]):
    """A call on its way."""

    def __init__(self, future: "Future[Result]") -> None:
        self._future = future

    def result(self) -> Result:
        """What it gave, or raises what it raised; InputError when its process was ended from outside."""
        try:
            return self._future.result()
        except BrokenProcessPool:
            raise InputError(
                "train: a worker process was ended from outside, most likely because memory ran out; "
                "EVENHAND_WORKERS=1 trains in one process, which needs less"
            ) from None


def _start(known: Any) -> None:
    global _known
    end_with_parent()
    _known = known


def _work(work: Callable[..., Result], rest: Any, named: Any) -> Result:
    return work(_known, *rest, **named)
