"""`dvc repro` with the train stages in parallel, and the later stages in forks of the same process.

DVC has no public interface for running stages in parallel, so this module uses its internals.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
import logging
import sys
from typing import Any

from dvc.cli import main
from dvc.exceptions import DvcException
from dvc.lock import LockError
from dvc.repo import Repo, lock_repo
from dvc.repo.reproduce import get_active_graph, plan_repro
from dvc.stage.cache import RunCacheNotFoundError
from dvc.ui import ui

from stages.shared.errors import BusyError
from stages.shared.runtime.stop_signals import exit_on_signals, finish_first
from tools.doctor.damage import list_outputs, restore_outputs
from tools.doctor.repair import keep_lock, repair_files
from tools.repro.forked import run_in_fork
from tools.repro.workers import run_stages

#: the modules of the stages that run in forks, by command: of the source tree, or of the package
FORKED = {
    f"{prefix}{name}": f"stages.{name}"
    for name in ("train", "evaluate", "report", "train.refit")
    for prefix in ("python -m stages.", "python -m evenhand stage ")
}


def repro(jobs: int | None, last: str | None = None) -> int:
    """Bring everything up to date, or all until the stage `last`, with `jobs` strategies at a time, if not None.

    Return the exit code. Raises BusyError, and IntegrityError for an output that is damaged and cannot be made again.
    """
    try:
        with lock_repository() as repo:
            repair_files(repo)
            _restore(repo, list_outputs(repo))
            before_train, _ = plan_stages(repo)
            must_run = any(stage.changed() for stage in before_train)
            names = [stage.addressing for stage in before_train] if must_run else []
    except DvcException:  # `dvc repro` fails in the same way, and explains it
        return run_dvc("repro") or 255
    # --single-item keeps the given order: for several targets DVC's own order changes from run to run
    code = (run_dvc("repro", "--single-item", *names) if names else 0) or run_changed(jobs, last)
    code = code or run_dvc("repro", *([last] if last else []))
    keep_lock()
    return code


def run_changed(jobs: int | None, last: str | None) -> int:
    """Run the changed stages from training on in forks, the strategies in parallel, until `last`.

    Return the exit code.
    """
    with lock_repository() as repo:
        for command, stages in groupby(plan_stages(repo)[1], lambda stage: str(stage.cmd)):
            changed = [stage for stage in stages if stage.changed() and not stage.frozen]
            if changed and command not in FORKED:
                break  # not a stage of this project: `dvc repro` runs it and what comes after it
            if changed and (code := run_in_forks(repo, FORKED[command], changed, jobs)):
                return code
            if command in FORKED and FORKED[command] == f"stages.{last}":
                break
    return 0


def run_in_forks(repo: Any, module: str, changed: list[Any], jobs: int | None) -> int:
    """Run stages of one module, or restore them from DVC's run cache; return the exit code."""
    stale = []
    for stage in changed:
        stage.remove_outs()
        try:
            repo.stage_cache.restore(stage)
            restored = not _restore(repo, stage.outs)  # the cache may hold damaged objects
        except RunCacheNotFoundError:
            restored = False
        if not restored:
            stale.append(stage.addressing)
        stage.save_deps()  # the hashes of what the result is made from
    finished, code = run_stages(module, stale, jobs)
    with finish_first():  # an interrupted commit would leave half of dvc.lock
        for stage in changed:
            if stage.addressing in stale and stage.addressing not in finished:
                continue
            # evaluate deletes files from metrics/cv, its own dependency
            if edited := [str(item) for item in stage.deps if str(item) != "metrics/cv" and item.workspace_status()]:
                reason = f"{', '.join(edited)} changed while it ran; run this again"
                print(f"error: {stage.addressing}: {reason}", file=sys.stderr)
                code = code or BusyError.exit_code
            else:  # as `dvc repro`, which keeps what git tracks out of the run cache
                stage.save(run_cache=all(out.use_cache or out.is_metric or out.is_plot for out in stage.outs))
                stage.commit()
                stage.dump(update_pipeline=False)
    return code


def _restore(repo: Any, outs: list[Any]) -> list[str]:
    """Restore or remove damaged outputs; print a line for each, and return these lines."""
    repairs = restore_outputs(repo, outs)
    for repair in repairs:
        print(f"repaired: {repair}", file=sys.stderr)
    return repairs


def plan_stages(repo: Any) -> tuple[list[Any], list[Any]]:
    """Return the stages that `dvc repro` runs before the first train stage, and all others, in its order."""
    plan = plan_repro(get_active_graph(repo.index.graph), list(repo.stage.collect("dvc.yaml")))
    first = next((index for index, stage in enumerate(plan) if str(stage.cmd) in FORKED), len(plan))
    return plan[:first], plan[first:]


def open_repository() -> Any:
    """Return DVC's Repo of this folder. Raises DvcException where it cannot be opened.

    DVC opens databases before it looks for git. Python 3.13 and newer warn of a database that stays open.
    """
    repo: Any = Repo.__new__(Repo)
    try:
        repo.__init__()
    except Exception:
        if state := vars(repo).get("state"):
            state.close()
        raise
    return repo


@contextmanager
def lock_repository() -> Iterator[Any]:
    """Hold DVC's repository, as a dvc command does. Raises BusyError if another command holds it or its files."""
    try:
        with open_repository() as repo, lock_repo(repo):
            yield repo
    except LockError:
        raise BusyError("DVC is busy: another dvc command runs in this repository; try again when it ends") from None


def run_dvc(*arguments: str) -> int:
    """Run `dvc <arguments>` and return its exit code; on Linux in a fork, because DVC ignores Ctrl-C for long."""
    if sys.platform != "linux":
        return int(main(list(arguments)))
    return run_in_fork(_run_dvc, *arguments)


def _run_dvc(*arguments: str) -> None:
    exit_on_signals()
    sys.exit(main(list(arguments)))


def leave_out_hints() -> None:
    """Suppress DVC's lines about skipped stages, the lock file and `dvc push`, in this process and its forks."""
    for name in ("dvc.stage", "dvc.dvcfile"):
        logging.getLogger(name).addFilter(lambda record: not str(record.msg).endswith(("skipping", "lock file '%s'")))
    write = ui.write
    ui.write = lambda *texts, **options: None if "dvc push" in str(texts) else write(*texts, **options)
