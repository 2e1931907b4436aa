"""What differs between two states of the repository: settings, data, code and metrics; facts, and no verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import shlex
from typing import Any

from stages.report.formatting import LABELS, number, signed
from stages.report.rendering.blocks import Block, Command, Paragraph, Table

#: of each strategy, in this order
METRICS = ("average_precision", "roc_auc", "brier_score", "log_loss", "threshold", "precision", "recall", "f1")


@dataclass(frozen=True)
class State:
    """The files that say what was run and what came of it, as mappings; empty where there was none."""

    params: Mapping[str, Any]
    lock: Mapping[str, Any]
    board: Mapping[str, Any]


def changes(name: str, before: State, after: State) -> list[Block]:
    """Tables of what differs from the revision called `name`, and a sentence for what does not."""
    blocks: list[Block] = [Paragraph(f"Against {name}. Whether a change is more than noise is not said here:")]
    blocks.append(Command(f"python -m tools.compare {shlex.quote(name)}"))
    if not before.board:
        return [Paragraph(f"{name} holds no metrics/leaderboard.json, so nothing can be compared.")]
    for what, header, rows in (
        ("Settings in params.yaml", ["Key", name, "now"], _settings(before.params, after.params)),
        ("Data and code (the first digits of their MD5 in dvc.lock)", ["Path", name, "now"], _hashes(before, after)),
        ("Metrics on test", ["Strategy", "Metric", name, "now", "Change"], _metrics(before.board, after.board)),
    ):
        if rows:
            blocks.append(Table(f"{what} that changed.", header, rows, "lll" if len(header) == 3 else "llrrr"))
        else:
            blocks.append(Paragraph(f"{what}: nothing changed."))
    return blocks


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [
        [key, str(old.get(key, "not there")), str(new.get(key, "not there"))]
        for key in dict.fromkeys((*old, *new))
        if key not in old or key not in new or old[key] != new[key]
    ]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no mapping, by its dotted key."""
    if isinstance(value, Mapping) and (value or not path):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _hashes(before: State, after: State) -> list[list[str]]:
    old, new = _files(before.lock), _files(after.lock)
    return [
        [path, old.get(path, "not there"), new.get(path, "not there")]
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    ]


def _files(lock: Mapping[str, Any]) -> dict[str, str]:
    """What the stages read: raw and prepared data, code and locks; what they made of it follows from these."""
    stages = lock.get("stages") or {}
    entries = (entry for stage in stages.values() for entry in stage.get("deps") or [])
    inputs = ("data/", "stages/", "requirements.lock")
    return {entry["path"]: str(entry.get("md5", ""))[:8] for entry in entries if entry["path"].startswith(inputs)}


def _metrics(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    old, new = _rows(before), _rows(after)
    rows = []
    for strategy in dict.fromkeys((*new, *old)):
        if strategy not in old or strategy not in new:
            rows.append([strategy, "all", *("there" if strategy in side else "not there" for side in (old, new)), ""])
            continue
        if (was := old[strategy]["classifier"]) != (now := new[strategy]["classifier"]):
            rows.append([strategy, "classifier", was, now, ""])
        for metric in METRICS:
            one, other = (_value(side[strategy], metric) for side in (old, new))
            if one != other:
                label = LABELS.get(metric, metric)
                values = (number(metric, one), number(metric, other), signed(metric, other - one))
                rows.append([strategy, label, *values])
    return rows


def _rows(board: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The candidate that stands for each strategy."""
    every = {(item["strategy"], item["classifier"]): item for item in board["candidates"]}
    return {row["strategy"]: every[row["strategy"], row["classifier"]] for row in board["strategies"]}


def _value(candidate: Mapping[str, Any], metric: str) -> float:
    return float(candidate["threshold"] if metric == "threshold" else candidate["test"][metric])
