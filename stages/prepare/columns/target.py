"""The target column, coded 1 for the positive class and 0 for the negative class.

The target must hold exactly two labels; similar spellings of one label are refused.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from stages.prepare.columns.parsing import MissingValues, Texts, parse_number
from stages.prepare.columns.validation import validate_text
from stages.prepare.params import Label, PrepareParams
from stages.shared.errors import InputError
from stages.shared.messages import format_rows, shorten
from stages.shared.storage.arrow import Ints

#: fewer rows of a class cannot be evaluated
MIN_ROWS_PER_CLASS = 10
#: so many labels are listed in a message
MAX_SHOWN = 10


@dataclass(frozen=True)
class Target:
    """The coded target, shape (rows,), and the label of each code."""

    codes: Ints
    positive: str
    negative: str

    @property
    def positives(self) -> int:
        """The number of positive rows."""
        return int(self.codes.sum())


def code_target(column: pa.ChunkedArray, params: PrepareParams) -> Target:
    """Return 1 where `column` holds the positive label and 0 where it holds the other one.

    Raises InputError unless every cell holds one of exactly two labels, data.positive is one of them, and each class
    has at least 10 rows and one row for each fold.
    """
    location = f"{params.data.path}: target `{params.data.target}`"
    texts = validate_text(location, column, MissingValues.of({}, params.data.target))
    _check_labels(location, texts)
    labels = list(texts.counts())
    positive = _positive(labels, params)
    codes = (texts.codes == texts.distinct.to_pylist().index(positive)).astype(np.int64)
    _check_counts(location, codes, params)
    return Target(codes, positive, next(label for label in labels if label != positive))


def near_duplicates(texts: list[str]) -> list[list[str]]:
    """Return groups of texts that differ only in white space, case or number form."""
    groups: dict[str | float, list[str]] = {}
    for text in texts:
        number = parse_number(text)
        groups.setdefault(" ".join(text.split()).casefold() if number != number else number, []).append(text)
    return [group for group in groups.values() if len(group) > 1]


def _check_labels(location: str, texts: Texts) -> None:
    problems = []
    counts = texts.counts()
    if texts.missing.any():
        rows = [int(row) for row in np.flatnonzero(texts.missing)]
        problems.append(
            f"{location}: is empty in {format_rows(rows)}; every row needs a label, fill it in or remove the row"
        )
    groups = near_duplicates(list(counts))
    for group in groups:
        problems.append(
            f"{location}: {_list_counts({text: counts[text] for text in group})} differ only in white space, case or "
            "number form; write each label in one way"
        )
    if len(counts) - sum(len(group) - 1 for group in groups) != 2:
        problems.append(
            f"{location}: holds {len(counts)} different labels: {_list_counts(counts)}; exactly two are needed, "
            "remove rows or merge labels, or name another column in data.target"
        )
    if problems:
        raise InputError(problems)


def _positive(labels: list[str], params: PrepareParams) -> str:
    for label in labels:
        if _matches(params.data.positive, label):
            return label
    names = " and ".join(shorten(label) for label in labels)
    raise InputError(
        f"params.yaml: data.positive: {params.data.positive!r} is no label of `{params.data.target}` in "
        f"{params.data.path}; its labels are {names}, name the rare one"
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
    if problems:
        raise InputError(problems)


def _list_counts(counts: dict[str, int]) -> str:
    shown = [f"{shorten(text)} × {count}" for text, count in list(counts.items())[:MAX_SHOWN]]
    more = [f"{len(counts) - MAX_SHOWN} more"] if len(counts) > MAX_SHOWN else []
    return ", ".join(shown + more)
