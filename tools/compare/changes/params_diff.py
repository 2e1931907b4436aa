"""What changed beside the metrics: params key by key, data and code by the hashes in dvc.lock."""

from collections.abc import Iterator
from typing import Any

from stages.shared import paths
from tools.compare.review_schema import CodeChange, Fact, ParamChange, Status
from tools.compare.revisions.snapshot import State

#: what stands for a key that a file lacks: null is a value
_ABSENT = object()


def param_changes(before: dict[str, Any], after: dict[str, Any]) -> list[ParamChange]:
    """The keys of params.yaml that were added, removed or changed, in the order of the file; a list is one value."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    changes = []
    for key in dict.fromkeys([*new, *old]):
        one, other = old.get(key, _ABSENT), new.get(key, _ABSENT)
        if one is _ABSENT or other is _ABSENT or type(one) is not type(other) or one != other:
            kept = {"before": _plain(one)} if other is _ABSENT else {"after": _plain(other)}
            if one is not _ABSENT and other is not _ABSENT:
                kept = {"before": _plain(one), "after": _plain(other)}
            changes.append(ParamChange(key=key, status=_status(one is not _ABSENT, other is not _ABSENT), **kept))
    return changes


def data_changes(base: State, head: State) -> list[Fact]:
    """What is another in the raw table and in the two sides that were made of it."""
    before, after = _data_facts(base), _data_facts(head)
    names = dict.fromkeys([*after, *before])
    return [
        Fact(name=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def code_changes(base: State, head: State) -> list[CodeChange]:
    """The dependencies in stages/ and the locks that have another hash, each with the stages that depend on it."""
    before, after = _code(base), _code(head)
    changes = []
    for path in sorted({path for path, _ in {**before, **after}}):
        stages = {stage: None for index, stage in {**after, **before} if index == path}
        moved = [name for name in stages if before.get((path, name)) != after.get((path, name))]
        both = [name for name in moved if (path, name) in before and (path, name) in after]
        known = [any(index == path for index, _ in side) for side in (before, after)]
        if both or not all(known):
            changes.append(CodeChange(path=path, status=_status(*known), stages=both or moved))
    return changes


def _code(state: State) -> dict[tuple[str, str], str | None]:
    """(path, stage) -> hash of what a stage depends on and no stage makes, the raw table excepted."""
    return {
        (path, stage): md5 for (path, stage), md5 in state.lock.inputs.items() if path != state.leaderboard.data.source
    }


def _data_facts(state: State) -> dict[str, str | int | None]:
    data, raw, test = state.leaderboard.data, state.raw, state.lock.made(paths.TEST)
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
        "md5 of the test side": test.md5 if test else None,
    }


def _leaves(content: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict) and content:
        for name, inner in content.items():
            yield from _leaves(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key, content


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    finite = isinstance(value, float) and value - value == 0
    return value if value is None or finite or isinstance(value, str | int) else str(value)


def _status(before: bool, after: bool) -> Status:
    return "changed" if before and after else "added" if after else "removed"
