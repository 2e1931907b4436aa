"""Why the metrics of a revision may not be those of its params, code and data: dvc.lock records another run."""

import hashlib
import json
from pathlib import Path, PurePosixPath
from typing import Any

from stages.shared import paths
from tools.compare.revisions.git import Revision
from tools.compare.revisions.records import Lock, Pipeline

LOCK = Path("dvc.lock")

#: the metrics files whose hashes stand in dvc.lock
HASHED = (paths.LEADERBOARD, paths.SELECTED)


def find_doubts(revision: Revision, params: dict[str, Any], lock: Lock, pipeline: Pipeline) -> list[str]:
    """A line for each metrics file, stage, param, code and raw table that is not as dvc.lock says."""
    return [
        *_metrics(revision, lock),
        *_stages(revision, lock, pipeline),
        *_params(revision, params, lock, pipeline),
        *_inputs(revision, lock),
    ]


def folder_hash(files: dict[str, bytes]) -> str:
    """The hash that DVC gives a folder with these files, by their paths in it."""
    entries = [{"md5": _md5(files[path]), "relpath": path} for path in sorted(files)]
    return f"{_md5(json.dumps(entries, sort_keys=True).encode())}.dir"


def _metrics(revision: Revision, lock: Lock) -> list[str]:
    return [
        f"{revision.where(path)}: is not the file that {LOCK} names; it was edited, or merged by hand: run `dvc repro`"
        for path in HASHED
        if not (entry := lock.made(path)) or entry.md5 != _md5(revision.read(path))
    ]


def _stages(revision: Revision, lock: Lock, pipeline: Pipeline) -> list[str]:
    ran = {name.partition("@")[0] for name in lock.stages}
    never = [name for name in pipeline.stages if name not in ran]
    return [f"{revision.where(LOCK)}: {name}: this stage of dvc.yaml has not run; run `dvc repro`" for name in never]


def _params(revision: Revision, params: dict[str, Any], lock: Lock, pipeline: Pipeline) -> list[str]:
    changed: dict[str, None] = {}
    for name, stage in lock.stages.items():
        ran = stage.params.get(str(paths.PARAMS), {})
        declared = [key for key in pipeline.stages[name.partition("@")[0]].params if "${" not in str(key)]
        changed |= {key: None for key, value in ran.items() if _dig(params, key) != value}
        changed |= {str(key): None for key in declared if key not in ran}
    where = revision.where(paths.PARAMS)
    return [f"{where}: {key}: is not what {LOCK} says the pipeline ran with; run `dvc repro`" for key in changed]


def _inputs(revision: Revision, lock: Lock) -> list[str]:
    """Code, locks and tables; a table that only DVC tracks is not in git and is passed over."""
    hashes: dict[str, set[str | None]] = {}
    for (path, _), md5 in lock.inputs.items():
        hashes.setdefault(path, set()).add(md5)
    files = revision.files(path for path in hashes if _is_inside(path))
    result = []
    for path, known in hashes.items():
        inside = {name.removeprefix(f"{path}/"): text for name, text in files.items() if name.startswith(f"{path}/")}
        now = _md5(files[path]) if path in files else folder_hash(inside) if inside else None
        if now and known != {now}:
            result.append(f"{revision.where(path)}: is not what {LOCK} says the pipeline ran with; run `dvc repro`")
    return result


def _is_inside(path: str) -> bool:
    """Whether a dependency lies in the repository; DVC also takes absolute paths and addresses."""
    return "://" not in path and not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts


def _dig(content: Any, key: str) -> Any:
    for part in key.split("."):
        content = content.get(part) if isinstance(content, dict) else None
    return content


def _md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()
