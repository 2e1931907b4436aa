"""The part of an engine that runs on its workers: compare installations, read the train set, and make calls.

A worker may have another working folder, and another disk, than the stage.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
import os
from pathlib import Path
import pickle
import platform
import tempfile
import threading
import traceback
from typing import Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from stages.shared.errors import BusyError, InputError, raise_problems
from stages.shared.storage.files import sha256
from stages.shared.storage.parquet import Table, read_table
from stages.train.execution.engines.installation import describe_installation
from stages.train.params import TrainParams
from stages.train.strategy.context import StrategyContext


@dataclass(frozen=True)
class TrainSet:
    """The file of the train set: its path on disks that the stage and the workers share, and its hash."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class ContextSpec:
    """What a StrategyContext is made from. It is small, because each call brings it along."""

    train_set: TrainSet
    name: str
    params: TrainParams
    without: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    """The result of a call, or its error, and the fits that it finished."""

    result: Any
    error: Exception | None
    finished: list[str]


class Call:
    """A call that is made where it is unpickled, so schedulers between stage and worker need not import it."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self._function, self._args = function, args

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._function, self._args


#: tables that came through the engine, by hash
_received: dict[str, Path] = {}

#: their folders, which are removed when this process ends
_folders: list[tempfile.TemporaryDirectory[str]] = []

#: thread limits and caches belong to the process, so it makes one call at a time, whatever its threads
_call_lock = threading.Lock()


def describe_worker() -> str:
    """Return the name of this process in messages."""
    return f"{platform.node()}, process {os.getpid()}"


def find_differences(expected: dict[str, str]) -> list[str]:
    """Return how this process differs from the `expected` description of an installation."""
    actual = describe_installation()
    return [
        f"worker {describe_worker()}: {name} {actual.get(name, 'none')}, expected {value}"
        for name, value in expected.items()
        if actual.get(name) != value
    ]


def receive_table(digest: str, content: bytes) -> None:
    """Keep the file of a train set until this process ends."""
    if digest not in _received:
        folder = tempfile.TemporaryDirectory(prefix="evenhand-")
        _folders.append(folder)
        path = Path(folder.name) / "train.parquet"
        path.write_bytes(content)
        _received[digest] = path


def can_read(train_set: TrainSet) -> bool:
    """Return whether this process has the table, or reads the same file as the stage."""
    if train_set.sha256 in _received:
        return True
    try:
        return sha256(train_set.path) == train_set.sha256
    except (InputError, OSError):  # it is absent here
        return False


def make_call(expected: dict[str, str], spec: bytes, work: bytes) -> bytes:
    """Return the pickled Reply of a call with the context of `spec`, a pickled ContextSpec.

    `work` is a function with its other arguments, pickled. It is read only where this process is as `expected`.
    """
    finished: list[str] = []
    with _call_lock, threadpool_limits(1):
        try:
            raise_problems(find_differences(expected))  # of a worker that came later
            context = _make_context(spec)
            context.finish = finished.append
            function, args = pickle.loads(work)  # noqa: S301
            reply = Reply(function(context, *args), None, finished)
        except Exception as error:
            if not isinstance(error, InputError):  # a bug; its traceback would stay here
                error.add_note(f"worker {describe_worker()}:\n{traceback.format_exc()}")
            reply = Reply(None, error, finished)
    return pickle.dumps(reply)


@lru_cache(maxsize=1)
def _make_context(pickled: bytes) -> StrategyContext:
    spec: ContextSpec = pickle.loads(pickled)  # noqa: S301
    return StrategyContext(_read_table(spec.train_set), spec.name, spec.params, without=spec.without)


@lru_cache(maxsize=1)
def _read_table(train_set: TrainSet) -> Table:
    if not can_read(train_set):
        raise BusyError(f"worker {describe_worker()}: came later, and cannot read {train_set.path}; run this again")
    return read_table(_received.get(train_set.sha256, train_set.path))
