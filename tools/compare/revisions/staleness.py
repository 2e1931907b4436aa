"""The differences between a revision and the run that its dvc.lock records.

Metrics of another run would make the review wrong, so the gate refuses such a revision.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from stages.shared import paths
from stages.shared.runtime.repository import is_in_repository
from tools.compare.revisions.git import Revision
from tools.compare.revisions.records import Lock, Pipeline

LOCK = Path("dvc.lock")


def find_stale_reasons(revision: Revision, params: dict[str, Any], lock: Lock, pipeline: Pipeline) -> list[str]:
    """Return a message for each metrics file, stage, param and input that differs from dvc.lock."""
    edited = [
        path
        for path in (paths.LEADERBOARD, paths.SELECTED)
        if not (entry := lock.output(path)) or entry.md5 != _hash(revision.read(path))
    ]
    ran = {name.partition("@")[0] for name in lock.stages}
    mismatch = f"is not what {LOCK} says the pipeline ran with; run `dvc repro`"
    describe = revision.describe
    return [
        *(f"{describe(path)}: is not the file that {LOCK} names; it was edited, or merged by hand: run `dvc repro`"
          for path in edited),
        *(f"{describe(LOCK)}: {name}: this stage of dvc.yaml has not run; run `dvc repro`"
          for name in pipeline.stages if name not in ran),
        *(f"{describe(paths.PARAMS)}: {key}: {mismatch}" for key in _find_changed_params(params, lock, pipeline)),
        *(f"{describe(path)}: {mismatch}" for path in _find_changed_inputs(revision, lock)),
    ]  # fmt: skip


def hash_folder(files: dict[str, bytes]) -> str:
    """Return the hash that DVC gives a folder with these files, by their paths in it."""
    entries = [{"md5": _hash(files[path]), "relpath": path} for path in sorted(files)]
    return f"{_hash(json.dumps(entries, sort_keys=True).encode())}.dir"


def _find_changed_params(params: dict[str, Any], lock: Lock, pipeline: Pipeline) -> list[str]:
    keys: list[str] = []
    for name, stage in lock.stages.items():
        ran = stage.params.get(str(paths.PARAMS), {})
        stage_params = pipeline.stages[name.partition("@")[0]].get("params", [])
        declared = [str(key) for key in stage_params if "${" not in str(key)]
        keys += [key for key, value in ran.items() if _get_param(params, key) != value]
        keys += [key for key in declared if key not in ran]
    return list(dict.fromkeys(keys))


def _find_changed_inputs(revision: Revision, lock: Lock) -> list[str]:
    """Return changed code, locks and tables. A table that only DVC tracks is not in git and is ignored."""
    files = revision.read_all(path for path in lock.inputs if _is_inside(path))
    changed = []
    for path, hashes in lock.inputs.items():
        folder = {name.removeprefix(f"{path}/"): text for name, text in files.items() if name.startswith(f"{path}/")}
        current = _hash(files[path]) if path in files else hash_folder(folder) if folder else None
        if current and set(hashes.values()) != {current}:
            changed.append(path)
    return changed


def _is_inside(path: str) -> bool:
    """Return whether a dependency lies in the repository; DVC also allows absolute paths and addresses."""
    return "://" not in path and is_in_repository(Path(path))


def _get_param(content: Any, key: str) -> Any:
    for part in key.split("."):
        content = content.get(part) if isinstance(content, dict) else None
    return content


def _hash(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()
