"""The target as 0 and 1."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from stages.prepare.columns.parsing import Marks, Texts, reading
from stages.prepare.columns.validation import text_cells
from stages.prepare.messages import data_rows, shortened
from stages.prepare.params import Label, PrepareParams
from stages.shared.errors import InputError
from stages.shared.storage.arrow import Ints

#: fewer rows of a class than this say nothing about it
FEWEST = 10
#: so many labels are listed in a message
SHOWN = 10


@dataclass(frozen=True)
class Target:
    """The coded target, shape (rows,), with the labels behind the codes."""

    codes: Ints
    positive: str
    negative: str

    @property
    def positives(self) -> int:
        """How many rows are of the positive class."""
        return int(self.codes.sum())


def code_target(column: pa.ChunkedArray, params: PrepareParams) -> Target:
    """1 where `column` holds the positive label, 0 where it holds the other one.

    Raises InputError unless every cell holds one of exactly two labels, one of them data.positive, and either class
    has at least 10 rows and one for each fold.
    """
    where = f"{params.data.path}: target `{params.data.target}`"
    texts = text_cells(where, column, Marks.of({}, params.data.target))
    _check_labels(where, texts)
    labels = list(texts.counts())
    positive = _positive(labels, params)
    codes = (texts.codes == texts.different.to_pylist().index(positive)).astype(np.int64)
    _check_counts(where, codes, params)
    return Target(codes, positive, next(label for label in labels if label != positive))


def alike(texts: list[str]) -> list[list[str]]:
    """The groups of texts that differ in white space, case or number form alone."""
    groups: dict[str | float, list[str]] = {}
    for text in texts:
        number = reading(text)
        groups.setdefault(" ".join(text.split()).casefold() if number != number else number, []).append(text)
    return [group for group in groups.values() if len(group) > 1]


def _check_labels(where: str, texts: Texts) -> None:
    problems = []
    counts = texts.counts()
    if texts.missing.any():
        rows = [int(row) for row in np.flatnonzero(texts.missing)]
        problems.append(
            f"{where}: is empty in {data_rows(rows)}; every row needs a label, fill it in or take the row out"
        )
    groups = alike(list(counts))
    for group in groups:
        problems.append(
            f"{where}: {_listed({text: counts[text] for text in group})} differ only in white space, case or number "
            "form; write each label in one way"
        )
    if len(counts) - sum(len(group) - 1 for group in groups) != 2:
        problems.append(
            f"{where}: holds {len(counts)} different labels: {_listed(counts)}; exactly two are needed, take out rows "
            "or join labels, or name another column in data.target"
        )
    if problems:
        raise InputError(problems)


def _positive(labels: list[str], params: PrepareParams) -> str:
    for label in labels:
        if _means(params.data.positive, label):
            return label
    names = " and ".join(shortened(label) for label in labels)
    raise InputError(
        f"params.yaml: data.positive: {params.data.positive!r} is no label of `{params.data.target}` in "
        f"{params.data.path}; its labels are {names}, name the rare one"
    )


def _means(positive: Label, label: str) -> bool:
    if isinstance(positive, bool):
        return label.casefold() == str(positive).casefold()
    return label == str(positive) or reading(label) == reading(str(positive))


def _check_counts(where: str, codes: Ints, params: PrepareParams) -> None:
    problems = []
    needed = max(FEWEST, params.cv.n_splits)
    for name, count in (("positives", int(codes.sum())), ("negatives", int((codes == 0).sum()))):
        if count < needed:
            problems.append(
                f"{where}: has {count} {name}; at least {needed} are needed: {FEWEST}, or one for each of the "
                f"cv.n_splits = {params.cv.n_splits} folds where that is more; collect more rows"
                + (", or lower cv.n_splits" if count >= FEWEST else "")
            )
    if problems:
        raise InputError(problems)


def _listed(counts: dict[str, int]) -> str:
    shown = [f"{shortened(text)} × {count}" for text, count in list(counts.items())[:SHOWN]]
    more = [f"{len(counts) - SHOWN} more"] if len(counts) > SHOWN else []
    return ", ".join(shown + more)
