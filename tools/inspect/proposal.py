"""The sections `data` and `split` of params.yaml that a table suggests, each value with its reason.

A person must confirm them, because a table does not show which column to predict, nor which rows belong together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stages.prepare.columns.target import MIN_ROWS_PER_CLASS
from stages.shared.errors import InputError
from stages.shared.messages import shorten, suggest_name
from tools.inspect.columns import ColumnProfile

#: usual names of the column to predict, in lower case
TARGET_NAMES = {
    "target", "label", "class", "y", "outcome", "response", "diagnosis", "churn", "churned", "fraud", "is_fraud",
    "isfraud", "default", "defaulted", "survived", "converted", "conversion", "readmitted", "failure", "failed",
    "defect", "attrition",
}  # fmt: skip
#: usual labels of the positive class, in lower case, for classes of nearly equal size
POSITIVE_NAMES = {"1", "yes", "y", "true", "t", "pos", "positive"}
#: classes whose sizes differ by less than this share of the rows are of nearly equal size
NEARLY_EQUAL = 0.1


@dataclass(frozen=True)
class Setting:
    """A value for params.yaml and its reason, empty where the value is the usual one."""

    value: Any
    reason: str = ""


@dataclass(frozen=True)
class Proposal:
    """The proposed settings by key."""

    data: dict[str, Setting]
    split: dict[str, Setting]


def propose(
    path: str, columns: Sequence[ColumnProfile], target: str | None = None, positive: str | None = None
) -> Proposal:
    """Return the proposal. `target` and `positive` are decisions of the user.

    Raises InputError where the target is not clear, or no column has the name `target`.
    """
    question, why = _choose_target(path, columns, target)
    label, reason = _choose_positive(path, question, positive)
    others = [column for column in columns if column is not question]
    data = {
        "path": Setting(path),
        "target": Setting(question.name, why),
        "positive": Setting(label, reason),
        "drop": _make_list_setting([column for column in others if column.role == "drop"]),
        "key": _make_list_setting([column for column in others if column.role == "key"]),
        "categorical": Setting("auto"),
        "missing": _make_map_setting([column for column in others if column.missing_values], "missing_values"),
        "dates": _make_map_setting([column for column in others if column.date_format], "date_format"),
        "text": _make_list_setting([column for column in others if column.role == "feature" and column.kind == "text"]),
    }
    groups = [column.name for column in others if column.repeats]
    times = [column.name for column in others if column.kind == "date"]
    group_reason = f"{_join_names(groups)} may show which rows belong together; if so, name it" if groups else ""
    time_reason = f"{_join_names(times)} may order the rows; to test on the latest, name it" if times else ""
    split = {
        "duplicates": Setting("auto"),
        "gap": Setting(None),
        "rotation": Setting(None),
        "group": Setting(None, group_reason),
        "time": Setting(None, time_reason),
    }
    return Proposal(data, split)


def _choose_target(path: str, columns: Sequence[ColumnProfile], target: str | None) -> tuple[ColumnProfile, str]:
    by_name = {column.name: column for column in columns}
    if target is not None:
        if target not in by_name:
            raise InputError(f"--target: no column `{target}` in {path}; {suggest_name(target, list(by_name))}")
        return by_name[target], "named by --target"
    points = {
        column.name: 2 * (column.name.strip().lower() in TARGET_NAMES) + (column is columns[-1])
        for column in columns
        if column.labels and min(column.labels.values()) >= MIN_ROWS_PER_CLASS
    }
    best = [name for name in points if points[name] == max(points.values())]
    if len(best) != 1:
        reason = "no column has two labels without empty cells"
        if best:
            reason = f"columns with two labels are {_join_names(best)}"
        raise InputError(f"{path}: the target is not clear: {reason}; name it with --target")
    reasons = ["has two labels"]
    if points[best[0]] >= 2:
        reasons.append("has a usual name")
    if best[0] == columns[-1].name:
        reasons.append("is the last column")
    return by_name[best[0]], ", ".join(reasons)


def _choose_positive(path: str, target: ColumnProfile, positive: str | None) -> tuple[Any, str]:
    if positive is not None:
        return _convert_label(positive), "named by --positive"
    if not target.labels:
        raise InputError(
            f"{path}: target `{target.name}`: holds {target.distinct} different values and {target.missing} empty "
            f"cells ({target.values}); two labels are needed; or name the rare one with --positive, or a cut such as "
            '">= 7"'
        )
    rows = sum(target.labels.values())
    few, many = sorted(target.labels, key=lambda label: target.labels[label])
    usual = [label for label in target.labels if label.strip().lower() in POSITIVE_NAMES]
    if target.labels[many] - target.labels[few] < NEARLY_EQUAL * rows and len(usual) == 1:
        return _convert_label(usual[0]), "the usual name of the positive class; both classes are about as frequent"
    return _convert_label(few), f"the rarer label: {target.labels[few]:,} of {rows:,} rows"


def _convert_label(label: str) -> Any:
    """Return a whole number as an int, so that params.yaml needs no quotes; other labels as they are."""
    return int(label) if label.isascii() and label.isdigit() and str(int(label)) == label else label


def _make_list_setting(columns: list[ColumnProfile]) -> Setting:
    return Setting([column.name for column in columns], "; ".join(f"{item.name}: {item.reason}" for item in columns))


def _make_map_setting(columns: list[ColumnProfile], field: str) -> Setting:
    reason = "; ".join(f"{item.name}: {item.reason}" for item in columns) if field == "missing_values" else ""
    return Setting({column.name: getattr(column, field) for column in columns}, reason)


def _join_names(names: list[str]) -> str:
    return ", ".join(map(shorten, names))
