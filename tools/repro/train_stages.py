"""Which of DVC's train stages have to be run, and what becomes of them in dvc.lock and in the cache."""

from collections.abc import Iterator
from contextlib import contextmanager
import sys
from typing import Any

from dvc.exceptions import DvcException
from dvc.lock import LockError
from dvc.repo import Repo, lock_repo
from dvc.repo.reproduce import get_active_graph, plan_repro
from dvc.rwlock import rwlock
from dvc.stage.cache import RunCacheNotFoundError

from stages.shared.errors import InputError
from tools.repro.dvc_commands import busy

#: what a stage has to run to be run here
COMMAND = "python -m stages.train"


class DvcError(InputError):
    """DVC failed. Exit code 255, as of DVC."""

    exit_code = 255


Hashes = list[tuple[str, Any]]


@contextmanager
def locked() -> Iterator[Any]:
    """DVC's repository, held as a dvc command holds it.

    Raises BusyError where another dvc command holds it, and DvcError for what else DVC has to complain of.
    """
    try:
        with Repo() as repo, lock_repo(repo):
            yield repo
    except LockError:
        raise busy() from None
    except DvcException as error:
        raise DvcError(f"DVC: {error}") from None


def in_order(repo: Any) -> tuple[list[Any], list[Any]]:
    """The stages that `dvc repro` looks at before the first train stage, and the train stages.

    Both in its order, which dvc.lock keeps. A stage that runs something else than COMMAND is none of ours, and neither
    is a frozen one.
    """
    plan = plan_repro(get_active_graph(repo.index.graph), list(repo.stage.collect("dvc.yaml")))
    ours = [stage for stage in plan if stage.cmd == COMMAND and stage.wdir == repo.root_dir and not stage.frozen]
    return plan[: plan.index(ours[0])] if ours else [], ours


@contextmanager
def reserved(repo: Any, stages: list[Any]) -> Iterator[None]:
    """Tells other dvc commands that `stages` are being run, as `dvc repro` does. Raises LockError when it cannot be."""
    files = ([item.fs_path for stage in stages for item in getattr(stage, side)] for side in ("deps", "outs"))
    hardlink = repo.config["core"].get("hardlink_lock", False)
    with rwlock(repo.tmp_dir, repo.fs, " ".join(sys.argv), *files, hardlink):
        yield


def restored(repo: Any, stage: Any) -> bool:
    """Whether DVC had the outputs of a changed stage in its cache, and put them in place of the old ones.

    This is what `dvc repro` does before it runs a command; after it, `stage` knows the hashes of its dependencies.
    """
    stage.remove_outs()
    try:
        repo.stage_cache.restore(stage)
    except RunCacheNotFoundError:
        stage.save_deps()
        return False
    return True


def hashes(stage: Any) -> Hashes:
    """What `stage` was found to depend on when it was last looked at: each dependency with its hash, or its params."""
    return [(str(dependency), dependency.hash_info) for dependency in stage.deps]


def changed_since(stage: Any, before: Hashes) -> list[str]:
    """The dependencies of `stage` that are no longer what they were."""
    stage.save_deps()
    then = dict(before)
    return [name for name, now in hashes(stage) if then[name] != now]
