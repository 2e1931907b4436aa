"""The changes of params, data and code.

Params are compared key by key, data and code by the hashes in dvc.lock.
"""

from collections.abc import Iterator
from contextlib import suppress
import math
from typing import Any

from stages.shared import paths
from stages.shared.errors import InputError
from stages.shared.runtime.environment import LIBRARIES, LOCK, PACKAGE_LOCK, read_pins
from tools.compare.review_schema import CodeChange, Fact, ParamChange, Status
from tools.compare.revisions.git import Revision
from tools.compare.revisions.snapshot import Snapshot


def compare_params(before: dict[str, Any], after: dict[str, Any]) -> list[ParamChange]:
    """Return the added, removed and changed keys of params.yaml, in the order of the file; a list is one value."""
    old, new = dict(_flatten(before)), dict(_flatten(after))
    changes = []
    for key in dict.fromkeys([*new, *old]):
        value, new_value = old.get(key), new.get(key)
        if (key in old) != (key in new) or type(value) is not type(new_value) or value != new_value:
            status = _get_status(key in old, key in new)
            changes.append(ParamChange(key=key, status=status, before=_to_json(value), after=_to_json(new_value)))
    return changes


def compare_data(base: Snapshot, head: Snapshot) -> list[Fact]:
    """Return the changed facts about the raw table and the two sets that were made from it."""
    before, after = _collect_facts(base), _collect_facts(head)
    return [Fact(name=name, before=before[name], after=after[name]) for name in after if before[name] != after[name]]


def compare_code(base: Snapshot, head: Snapshot) -> list[CodeChange]:
    """Return the code and locks with another hash, each with the stages that depend on it."""
    before, after = (_collect_code(snapshot) for snapshot in (base, head))
    changes = []
    for path in sorted({**before, **after}):
        old, new = before.get(path, {}), after.get(path, {})
        changed = [stage for stage in {**new, **old} if old.get(stage) != new.get(stage)]
        shared = [stage for stage in changed if stage in old and stage in new]
        if shared or not (old and new):
            changes.append(CodeChange(path=path, status=_get_status(bool(old), bool(new)), stages=shared or changed))
    return changes


def _collect_code(snapshot: Snapshot) -> dict[str, dict[str, str | None]]:
    """Return path -> stage -> hash of each input, except the raw table."""
    source = snapshot.leaderboard.data.source
    return {path: hashes for path, hashes in snapshot.lock.inputs.items() if path != source}


def _collect_facts(snapshot: Snapshot) -> dict[str, str | int | None]:
    data, raw, test = snapshot.leaderboard.data, snapshot.raw, snapshot.lock.output(paths.TEST)
    return {
        "raw table": data.source,
        "md5 of the raw table": raw.md5 if raw else None,
        "bytes of the raw table": raw.size if raw else None,
        "rows": data.train.rows + data.test.rows,
        "positives": data.train.positives + data.test.positives,
        "target": data.target,
        "positive label": data.positive,
        "test rows": data.test.rows,
        "test positives": data.test.positives,
        "md5 of the test set": test.md5 if test else None,
    }


def _flatten(content: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict) and content:
        for name, value in content.items():
            yield from _flatten(value, f"{key}.{name}" if key else str(name))
    else:
        yield key, content


def _to_json(value: Any) -> Any:
    """Return a value of YAML as JSON can hold it: dates and infinity become text."""
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _to_json(item) for name, item in value.items()}
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def _get_status(before: bool, after: bool) -> Status:
    return "changed" if before and after else "added" if after else "removed"


def describe_library_changes(base: Revision, head: Revision) -> list[str]:
    """Return one sentence that names the changed libraries, or nothing."""
    before, after = _list_versions(base), _list_versions(head)
    changes = [f"{name} {before[name]} → {after[name]}" for name in LIBRARIES if before[name] != after[name]]
    if not changes:
        return []
    return [f"Other libraries: {', '.join(changes)}. They can move every metric by themselves."]


def _list_versions(revision: Revision) -> dict[str, str]:
    """Return the locked versions of each library; a lock may pin several, for several Pythons."""
    pins = set[tuple[str, str]]()
    for lock in (LOCK, PACKAGE_LOCK):
        with suppress(InputError):  # a repository has one of them
            pins |= set(read_pins(revision.read(lock).decode()))
    versions = {name: sorted(version for pinned, version in pins if pinned == name) for name in LIBRARIES}
    return {name: " and ".join(locked) or "none" for name, locked in versions.items()}
