"""The type of each feature, numeric or categorical, inferred from its cells.

A wrong type changes the model silently, so a column without a sound type is refused.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.id_like import all_numbers, check_text_column
from stages.prepare.columns.noticed import has_codes, notice_numbers, notice_numbers_as_text, notice_texts
from stages.prepare.columns.parsing import MissingValues, Texts, is_number, is_text, to_texts
from stages.prepare.columns.validation import decode_dictionary, validate_numeric, validate_text
from stages.shared.errors import InputError
from stages.shared.messages import shorten
from stages.shared.schemas.contract import Feature, Noticed
from stages.shared.storage.arrow import Floats, from_floats

Kind = Literal["numeric", "categorical"]


@dataclass(frozen=True)
class TypedColumn:
    """A feature and its cells, shape (rows,): string, float64, or float32 where exact; null where missing."""

    feature: Feature
    data: pa.Array
    noticed: list[Noticed]


def infer_type(
    location: str,
    name: str,
    column: pa.ChunkedArray,
    missing_values: MissingValues,
    categorical_columns: list[str] | None,
    typed: bool,
) -> TypedColumn:
    """Return the column as a typed feature.

    `location` starts each message. `categorical_columns` is data.categorical (None for auto). A text column is numeric
    when all its cells are numbers, unless some have leading zeros; where the file declares types (`typed`), a notice
    says so.
    Raises InputError for a column that is neither clearly numeric nor clearly categorical.
    """
    if _infer_kind(location, name, column, missing_values, categorical_columns, typed) == "numeric":
        feature = _numeric(location, name, validate_numeric(location, column, missing_values))
        if typed and is_text(decode_dictionary(column).type):
            feature.noticed.append(notice_numbers_as_text(location, name))
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
        if all_numbers(column, missing_values):
            return "categorical" if has_codes(column) else "numeric"
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
    noticed = notice_numbers(location, name, present) if len(present) else []
    feature = Feature(
        name=name,
        type="numeric",
        missing=float(missing.mean()),
        minimum=float(present.min()) if len(present) else None,
        maximum=float(present.max()) if len(present) else None,
    )
    return TypedColumn(feature, from_floats(values, missing), noticed)


def _categorical(location: str, name: str, texts: Texts) -> TypedColumn:
    categories = sorted(texts.counts())
    feature = Feature(name=name, type="categorical", missing=float(texts.missing.mean()), categories=categories)
    return TypedColumn(feature, texts.array(), notice_texts(location, name, texts))
