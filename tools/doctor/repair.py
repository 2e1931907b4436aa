"""Repairs the two files of DVC that a kill can break: dvc.lock, and the list of the files in use.

DVC writes both in place, and refuses every command while one of them is half-written.
"""

import json
from pathlib import Path
import subprocess
import sys
from typing import Any

from dvc.lock import make_lock
from dvc.rwlock import RWLOCK_FILE, RWLOCK_LOCK, SCHEMA
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from dvc.utils.serialize import parse_yaml

from stages.shared.runtime.repository import find_temporary
from stages.shared.storage.files import write_bytes

LOCK = Path("dvc.lock")

#: the name of the copy of the last whole dvc.lock, which tools.repro keeps
KEPT = "dvc.lock.kept"


def repair_files(repo: Any) -> None:
    """Repair both files, print so on stderr, and keep dvc.lock. The caller holds the lock of the DVC repository."""
    for repair in (*repair_files_in_use(repo), *repair_lock()):
        print(f"repaired: {repair}", file=sys.stderr)
    keep_lock()


def repair_files_in_use(repo: Any) -> list[str]:
    """Remove a broken .dvc/tmp/rwlock. No process can own a file in it, because none can read it."""
    path = Path(repo.tmp_dir) / RWLOCK_FILE
    hardlink = repo.config["core"].get("hardlink_lock", False)
    with make_lock(str(path.with_name(RWLOCK_LOCK)), tmp_dir=repo.tmp_dir, hardlink_lock=hardlink):
        if not path.is_file():
            return []
        content = path.read_bytes()
        try:
            SCHEMA(json.loads(content))
        except Exception:  # DVC's schema raises exceptions of another library
            path.unlink()
            return [f"{RWLOCK_FILE} in .dvc/tmp was broken and is removed; DVC writes a new one"]
    return []


def repair_lock() -> list[str]:
    """Replace a broken dvc.lock by the last one that was whole, else by that of git's HEAD, else remove it.

    Stages that it lacks come from DVC's run cache, or run again. The user must solve a merge conflict.
    """
    content = LOCK.read_bytes() if LOCK.is_file() else None
    if content is None or b"<<<<<<<" in content or is_whole(content):
        return []
    for read, origin in ((_read_kept, f"the last good one ({_find_kept()})"), (_read_head, "that of git's HEAD")):
        if (copy := read()) and is_whole(copy):
            write_bytes(LOCK, copy)
            return [f"{LOCK} was broken and is replaced by {origin}"]
    LOCK.unlink()
    return [f"{LOCK} was broken and is removed; results come from DVC's run cache"]


def keep_lock() -> None:
    """Keep a copy of dvc.lock, if it is whole."""
    content = LOCK.read_bytes() if LOCK.is_file() else b""
    if content and content != _read_kept() and is_whole(content):
        write_bytes(_find_kept(), content)


def is_whole(content: bytes) -> bool:
    """Return whether DVC can read a dvc.lock."""
    try:
        return bool(COMPILED_LOCKFILE_SCHEMA(parse_yaml(content.decode(), str(LOCK))))
    except Exception:  # DVC and voluptuous document no types
        return False


def _read_kept() -> bytes:
    kept = _find_kept()
    return kept.read_bytes() if kept.is_file() else b""


def _find_kept() -> Path:
    return (find_temporary() or Path()) / KEPT


def _read_head() -> bytes:
    done = subprocess.run(["git", "show", f"HEAD:./{LOCK}"], capture_output=True, check=False)
    return done.stdout
