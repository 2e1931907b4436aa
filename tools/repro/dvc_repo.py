"""DVC's repository and command line, in this process: a run imports DVC once.

DVC has no public interface for running several stages at a time, so this module uses parts of its internals.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import logging
import sys
from typing import Any

from dvc.cli import main
from dvc.lock import LockError
from dvc.repo import Repo, lock_repo
from dvc.repo.reproduce import get_active_graph, plan_repro
from dvc.rwlock import rwlock

from stages.shared.errors import InputError

#: the command of the stages that are trained in parallel
COMMAND = "python -m stages.train"


class BusyError(InputError):
    """Another dvc command works in this repository. Exit code 75: the command may succeed later."""

    exit_code = 75

    def __init__(self) -> None:
        super().__init__("DVC is busy: another dvc command runs in this repository; wait until it ends, and try again")


def run_dvc(*arguments: str) -> int:
    """Run `dvc <arguments>` with its usual output, and return its exit code.

    Raises BusyError if another dvc command holds a lock; DVC itself ends with 255 then, as for any other failure.
    """
    handler, logger = _LockErrorHandler(), logging.getLogger("dvc")
    logger.addHandler(handler)
    try:
        code = int(main(list(arguments)))
    finally:
        logger.removeHandler(handler)
    if code and handler.is_busy:
        raise BusyError
    return code


class _LockErrorHandler(logging.Handler):
    """Notices a lock among the reasons of a failure that DVC logs."""

    is_busy = False

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        while error is not None:
            self.is_busy = self.is_busy or isinstance(error, LockError)
            error = error.__cause__


@contextmanager
def lock_repository() -> Iterator[Any]:
    """Hold DVC's repository, as a dvc command does. Raises BusyError if another command holds it."""
    try:
        with Repo() as repo, lock_repo(repo):
            yield repo
    except LockError:
        raise BusyError from None


@contextmanager
def reserve(repo: Any, stages: list[Any]) -> Iterator[None]:
    """Reserve the files of `stages`, as `dvc repro` does while it runs them. Raises LockError."""
    files = ([item.fs_path for stage in stages for item in getattr(stage, side)] for side in ("deps", "outs"))
    with rwlock(repo.tmp_dir, repo.fs, " ".join(sys.argv), *files, repo.config["core"].get("hardlink_lock", False)):
        yield


def plan_stages(repo: Any) -> tuple[list[Any], list[Any]]:
    """Return the stages that `dvc repro` runs before the first train stage, and the train stages, in its order.

    Frozen stages and stages with another command than COMMAND are left to `dvc repro`.
    """
    plan = plan_repro(get_active_graph(repo.index.graph), list(repo.stage.collect("dvc.yaml")))
    train = [stage for stage in plan if stage.cmd == COMMAND and stage.wdir == repo.root_dir and not stage.frozen]
    return plan[: plan.index(train[0])] if train else [], train
