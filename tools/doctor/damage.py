"""Finds outputs that do not match their hashes, and restores them from DVC's cache.

DVC reads an output again only if its size, times or inode changed. It never reads a write-protected object of its cache
again. So it calls damaged outputs "up to date", and checks damaged objects out.
"""

from collections.abc import Iterable
import hashlib
from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException

from stages.shared.errors import InputError, IntegrityError
from stages.shared.paths import MANIFEST
from stages.shared.storage.manifest import check_manifest


def restore_outputs(repo: Any, outs: Iterable[Any]) -> list[str]:
    """Restore damaged outputs from the cache, or remove them for the next run; return a line for each.

    No run can make an output that `dvc add` tracks, so such an output is never removed for good. Raises IntegrityError
    where it cannot be restored, and where the content that dvc.lock names is damaged too. The caller holds the lock of
    the DVC repository.
    """
    damaged = find_damaged_outputs(repo, outs)
    if not damaged:
        return []
    done = remove_damaged_objects(Path(repo.cache.local.path))
    for out, what in damaged:
        if not out.stage.cmd and out.changed_cache():  # no run would make it again
            raise IntegrityError(
                f"{what}: fails its hash, and the cache has no whole copy; fetch one with `dvc pull --force {out}`, or "
                f"run `dvc commit --force {out.stage.addressing}` if these bytes are right"
            )
        out.remove()
        try:
            out.checkout(force=True)
        except DvcException:
            out.remove()
        if find_damaged_outputs(repo, [out]):
            raise IntegrityError(
                f"{what}: fails its hash, also as {out.stage.addressing} has committed it; run "
                f"`dvc repro --force --single-item {out.stage.addressing}`, then this again"
            )
        done.append(f"{what} failed its hash; {out} is {'restored from the cache' if out.exists else 'removed'}")
    return done


def list_outputs(repo: Any) -> list[Any]:
    """Return the outputs of this folder and of those below it, but not those of a host repository."""
    return [out for out in repo.index.outs if Path(out.stage.path).is_relative_to(Path.cwd())]


def find_damaged_outputs(repo: Any, outs: Iterable[Any]) -> list[tuple[Any, str]]:
    """Return the damaged outputs that DVC considers up to date, each with the damaged file.

    Folders with a manifest are compared with it, all others with dvc.lock.
    """
    damaged = []
    for out in outs:
        path = Path(str(out))
        if (path / MANIFEST).is_file():
            try:
                check_manifest(path)
            except InputError as error:
                damaged.append((out, error.problems[0].partition(": ")[0]))
        elif path.exists() and out.hash_info and _hash_anew(repo, out) != out.hash_info == out.get_hash():
            damaged.append((out, str(out)))
    return damaged


def find_damaged_objects(cache: Path) -> list[Path]:
    """Return the objects of a cache whose content does not have the hash that is their name."""
    damaged = []
    for path in sorted(cache.glob("??/[!.]*")):
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "md5").hexdigest() != f"{path.parent.name}{path.stem}":
                damaged.append(path)
    return damaged


def remove_damaged_objects(cache: Path) -> list[str]:
    """Remove the damaged objects of a cache; return a line that says so, or nothing."""
    damaged = find_damaged_objects(cache)
    for path in damaged:
        path.unlink()
    return [f"damaged objects of the cache are removed: {len(damaged)}"] if damaged else []


def _hash_anew(repo: Any, out: Any) -> Any:
    """Compute the hash of an output, without the hashes that DVC remembers."""
    cache = repo.cache.local
    remembered = cache.state
    cache.state = type(cache)(cache.fs, cache.path).state  # a new store remembers no hash
    try:
        return out.get_hash()
    finally:
        cache.state = remembered
