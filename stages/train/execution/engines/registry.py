"""The engines, by the values of EVENHAND_ENGINE. No result depends on the engine, so params.yaml has no key for it."""

from concurrent.futures import Future
from importlib import import_module
import os
from typing import Any, Protocol

from stages.shared.errors import InputError

#: environment variable: where fits run
ENGINE = "EVENHAND_ENGINE"

#: environment variable: seconds to wait for an engine that does not answer, and for a first or another worker
PATIENCE = "EVENHAND_PATIENCE"

LOCAL = "local"

#: module and function that connects, and what installs its library
ENGINES = {
    LOCAL: ("", ""),
    "dask": ("dask:connect", "evenhand[dask]"),
    "slurm": ("dask:start_in_slurm", "evenhand[slurm]"),
    "ray": ("ray:connect", "evenhand[ray]"),
}

#: the advice of messages about workers that differ from the stage
START = "start the workers with this code and environment, and `--preload stages` (with the package: evenhand.alone)"


class Engine(Protocol):
    """The workers of one engine. A method raises BusyError where the engine fails."""

    def call_workers(self, call: bytes) -> list[Any]:
        """Return the results of `call`, a pickled Call, on the workers."""

    def send_table(self, digest: str, content: bytes) -> None:
        """Bring the file of a table to the workers, to each of them once."""

    def submit(self, call: bytes) -> "Future[Any]":
        """Start `call`, a pickled Call, on one worker."""

    def describe_fault(self) -> str:
        """Return why no result can come any more; an empty text as long as one can."""

    def close(self) -> None:
        """Cancel unfinished calls."""


def read_patience() -> int:
    """Return the seconds to wait for workers."""
    value = os.environ.get(PATIENCE) or "60"
    if not value.isdecimal():
        raise InputError(f"{PATIENCE}={value}: expected a number of seconds")
    return int(value)


def choose_engine() -> str:
    """Return the name of the engine that the user has chosen. Raises InputError when there is no such engine."""
    name = os.environ.get(ENGINE) or LOCAL
    if name not in ENGINES:
        raise InputError(f"{ENGINE}={name}: no such engine; allowed: {', '.join(ENGINES)}")
    return name


def connect() -> Engine:
    """Connect with the chosen engine, which is not `local`. Raises InputError, and BusyError where the engine fails."""
    name = choose_engine()
    (module, _, function), extra = ENGINES[name][0].partition(":"), ENGINES[name][1]
    try:
        engine: Engine = getattr(import_module(f"stages.train.execution.engines.{module}"), function)()
    except ModuleNotFoundError as error:
        raise InputError(f"{ENGINE}={name}: {error.name} is not installed; run `pip install '{extra}'`") from None
    return engine
