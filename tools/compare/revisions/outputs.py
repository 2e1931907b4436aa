"""The file of an output in dvc.lock, if this machine has it: in the DVC cache, or in the working tree.

Git does not track scores, so a review needs the files that DVC has stored.
"""

import configparser
import hashlib
import json
from pathlib import Path

from stages.shared.errors import InputError
from stages.shared.runtime.repository import find_dvc_root
from tools.compare.revisions.snapshot import Snapshot


def find_output(snapshot: Snapshot, path: Path, what: str) -> Path:
    """Return a file with the content that `path` has in dvc.lock; `path` may lie in a folder that is an output.

    Raises InputError when dvc.lock or this machine lacks it; the message calls the content `what`.
    """
    entry = snapshot.lock.output(path)
    md5 = entry.md5 if entry else None
    for folder in path.parents:
        if (entry := snapshot.lock.output(folder)) and entry.md5:
            listing = json.loads(_find_content(snapshot, folder, entry.md5, what).read_bytes())
            md5 = {item["relpath"]: item["md5"] for item in listing}.get(path.relative_to(folder).as_posix())
    if not md5:
        raise InputError(f"dvc.lock of {snapshot.revision} names no {path}")
    return _find_content(snapshot, path, md5, what)


def _find_content(snapshot: Snapshot, path: Path, md5: str, what: str) -> Path:
    for copy in (_find_cache() / "files" / "md5" / md5[:2] / md5[2:], path):
        if copy.is_file() and hashlib.md5(copy.read_bytes()).hexdigest() == md5.removesuffix(".dir"):
            return copy
    raise InputError(f"the {what} of {snapshot.revision} are not on this machine (neither in the DVC cache nor here)")


def _find_cache() -> Path:
    """Return the folder of the DVC cache, which DVC's settings may have moved."""
    dvc = (find_dvc_root() or Path()) / ".dvc"
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read([dvc / "config", dvc / "config.local"], encoding="utf-8")
    except configparser.Error:
        return dvc / "cache"
    return dvc / config.get("cache", "dir", fallback="cache")
