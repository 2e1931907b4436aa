"""Dask as the engine: workers of a scheduler (EVENHAND_ENGINE=dask), or workers that Slurm starts (slurm)."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
import os
from pathlib import Path
import pickle
import shlex
import time
from typing import Any

from distributed import Client, Worker, WorkerPlugin

from stages.shared.errors import BusyError, InputError
from stages.shared.messages import PACKAGE, single_line
from stages.shared.runtime.threads import cores
from stages.train.execution.engines.registry import ENGINE, START, read_patience
from stages.train.execution.engines.worker import receive_table

ADDRESS = "DASK_SCHEDULER_ADDRESS"


class SendTable(WorkerPlugin):  # type: ignore[misc]
    """Gives the file of a table to each worker, also to those that come later."""

    def __init__(self, digest: str, content: bytes) -> None:
        self.name, self._digest, self._content = f"evenhand-{digest}", digest, content

    def setup(self, worker: Worker) -> None:
        """Keep the table on `worker`."""
        receive_table(self._digest, self._content)


class DaskEngine:
    """The workers of a Dask scheduler."""

    def __init__(self, client: Client) -> None:
        """Wait for a first worker. Raises BusyError where none comes."""
        self._client, self._executor = client, client.get_executor(pure=False)
        self._last_seen, self._patience = time.monotonic(), read_patience()
        try:
            with _as_busy("the scheduler has no worker"):
                client.wait_for_workers(1, timeout=self._patience)
        except BusyError:
            self.close()  # jobs of Slurm would stay in the queue
            raise

    def call_workers(self, call: bytes) -> list[Any]:
        """Return the result of `call` on each worker that still answers."""
        with _as_busy("no worker answers"):
            answers = list(self._client.run(pickle.loads, call, on_error="return").values())
            if errors := [answer for answer in answers if isinstance(answer, Exception)]:
                broken = [error for error in errors if not isinstance(error, OSError)]  # others have just gone
                if broken or len(errors) == len(answers):
                    raise (broken or errors)[0]
        return [answer for answer in answers if not isinstance(answer, Exception)]

    def send_table(self, digest: str, content: bytes) -> None:
        """Bring the file of a table to the workers."""
        with _as_busy("a worker cannot take the table"):
            self._client.register_plugin(SendTable(digest, content))

    def submit(self, call: bytes) -> "Future[Any]":
        """Start `call` on one worker; where that worker dies, the scheduler starts it on another one."""
        return self._executor.submit(pickle.loads, call)  # type: ignore[no-any-return]

    def describe_fault(self) -> str:
        """Return why no result can come any more."""
        now = time.monotonic()
        if self._client.status != "running":
            return "the scheduler has gone"
        if self._client.scheduler_info()["workers"]:
            self._last_seen = now
        return f"no worker for {self._patience} seconds" if now > self._last_seen + self._patience else ""

    def close(self) -> None:
        """Cancel unfinished calls."""
        cluster = self._client.cluster
        self._executor.shutdown(wait=False)
        self._client.close(timeout=2)
        if cluster is not None:
            cluster.close()


def connect() -> DaskEngine:
    """Connect with the scheduler that DASK_SCHEDULER_ADDRESS names. Raises InputError, BusyError."""
    address = os.environ.get(ADDRESS)
    if not address:
        raise InputError(f"{ADDRESS}: is not set; expected the address of a Dask scheduler, such as tcp://node1:8786")
    try:
        with _as_busy(f"{ADDRESS}={address}"):
            client = Client(address, timeout=read_patience())
    except ValueError as error:
        raise InputError(f"{ADDRESS}={address}: {error}; expected an address such as tcp://node1:8786") from None
    return DaskEngine(client)


@contextmanager
def _as_busy(what: str) -> Iterator[None]:
    """Turn a failure of the engine into a BusyError that says what failed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise InputError(f"{ENGINE}: the workers cannot import {error.name}; {START}") from None
    except (OSError, TimeoutError, RuntimeError) as error:  # what Dask raises for connections
        raise BusyError(f"{ENGINE}: {what}: {single_line(error) or type(error).__name__}") from None


def start_in_slurm() -> DaskEngine:
    """Let Slurm start the workers, with the settings of dask-jobqueue. Raises BusyError where none starts in time.

    EVENHAND_WORKERS is the number of jobs. Each stage has its own jobs, which end with it.
    """
    from dask_jobqueue import SLURMCluster

    with _as_busy("Slurm cannot start workers"):
        cluster = SLURMCluster(
            job_script_prologue=[f"cd {shlex.quote(str(Path.cwd()))}"],
            worker_extra_args=["--preload", "evenhand.alone" if PACKAGE in os.environ else "stages"],
        )
        cluster.scale(jobs=cores())
        return DaskEngine(Client(cluster))
