"""The target column, coded 1 for the positive class and 0 for the negative class.

More than two labels need a list of the positive ones, or a cut; similar spellings of one label are refused.
"""

from dataclasses import dataclass
import math
import re

import numpy as np
import pyarrow as pa

from stages.prepare.columns.parsing import NO_MISSING_VALUES, MissingValues, Texts, parse_number
from stages.prepare.columns.validation import check_filled, validate_numeric, validate_text
from stages.prepare.params import Label, PrepareParams
from stages.shared.errors import ErrorCollector, InputError, raise_problems
from stages.shared.messages import shorten
from stages.shared.schemas.contract import Notice
from stages.shared.storage.arrow import Ints

#: fewer rows of a class cannot be evaluated
MIN_ROWS_PER_CLASS = 10
#: so many labels are listed in a message
MAX_SHOWN = 10
#: so many negative labels make up the name of the negative class
MAX_NAMED = 3
#: a cut through a target of numbers
CUT = re.compile(r"(>=|<=|>|<) *([+-]?(?:\d+\.?\d*|\.\d+))", re.ASCII)
OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">="}


@dataclass(frozen=True)
class Target:
    """The coded target, shape (rows,), the labels of each code, and notices about the choice of labels."""

    codes: Ints
    positive: str
    negative: str
    noticed: list[Notice]

    @property
    def positives(self) -> int:
        """The number of positive rows."""
        return int(self.codes.sum())


def code_target(column: pa.ChunkedArray, params: PrepareParams) -> Target:
    """Return 1 where `column` holds a positive label and 0 elsewhere.

    data.positive is one of two labels, a list of labels, or a cut through numbers such as ">= 7".
    Raises InputError for empty cells and for labels that do not fit data.positive. Each class needs at least 10 rows,
    and one row for each fold.
    """
    location = f"{params.data.path}: target `{params.data.target}`"
    texts = validate_text(location, column, MissingValues.of({}, params.data.target))
    requested = params.data.positive
    cut = CUT.fullmatch(requested) if isinstance(requested, str) and requested not in texts.counts() else None
    if cut:
        target = _cut_numbers(location, column, texts, cut, params.data.target)
    else:
        _check_labels(location, texts, exactly_two=not isinstance(requested, list))
        target = _code_labels(location, texts, requested, params)
    _check_counts(location, target.codes, params)
    return target


def _cut_numbers(location: str, column: pa.ChunkedArray, texts: Texts, cut: re.Match[str], name: str) -> Target:
    check_filled(location, texts.missing, "a label")
    values, sign, limit = validate_numeric(location, column, NO_MISSING_VALUES), cut[1], float(cut[2])
    positive = {">=": values >= limit, ">": values > limit, "<=": values <= limit, "<": values < limit}[sign]
    names = f"{sign} {cut[2]}", f"{OPPOSITE[sign]} {cut[2]}"
    message = f"{location}: numbers {names[0]} are positive, numbers {names[1]} negative"
    notice = Notice(column=name, kind="positive_labels", message=message)
    return Target(positive.astype(np.int64), *names, [notice])


def _code_labels(location: str, texts: Texts, requested: Label | list[Label], params: PrepareParams) -> Target:
    labels = list(texts.counts())
    positive_labels = [
        _find_label(label, labels, params) for label in (requested if isinstance(requested, list) else [requested])
    ]
    others = [label for label in labels if label not in positive_labels]
    if not others:
        raise InputError(f"params.yaml: data.positive: names every label of `{params.data.target}`; leave some out")
    codes = np.isin(
        texts.codes, [index for index, text in enumerate(texts.distinct.to_pylist()) if text in positive_labels]
    )
    if len(labels) == 2:
        return Target(codes.astype(np.int64), positive_labels[0], others[0], [])
    counts = texts.counts()
    negative = " or ".join(others) if len(others) <= MAX_NAMED else f"none of {', '.join(positive_labels)}"
    message = (
        f"{location}: positive is {_list_counts({label: counts[label] for label in positive_labels})}; negative is "
        f"{_list_counts({label: counts[label] for label in others})}"
    )
    notice = Notice(column=params.data.target, kind="positive_labels", message=message)
    return Target(codes.astype(np.int64), " or ".join(positive_labels), negative, [notice])


def find_near_duplicates(texts: list[str]) -> list[list[str]]:
    """Return groups of texts that differ only in white space, case or number form."""
    groups: dict[str | float, list[str]] = {}
    for text in texts:
        number = parse_number(text)
        groups.setdefault(" ".join(text.split()).casefold() if math.isnan(number) else number, []).append(text)
    return [group for group in groups.values() if len(group) > 1]


def _check_labels(location: str, texts: Texts, exactly_two: bool) -> None:
    errors, problems = ErrorCollector(), []
    with errors.collect():
        check_filled(location, texts.missing, "a label")
    counts = texts.counts()
    groups = find_near_duplicates(list(counts))
    for group in groups:
        problems.append(
            f"{location}: {_list_counts({text: counts[text] for text in group})} differ only in white space, case or "
            "number form; write each label in one way"
        )
    kinds = len(counts) - sum(len(group) - 1 for group in groups)
    if kinds < 2 or (exactly_two and kinds > 2):
        problems.append(
            f"{location}: holds {len(counts)} different labels: {_list_counts(counts)}; exactly two are needed: list "
            'the positive ones in data.positive ([a, b]), cut numbers there (">= 7"), or change data.target'
        )
    raise_problems([*errors.problems, *problems])


def _find_label(requested: Label, labels: list[str], params: PrepareParams) -> str:
    for label in labels:
        if _matches(requested, label):
            return label
    examples = " and ".join(map(shorten, labels[:MAX_SHOWN])) + (", and others" if len(labels) > MAX_SHOWN else "")
    raise InputError(
        f"params.yaml: data.positive: {requested!r} is no label of `{params.data.target}` in {params.data.path}; its "
        f"labels are {examples}, name the rare one"
    )


def _matches(positive: Label, label: str) -> bool:
    if isinstance(positive, bool):
        return label.casefold() == str(positive).casefold()
    return label == str(positive) or parse_number(label) == parse_number(str(positive))


def _check_counts(location: str, codes: Ints, params: PrepareParams) -> None:
    problems = []
    needed = max(MIN_ROWS_PER_CLASS, params.cv.n_splits)
    for name, count in (("positives", int(codes.sum())), ("negatives", int((codes == 0).sum()))):
        if count < needed:
            problems.append(
                f"{location}: has {count} {name}; at least {needed} are needed: {MIN_ROWS_PER_CLASS}, or one for each "
                f"of the cv.n_splits = {params.cv.n_splits} folds where that is more; collect more rows"
                + (", or lower cv.n_splits" if count >= MIN_ROWS_PER_CLASS else "")
            )
    raise_problems(problems)


def _list_counts(counts: dict[str, int]) -> str:
    examples = [f"{shorten(text)} × {count}" for text, count in list(counts.items())[:MAX_SHOWN]]
    more = [f"{len(counts) - MAX_SHOWN} more"] if len(counts) > MAX_SHOWN else []
    return ", ".join(examples + more)
