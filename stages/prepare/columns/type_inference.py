"""Features with their types settled."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.id_like import check_texts, spells_numbers
from stages.prepare.columns.parsing import Marks, Texts, as_texts, is_number, is_text
from stages.prepare.columns.target import alike
from stages.prepare.columns.validation import decoded, numeric_cells, text_cells
from stages.prepare.messages import shortened
from stages.shared.errors import InputError
from stages.shared.schemas.contract import Feature
from stages.shared.storage.arrow import Floats, from_floats

#: fewer different values than this are no running number worth a warning
RUNNING = 50

Kind = Literal["numeric", "categorical"]


@dataclass(frozen=True)
class Settled:
    """A feature with its cells, shape (rows,): string, float64, or float32 where that is exact; null where missing."""

    feature: Feature
    data: pa.Array
    warnings: list[str]


def settle(
    where: str, name: str, column: pa.ChunkedArray, marks: Marks, listed: list[str] | None, typed: bool
) -> Settled:
    """The column as a feature; `where` begins each message.

    `listed` is data.categorical (None for auto). A text column of a file without types (`typed` is False) is numeric
    when all its cells are numbers. Raises InputError for a column that has no sound reading as it stands.
    """
    if _kind(where, name, column, marks, listed, typed) == "numeric":
        settled = _numeric(where, name, numeric_cells(where, column, marks))
    else:
        settled = _categorical(where, name, text_cells(where, column, marks))
    if settled.data.null_count == len(settled.data):
        raise InputError(f"{where}: every cell is missing; there is nothing to learn from, name it in data.drop")
    return settled


def _kind(where: str, name: str, column: pa.ChunkedArray, marks: Marks, listed: list[str] | None, typed: bool) -> Kind:
    if name in (listed or []):
        return "categorical"
    kind = column.type
    if is_number(kind):
        return "numeric"
    if not (is_text(kind) or pat.is_boolean(kind) or pat.is_dictionary(kind)):
        hint = "; for a time to split by, name it in split.time" if pat.is_temporal(kind) else ""
        raise InputError(
            f"{where}: is of type {kind}; a feature must be of numbers, text or booleans; name it in data.drop{hint}"
        )
    if is_text(kind):
        if not typed and spells_numbers(column, marks):
            return "numeric"
        check_texts(where, name, column, marks)
    if listed is not None:
        example = next(iter(as_texts(decoded(column), marks).counts()), "")
        raise InputError(
            f"{where}: holds text, such as {shortened(example)}, and data.categorical does not list it; "
            "name it there, in data.drop or in data.key"
        )
    return "categorical"


def _numeric(where: str, name: str, values: Floats) -> Settled:
    missing = np.isnan(values)
    present = values[~missing]
    warnings = []
    if len(present):
        if present.min() == present.max():
            warnings.append(f"{where}: holds only the value {present[0]:g}")
        if _is_running(present):
            warnings.append(
                f"{where}: looks like a running number; if it names the rows, name it in data.key or data.drop"
            )
    feature = Feature(
        name=name,
        type="numeric",
        missing=float(missing.mean()),
        minimum=float(present.min()) if len(present) else None,
        maximum=float(present.max()) if len(present) else None,
    )
    return Settled(feature, from_floats(values, missing), warnings)


def _categorical(where: str, name: str, texts: Texts) -> Settled:
    levels = sorted(texts.counts())
    warnings = [
        f"{where}: the levels {' and '.join(map(shortened, group))} differ only in white space, case or number form"
        for group in alike(levels)
    ]
    if len(levels) == 1:
        warnings.append(f"{where}: holds only the value {shortened(levels[0])}")
    feature = Feature(name=name, type="categorical", missing=float(texts.missing.mean()), categories=levels)
    return Settled(feature, texts.array(), warnings)


def _is_running(present: Floats) -> bool:
    """Whether the values are whole numbers in a row, each once: 1, 2, 3 … in any order."""
    low, high = float(present.min()), float(present.max())
    if len(present) <= RUNNING or high - low != len(present) - 1:
        return False
    return bool(np.array_equal(np.sort(present), np.arange(low, high + 1)))
