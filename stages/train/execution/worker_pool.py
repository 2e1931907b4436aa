"""Workers for the fits of one stage: forks of this process, which know what it knows and need no imports.

A fit takes one thread and the cores are filled by fits side by side; results do not depend on how many there are. One
process and its threads serve where there is no safe fork, or where the table is so large that one fit fills the memory.
"""

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
import multiprocessing
import os
import pickle
import sys
from threading import Thread
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from stages.shared.errors import InputError
from stages.shared.runtime.child_process import exit_with_parent

Known = TypeVar("Known")
Rest = ParamSpec("Rest")
Result = TypeVar("Result")
Tell = Callable[[str], None]


class Crew(Generic[Known]):
    """Calls functions with `known` as their first argument, in `workers` forks or, with one worker, right away.

    `told` hears of what they `tell`.
    """

    def __init__(self, known: Known, workers: int = 1, told: Tell = lambda _: None) -> None:
        self._known, self._told = known, told
        self._pool: ProcessPoolExecutor | None = None
        if workers > 1 and sys.platform == "linux":  # elsewhere libraries do not survive a fork
            fork = multiprocessing.get_context("fork")
            self._queue = fork.SimpleQueue()
            self._listener = Thread(target=self._listen, daemon=True)
            self._pool = ProcessPoolExecutor(workers, fork, _start, (known, self._queue.put, os.getpid()))

    def __enter__(self) -> "Crew[Known]":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is None:
            return
        self._pool.shutdown(cancel_futures=True)
        if self._listener.is_alive():
            self._queue.put(None)
            self._listener.join()

    def call(
        self, work: Callable[Concatenate[Known, Rest], Result], *rest: Rest.args, **named: Rest.kwargs
    ) -> "Call[Result]":
        """`work(known, …)`, begun; its arguments and its result must be such as can be pickled."""
        if self._pool is None:
            _Here.known, _Here.tell = self._known, staticmethod(self._told)
            done: Future[Result] = Future()
            # through pickle, as from a worker: which objects are one and the same shows in the file of a model
            done.set_result(pickle.loads(pickle.dumps(work(self._known, *rest, **named))))  # noqa: S301
            return Call(done)
        call = Call(self._pool.submit(_work, work, rest, named))
        if self._listener.ident is None:  # with the first call all workers are forked: no thread was there to be lost
            self._listener.start()
        return call

    def _listen(self) -> None:
        while (what := self._queue.get()) is not None:
            self._told(what)


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


class _Here:
    """What the functions that are called find in this process."""

    known: Any = None
    tell: Tell = staticmethod(lambda _: None)


def tell(what: str) -> None:
    """Tells whoever called that something is done."""
    _Here.tell(what)


def _start(known: Any, tell: Tell, parent: int) -> None:
    exit_with_parent(parent)
    _Here.known, _Here.tell = known, staticmethod(tell)


def _work(work: Callable[..., Result], rest: Any, named: Any) -> Result:
    return work(_Here.known, *rest, **named)
