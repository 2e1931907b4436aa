"""`dvc repro` with the train stages in parallel: DVC runs what comes before and after the training.

DVC has no public interface for running stages in parallel, so this module uses its internals.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import io
import logging
import signal
import sys
from typing import Any

from dvc.cli import main
from dvc.exceptions import DvcException
from dvc.lock import LockError
from dvc.repo import Repo, lock_repo
from dvc.repo.reproduce import get_active_graph, plan_repro
from dvc.stage.cache import RunCacheNotFoundError

from stages.shared.errors import InputError
from stages.shared.params import read_params
from stages.train.params import TrainParams
from tools.repro.workers import STOP_SIGNALS, exit_on_signals, train_stages

BUSY = "DVC is busy: another dvc command runs in this repository; wait until it ends, and try again"


class BusyError(InputError):
    """Another dvc command works in this repository, so a later try can succeed. Exit code 75."""

    exit_code = 75


def repro(jobs: int) -> int:
    """Bring everything up to date, with `jobs` strategies at a time; return the exit code. Raises BusyError."""
    try:
        with lock_repository() as repo:
            ahead, _ = plan_stages(repo)
            names = [stage.addressing for stage in ahead] if any(stage.changed() for stage in ahead) else []
    except DvcException:  # `dvc repro` fails in the same way, and explains it
        return run_dvc("repro") or 255
    # --single-item keeps the given order: for several targets DVC's own order changes from run to run
    code = run_dvc("repro", "--single-item", *names) if names else 0
    return code or train_changed(jobs) or run_dvc("repro")


def train_changed(jobs: int) -> int:
    """Train each strategy that is not up to date, or restore it from DVC's run cache; return the exit code."""
    exit_on_signals()
    with lock_repository() as repo:
        changed = [stage for stage in plan_stages(repo)[1] if stage.changed()]
        stale = []
        if changed:
            read_params(TrainParams)  # reports wrong params once, before old outputs are removed
        for stage in changed:
            stage.remove_outs()
            try:
                repo.stage_cache.restore(stage)
            except RunCacheNotFoundError:
                stale.append(stage.addressing)
            stage.save_deps()  # the hashes of what the result is made from
        trained, code = train_stages(stale, jobs) if stale else ([], 0)
        done = [stage for stage in changed if stage.addressing in trained or stage.addressing not in stale]
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # an interrupted commit would leave half of dvc.lock
        for stage in done:  # in DVC's order, which dvc.lock keeps
            if edited := [str(dependency) for dependency in stage.deps if dependency.workspace_status()]:
                reason = f"{', '.join(edited)} changed while it was trained, so its result is not kept"
                print(f"error: {stage.addressing}: {reason}; run this again", file=sys.stderr)
                code = code or BusyError.exit_code
            else:
                repo.commit(stage.addressing, force=True)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    return code


def plan_stages(repo: Any) -> tuple[list[Any], list[Any]]:
    """Return the stages that `dvc repro` runs before the first train stage, and the train stages, in its order."""
    plan = plan_repro(get_active_graph(repo.index.graph), list(repo.stage.collect("dvc.yaml")))
    command = ("python -m stages.train", repo.root_dir, False)
    train = [stage for stage in plan if (stage.cmd, stage.wdir, stage.frozen) == command]
    return plan[: plan.index(train[0])] if train else [], train


@contextmanager
def lock_repository() -> Iterator[Any]:
    """Hold DVC's repository, as a dvc command does. Raises BusyError if another command holds it or its files."""
    try:
        with Repo() as repo, lock_repo(repo):
            yield repo
    except LockError:
        raise BusyError(BUSY) from None


def run_dvc(*arguments: str) -> int:
    """Run `dvc <arguments>` and return its exit code. Raises BusyError if another command holds a lock."""
    log, logger = io.StringIO(), logging.getLogger("dvc")
    handler = logging.StreamHandler(log)  # it writes tracebacks, which name the cause of an error
    logger.addHandler(handler)
    code = int(main(list(arguments)))
    logger.removeHandler(handler)
    if code and LockError.__name__ in log.getvalue():
        raise BusyError(BUSY)
    return code
