"""The calls of one stage on the workers of an engine; the same methods as WorkerPool."""

from collections.abc import Callable
from concurrent.futures import Future, wait
import pickle
from types import TracebackType
from typing import Any, TypeVar

from stages.shared.errors import BusyError, InputError
from stages.shared.messages import single_line
from stages.shared.runtime.progress import ignore
from stages.shared.runtime.stop_signals import Stopped
from stages.train.execution.engines.installation import describe_installation
from stages.train.execution.engines.registry import ENGINE, START, Engine, connect
from stages.train.execution.engines.worker import (
    Call,
    ContextSpec,
    Reply,
    TrainSet,
    can_read,
    find_differences,
    make_call,
)  # fmt: skip
from stages.train.strategy.context import StrategyContext

Result = TypeVar("Result")

#: shows a text
Show = Callable[[str], None]

#: seconds between two checks of the state of the engine
POLL = 0.5

AGAIN = "nothing that was finished is lost; run this again"


class EnginePool:
    """Calls functions with the context of `spec` as their first argument, on the workers of an engine."""

    def __init__(self, engine: Engine, spec: ContextSpec) -> None:
        """Check the workers, and send them the train set where they cannot read it.

        Raises InputError when a worker differs from this process, BusyError where the engine fails.
        """
        self._engine, self._installation, self._spec = engine, describe_installation(), pickle.dumps(spec)
        self._finish: Show = ignore
        try:
            differences = [text for texts in self._call_workers(find_differences, self._installation) for text in texts]
            if differences:
                raise InputError([f"{ENGINE}: {text}; {START}" for text in differences])
            if not all(self._call_workers(can_read, spec.train_set)):
                engine.send_table(spec.train_set.sha256, spec.train_set.path.read_bytes())
        except BaseException:
            engine.close()
            raise

    def _call_workers(self, function: Callable[..., Any], *args: Any) -> list[Any]:
        return self._engine.call_workers(pickle.dumps(Call(function, *args)))

    def __enter__(self) -> "EnginePool":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not isinstance(error, Stopped):  # a stopped stage does not wait; the engine detects its end
            self._engine.close()

    def relay(self, begin: Show, finish: Show) -> tuple[Show, Show]:
        """Let `get_result` call `finish` for each finished fit; what begins on a worker stays there."""
        self._finish = finish
        return begin, finish

    def submit(self, function: Callable[..., Result], *args: Any) -> "Future[Result]":
        """Start `function(context, …)`. The arguments and the result must be picklable."""
        work = pickle.dumps((function, args))
        return self._engine.submit(pickle.dumps(Call(make_call, self._installation, self._spec, work)))

    def get_result(self, future: "Future[Result]") -> Result:
        """Wait for a call and return its result. Raises BusyError when the engine fails."""
        while not wait([future], POLL).done:
            if fault := self._engine.describe_fault():
                raise BusyError(f"{ENGINE}: {fault}; {AGAIN}")
        try:
            reply: Reply = pickle.loads(future.result())  # type: ignore[arg-type]  # noqa: S301
        except Exception as error:
            fault = self._engine.describe_fault() or single_line(error)
            raise BusyError(f"{ENGINE}: {fault}; {AGAIN}") from None
        for fit in reply.finished:
            self._finish(fit)
        if reply.error is not None:
            raise reply.error
        return reply.result  # type: ignore[no-any-return]


def open_engine_pool(train_set: TrainSet, context: StrategyContext, workers: int) -> EnginePool:
    """Connect with the chosen engine for the calls of `context`; the engine decides how many `workers` there are."""
    return EnginePool(connect(), ContextSpec(train_set, context.name, context.params, context.without))
