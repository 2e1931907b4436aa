"""The fixes of `python -m tools.doctor --fix`. They remove only files that a run can make again."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
import shutil

from stages.shared.errors import InputError
from stages.shared.messages import command
from stages.shared.runtime.repository import find_dvc_root, find_temporary
from stages.shared.runtime.stage_lock import lock_stage

#: where stages and tools.repro write; only a process that holds a lock writes there
WRITTEN = ("data", "models", "metrics", "reports")


def fix_repository() -> list[str]:
    """Do the safe fixes; return a line for each, or the reason why there is none."""
    try:
        from dvc.exceptions import DvcException

        from tools.doctor.damage import list_outputs, remove_damaged_objects, restore_outputs
        from tools.doctor.repair import keep_lock, repair_files_in_use, repair_lock
        from tools.repro.dvc_repo import lock_repository
    except ImportError as error:
        return [f"not fixed: {error}; run `{command('make setup')}`"]
    if find_dvc_root() is None:
        return ["not fixed: no folder .dvc here; run this from the root of the repository"]
    done: list[str] = []
    try:
        with lock_repository() as repo:
            lock_stage("doctor")
            done += [*repair_files_in_use(repo), *repair_lock()]
            keep_lock()
            done += [f"{path} was left half-written and is removed" for path in remove_leftovers()]
            done += remove_damaged_objects(Path(repo.cache.local.path))
            done += restore_outputs(repo, list_outputs(repo))
    except (DvcException, InputError) as error:
        return [*(f"fixed: {line}" for line in done), f"not fixed: {error}"]
    return [f"fixed: {line}" for line in done] or ["fixed: nothing"]


def find_leftovers() -> list[Path]:
    """Return the half-written files and folders of killed stages and of a killed tools.repro."""

    def search() -> Iterator[Path]:
        yield from chain((find_temporary() or Path()).glob(".*.tmp"), Path().glob(".dvc.lock.*.tmp"))
        for folder in WRITTEN:
            yield from Path(folder).rglob(".*.tmp")

    return sorted(path for path in search() if not any(folder.suffix == ".tmp" for folder in path.parents))


def remove_leftovers() -> list[Path]:
    """Remove the half-written files. The caller holds the locks of DVC and of the stages, so nobody writes them."""
    leftovers = find_leftovers()
    for path in leftovers:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return leftovers
