"""The experiments of `dvc exp show --json`, each as one line: what it chose, how good that is, what it changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stages.shared.paths import PARAMS, SELECTED

Json = dict[str, Any]

#: of the champion, on the test rows: one for ranking, one for pairs, one for probabilities, one for decisions
METRICS = ("average_precision", "roc_auc", "brier_score", "f1")


@dataclass(frozen=True)
class Row:
    """One line of the table; a commit's experiments follow it."""

    name: str
    is_commit: bool
    strategy: str
    classifier: str
    metrics: list[float | None]  # in the order of METRICS
    changes: list[str]  # against the commit, as `dvc exp run -S` takes them
    state: str  # of an experiment that has no results: queued, running, failed


def rows(shown: list[Json]) -> list[Row]:
    """Every commit with its experiments, and first the working tree where it differs from the newest commit.

    `shown` is the content of `dvc exp show --json`.
    """
    workspace, commits = shown[0], shown[1:]
    found = []
    if commits and (_params(workspace) != _params(commits[0]) or _selected(workspace) != _selected(commits[0])):
        found.append(_row("working tree", True, workspace, _params(commits[0])))
    for commit in commits:
        found.append(_row(commit["name"] or commit["rev"][:7], True, commit, _params(commit)))
        for experiment in commit["experiments"] or []:
            last = experiment["revs"][0]  # the newest of its checkpoints
            state = (experiment["executor"] or {}).get("state", "")
            name = experiment["name"] or last["rev"][:7]
            found.append(_row(name, False, last, _params(commit), "" if state == "success" else state))
    return found


def changed(old: Json, new: Json, prefix: str = "") -> Iterator[str]:
    """The differences between two params in the words of `-S`: `a.b=3`, `+a.c=4` (a new key), `~a.d` (one gone)."""
    for key in [*new, *(key for key in old if key not in new)]:
        path = f"{prefix}{key}"
        if key not in new:
            yield f"~{path}"
        elif key not in old:
            yield f"+{path}={_written(new[key])}"
        elif isinstance(old[key], dict) and isinstance(new[key], dict):
            yield from changed(old[key], new[key], f"{path}.")
        elif old[key] != new[key]:
            yield f"{path}={_written(new[key])}"


def _row(name: str, is_commit: bool, found: Json, base: Json, state: str = "") -> Row:
    # of an experiment that failed, DVC lists the metrics of the commit where it began: they are not its own
    state = state or ("failed" if found["error"] else "")
    selected = {} if state else _selected(found)
    return Row(
        name=name,
        is_commit=is_commit,
        strategy=selected.get("strategy", ""),
        classifier=selected.get("classifier", ""),
        metrics=[selected.get(metric) for metric in METRICS],
        changes=list(changed(base, _params(found) or base)),
        state=state,
    )


def _params(found: Json) -> Json:
    return _file(found, "params", str(PARAMS))


def _selected(found: Json) -> Json:
    return _file(found, "metrics", str(SELECTED))


def _file(found: Json, kind: str, path: str) -> Json:
    """What a revision's file holds; empty where it had none, or one that cannot be read."""
    content: Json = ((found["data"] or {}).get(kind) or {}).get(path) or {}
    return content.get("data") or {}


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    words: dict[Any, str] = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
