"""Ray as the engine: the workers of the cluster at RAY_ADDRESS (EVENHAND_ENGINE=ray)."""

from concurrent.futures import Future
import os
import pickle
import socket
from typing import Any

import ray

from stages.shared.errors import BusyError, InputError
from stages.shared.messages import single_line
from stages.train.execution.engines.registry import ENGINE, read_patience
from stages.train.execution.engines.worker import receive_table

ADDRESS = "RAY_ADDRESS"


class RayEngine:
    """The workers of a Ray cluster; Ray starts them as tasks come, and starts a task again whose worker died."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._table: Any = None

    def call_workers(self, call: bytes) -> list[Any]:
        """Return the result of `call` on one worker; the others run the checks before their first call."""
        try:
            return [ray.get(_run.remote(call))]
        except ray.exceptions.RayError as error:
            raise BusyError(f"{ENGINE}: no worker answers: {single_line(error)}") from None

    def send_table(self, digest: str, content: bytes) -> None:
        """Put the file of a table into Ray's store, which brings it to each machine once."""
        self._table = ray.put((digest, content))

    def submit(self, call: bytes) -> "Future[Any]":
        """Start `call` on one worker."""
        return _run.remote(call, self._table).future()  # type: ignore[no-any-return]

    def describe_fault(self) -> str:
        """Return why no result can come any more, before Ray ends this process with an exit code of its own."""
        try:
            socket.create_connection(self._address, read_patience()).close()
        except OSError as error:
            return f"the cluster has gone: {error}"
        return ""

    def close(self) -> None:
        """Leave the cluster, which cancels unfinished calls."""
        ray.shutdown()


@ray.remote(num_cpus=1, max_retries=3)  # type: ignore[untyped-decorator]
def _run(call: bytes, table: tuple[str, bytes] | None = None) -> Any:
    if table is not None:
        receive_table(*table)
    return pickle.loads(call)  # noqa: S301


def connect() -> RayEngine:
    """Connect with the cluster that RAY_ADDRESS names. Raises InputError, BusyError."""
    address = os.environ.get(ADDRESS, "")
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdecimal():
        raise InputError(f"{ADDRESS}={address}: expected the address of a Ray cluster, such as node1:6379")
    head = host, int(port)
    try:
        socket.create_connection(head, read_patience()).close()  # Ray itself would wait for minutes
        ray.init(log_to_driver=False, logging_level="error")
    except (OSError, RuntimeError, ValueError) as error:
        raise BusyError(f"{ENGINE}: {ADDRESS}={address}: {single_line(error)}") from None
    return RayEngine(head)
