"""The type of each feature, numeric or categorical, inferred from its cells.

A wrong type changes the model silently, so a column without a sound type is refused.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.id_like import all_numbers, check_text_column
from stages.prepare.columns.parsing import MissingValues, Texts, is_number, is_text, to_texts
from stages.prepare.columns.target import near_duplicates
from stages.prepare.columns.validation import decode_dictionary, validate_numeric, validate_text
from stages.shared.errors import InputError
from stages.shared.messages import shorten
from stages.shared.schemas.contract import Feature
from stages.shared.storage.arrow import Floats, from_floats

#: with fewer distinct values, a running number is not worth a warning
MIN_RUNNING = 50

Kind = Literal["numeric", "categorical"]


@dataclass(frozen=True)
class TypedColumn:
    """A feature and its cells, shape (rows,): string, float64, or float32 where exact; null where missing."""

    feature: Feature
    data: pa.Array
    warnings: list[str]


def infer_type(
    location: str,
    name: str,
    column: pa.ChunkedArray,
    missing_values: MissingValues,
    categorical_columns: list[str] | None,
    typed: bool,
) -> TypedColumn:
    """Return the column as a typed feature.

    `location` starts each message. `categorical_columns` is data.categorical (None for auto). In a file without types
    (`typed` is False) a text column is numeric when all its cells are numbers.
    Raises InputError for a column that is neither clearly numeric nor clearly categorical.
    """
    if _infer_kind(location, name, column, missing_values, categorical_columns, typed) == "numeric":
        feature = _numeric(location, name, validate_numeric(location, column, missing_values))
    else:
        feature = _categorical(location, name, validate_text(location, column, missing_values))
    if feature.data.null_count == len(feature.data):
        raise InputError(f"{location}: every cell is missing; name the column in data.drop")
    return feature


def _infer_kind(
    location: str,
    name: str,
    column: pa.ChunkedArray,
    missing_values: MissingValues,
    categorical_columns: list[str] | None,
    typed: bool,
) -> Kind:
    if name in (categorical_columns or []):
        return "categorical"
    kind = column.type
    if is_number(kind):
        return "numeric"
    if not (is_text(kind) or pat.is_boolean(kind) or pat.is_dictionary(kind)):
        hint = "; for a time to split by, name it in split.time" if pat.is_temporal(kind) else ""
        raise InputError(
            f"{location}: is of type {kind}; a feature must be of numbers, text or booleans; name it in data.drop{hint}"
        )
    if is_text(kind):
        if not typed and all_numbers(column, missing_values):
            return "numeric"
        check_text_column(location, name, column, missing_values)
    if categorical_columns is not None:
        example = next(iter(to_texts(decode_dictionary(column), missing_values).counts()), "")
        raise InputError(
            f"{location}: holds text, such as {shorten(example)}, and data.categorical does not list it; "
            "name it there, in data.drop or in data.key"
        )
    return "categorical"


def _numeric(location: str, name: str, values: Floats) -> TypedColumn:
    missing = np.isnan(values)
    present = values[~missing]
    warnings = []
    if len(present):
        if present.min() == present.max():
            warnings.append(f"{location}: holds only the value {present[0]:g}")
        if _is_running(present):
            warnings.append(
                f"{location}: looks like a running number; if it identifies rows, name it in data.key or data.drop"
            )
    feature = Feature(
        name=name,
        type="numeric",
        missing=float(missing.mean()),
        minimum=float(present.min()) if len(present) else None,
        maximum=float(present.max()) if len(present) else None,
    )
    return TypedColumn(feature, from_floats(values, missing), warnings)


def _categorical(location: str, name: str, texts: Texts) -> TypedColumn:
    categories = sorted(texts.counts())
    warnings = [
        f"{location}: the categories {' and '.join(map(shorten, group))} "
        "differ only in white space, case or number form"
        for group in near_duplicates(categories)
    ]
    if len(categories) == 1:
        warnings.append(f"{location}: holds only the value {shorten(categories[0])}")
    feature = Feature(name=name, type="categorical", missing=float(texts.missing.mean()), categories=categories)
    return TypedColumn(feature, texts.array(), warnings)


def _is_running(present: Floats) -> bool:
    """Return whether the values are consecutive whole numbers in any order, each once."""
    low, high = float(present.min()), float(present.max())
    if len(present) <= MIN_RUNNING or high - low != len(present) - 1:
        return False
    return bool(np.array_equal(np.sort(present), np.arange(low, high + 1)))
