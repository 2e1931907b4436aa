"""A process pool for the fits of one stage.

Workers are forked, so they inherit the table and the imported libraries. Each fit uses one thread; results do not
depend on the number of workers. With one worker, or where a fork is not safe, the calls run in this process.
"""

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
import multiprocessing
import os
import pickle
import signal
import sys
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from stages.shared.errors import InputError
from stages.shared.runtime.child_process import exit_with_parent
from stages.shared.runtime.stop_signals import Stopped

Context = TypeVar("Context")
Args = ParamSpec("Args")
Result = TypeVar("Result")

#: seconds between two checks for messages of workers
POLL = 0.2

#: the first argument of every call in a worker; set once when the worker starts
_context: Any = None


class WorkerPool(Generic[Context]):
    """Calls functions with `context` as their first argument, in `workers` forked processes or in this one."""

    def __init__(self, context: Context, workers: int = 1) -> None:
        self._context = context
        self._pool: ProcessPoolExecutor | None = None
        self._messages: Any = None
        self._relayed: tuple[Callable[[str], None], ...] = ()
        if workers > 1 and sys.platform == "linux":  # elsewhere libraries do not survive a fork
            fork = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(workers, fork, _start_worker, (context, os.getpid()))
            self._messages = fork.SimpleQueue()

    def __enter__(self) -> "WorkerPool[Context]":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:  # a stopped stage does not wait: its workers end with it
            self._pool.shutdown(wait=not isinstance(error, Stopped), cancel_futures=True)

    def relay(self, *functions: Callable[[str], None]) -> tuple[Callable[[str], None], ...]:
        """Return functions that workers can call, so that `get_result` calls `functions` in this process.

        They must be in the context before the first call is submitted.
        """
        if self._pool is None:
            return functions
        self._relayed = functions
        return tuple(partial(_send, self._messages, index) for index in range(len(functions)))

    def get_result(self, future: "Future[Result]") -> Result:
        """Wait for a call and return its result; meanwhile pass on what workers send to relayed functions."""
        done = False
        while self._pool is not None and not done:
            done = bool(wait([future], POLL).done)
            while not self._messages.empty():
                index, text = self._messages.get()
                self._relayed[index](text)
        return get_result(future)

    def submit(
        self, function: Callable[Concatenate[Context, Args], Result], *args: Args.args, **kwargs: Args.kwargs
    ) -> "Future[Result]":
        """Start `function(context, …)`. The arguments and the result must be picklable."""
        if self._pool is not None:
            return self._pool.submit(_call_with_context, function, args, kwargs)
        future: Future[Result] = Future()
        # pickled as in a worker: the file of a model depends on which objects are identical
        future.set_result(pickle.loads(pickle.dumps(function(self._context, *args, **kwargs))))  # noqa: S301
        return future


def get_result(future: "Future[Result]") -> Result:
    """Wait for a call and return its result. Raises InputError when a worker process was killed."""
    try:
        return future.result()
    except BrokenProcessPool:
        raise InputError(
            "EVENHAND_WORKERS: a worker process was killed, most likely because memory ran out; "
            "EVENHAND_WORKERS=1 works in one process, which needs less"
        ) from None


def _send(messages: Any, index: int, text: str) -> None:
    messages.put((index, text))


def _start_worker(context: Any, parent: int) -> None:
    global _context
    exit_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the stage as well, which ends this process
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _context = context


def _call_with_context(function: Callable[..., Result], args: Any, kwargs: Any) -> Result:
    return function(_context, *args, **kwargs)
