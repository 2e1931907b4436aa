"""The type of each feature, numeric, categorical or text, inferred from its cells.

A wrong type changes the model silently, so a column without a sound type is refused.
"""

from dataclasses import dataclass, replace
import json
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.forms.dates import are_iso, is_date_type, name_part, to_moments
from stages.prepare.columns.forms.numbers import find_forms, make_parser
from stages.prepare.columns.forms.timestamps import ISO
from stages.prepare.columns.notices import (
    describe_dates,
    describe_number_form,
    describe_numbers,
    describe_numbers_as_text,
    describe_one_text,
    describe_texts,
    has_codes,
    has_points,
    is_grouped,
    list_texts,
    list_whole_values,
    make_notices,
)
from stages.prepare.columns.parsing import MissingValues, Texts, is_number, is_text, to_texts
from stages.prepare.columns.text_checks import are_all_numbers, check_text_column
from stages.prepare.columns.validation import decode_dictionary, validate_free_text, validate_numeric, validate_text
from stages.prepare.params import ReadParams
from stages.prepare.read_facts import ReadFacts
from stages.shared.errors import InputError
from stages.shared.messages import format_rows, shorten
from stages.shared.schemas.contract import DatePart, Feature, Notice, NumberForm
from stages.shared.storage.arrow import Floats, from_floats

Kind = Literal["numeric", "categorical"]

#: quantiles of the absolute values in the contract, by which `tools.predict` detects another unit
SIZES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class TypedColumn:
    """A feature and its cells, shape (rows,): string, float64, or float32 where exact; null where missing."""

    feature: Feature
    data: pa.Array
    noticed: list[Notice]
    grouped: bool = False  # numbers with exactly three digits behind every point


@dataclass(frozen=True)
class TypeRules:
    """The facts from params and reader that decide the types of columns."""

    categorical: list[str] | None  # columns that data.categorical lists; None for auto
    text: list[str]  # columns that data.text lists
    read: ReadParams
    dates: dict[str, str]  # data.dates
    has_schema: bool  # whether the file declares types
    facts: ReadFacts


def infer_features(
    location: str, name: str, column: pa.ChunkedArray, missing_values: MissingValues, rules: TypeRules
) -> list[TypedColumn]:
    """Return the features of a raw column: the parts of a date, else the column itself as `infer_type` types it."""
    form = _find_date_format(name, decode_dictionary(column), missing_values, rules)
    if form is None:
        return [infer_type(location, name, column, missing_values, rules)]
    moments = to_moments(location, decode_dictionary(column), missing_values, form)
    if moments.missing.all():
        raise InputError(f"{location}: every cell is missing; name the column in data.drop")
    parts = [DatePart(column=name, part=part, format=form) for part in moments.parts()]
    features = [_make_numeric(location, name_part(part), moments.part(part.part), date=part) for part in parts]
    names = [feature.feature.name for feature in features]
    notices = make_notices(location, name, describe_dates(names))
    return [replace(feature, noticed=[] if index else notices) for index, feature in enumerate(features)]


def _find_date_format(
    name: str, column: pa.ChunkedArray, missing_values: MissingValues, rules: TypeRules
) -> str | None:
    if name in (*(rules.categorical or []), *rules.text):
        return None
    if name in rules.dates or is_date_type(column.type):
        return rules.dates.get(name, ISO)
    if not is_text(column.type):
        return None
    return ISO if are_iso(to_texts(column, missing_values).counts()) else None


def infer_type(
    location: str, name: str, column: pa.ChunkedArray, missing_values: MissingValues, rules: TypeRules
) -> TypedColumn:
    """Return the column as a typed feature.

    `location` starts each message. A text column is numeric when all its cells are numbers of one form, unless some
    have leading zeros. Notices name the form, and a declared type of text.
    Raises InputError for a column that is neither clearly numeric nor clearly categorical.
    """
    kind = "text" if name in rules.text else _infer_kind(location, name, column, missing_values, rules)
    if kind == "text":
        feature = _make_text(location, name, validate_free_text(location, column, missing_values))
    elif kind == "categorical":
        feature = _make_categorical(location, name, validate_text(location, column, missing_values))
    else:
        form = kind if isinstance(kind, NumberForm) else None
        values = validate_numeric(location, column, missing_values, form)
        if form is None and name in rules.facts.commas:
            form = NumberForm(decimal=",")
        is_strings = is_text(decode_dictionary(column).type)
        texts = list_texts(column, missing_values) if is_strings else None
        grouped = form is None and (name in rules.facts.grouped if texts is None else is_grouped(texts))
        feature = _make_numeric(location, name, values, form, grouped)
        if form is not None:
            feature.noticed.extend(make_notices(location, name, describe_number_form(name, form, texts)))
        elif rules.has_schema and is_strings:
            feature.noticed.extend(make_notices(location, name, describe_numbers_as_text(name)))
    if feature.data.null_count == len(feature.data):
        raise InputError(f"{location}: every cell is missing; name the column in data.drop")
    return feature


def _infer_kind(
    location: str, name: str, column: pa.ChunkedArray, missing_values: MissingValues, rules: TypeRules
) -> Kind | NumberForm:
    if name in (rules.categorical or []):
        return "categorical"
    kind = column.type
    if is_number(kind):
        return "numeric"
    if not (is_text(kind) or pat.is_boolean(kind) or pat.is_dictionary(kind)):
        raise InputError(
            f"{location}: is of type {kind}; a feature must hold numbers, text, booleans or dates; name it in data.drop"
        )
    if is_text(kind) and (numbers := _find_number_form(location, column, missing_values, rules.read)):
        return numbers
    codes = is_text(kind) and are_all_numbers(column, missing_values) and has_codes(list_texts(column, missing_values))
    if is_text(kind) and not codes:
        check_text_column(location, name, column, missing_values)
    if rules.categorical is not None and not codes:
        example = next(iter(to_texts(decode_dictionary(column), missing_values).counts()), "")
        raise InputError(
            f"{location}: holds text, such as {shorten(example)}, and data.categorical does not list it; "
            "name it there, in data.text, in data.drop or in data.key"
        )
    return "categorical"


def _find_number_form(
    location: str, column: pa.ChunkedArray, missing_values: MissingValues, read: ReadParams
) -> Kind | NumberForm | None:
    """Return the form of texts that are numbers, None for other texts."""
    points = read.decimal != "," and read.thousands != "."  # a point can only be decimal
    present = list_texts(column, missing_values)
    if are_all_numbers(column, missing_values) and (points or not has_points(present)):
        return None if has_codes(present) else "numeric"
    texts = to_texts(column, missing_values)
    forms = find_forms(texts.counts(), read)
    if len(forms) > 1:
        parsers = [make_parser(form) for form in forms]
        ambiguous = next(text for text in texts.counts() if len({parse(text) for parse in parsers}) > 1)
        values = " or ".join(f"{parse(ambiguous):.15g}" for parse in parsers)
        choices = " or ".join(json.dumps(form.thousands or "none") for form in forms)
        raise InputError(
            f"{location}, {format_rows(texts.rows_of(ambiguous))}: {shorten(ambiguous)} may be {values}: thousands "
            f"marks and decimal marks look alike; say which in data.read.thousands: {choices}"
        )
    return forms[0] if forms else None


def _make_numeric(
    location: str,
    name: str,
    values: Floats,
    number: NumberForm | None = None,
    grouped: bool = False,
    date: DatePart | None = None,
) -> TypedColumn:
    missing = np.isnan(values)
    present = values[~missing]
    whole_values = list_whole_values(present)
    noticed = make_notices(location, name, describe_numbers(name, present, whole_values))
    feature = Feature(
        name=name,
        type="numeric",
        missing=float(missing.mean()),
        minimum=float(present.min()) if len(present) else None,
        maximum=float(present.max()) if len(present) else None,
        sizes=np.quantile(np.abs(present[present != 0]), SIZES).tolist() if present.any() else None,
        whole_values=whole_values,
        number=number,
        date=date,
    )
    return TypedColumn(feature, from_floats(values, missing), noticed, grouped)


def _make_categorical(location: str, name: str, texts: Texts) -> TypedColumn:
    categories = sorted(texts.counts())
    feature = Feature(name=name, type="categorical", missing=float(texts.missing.mean()), categories=categories)
    return TypedColumn(feature, texts.array(), make_notices(location, name, describe_texts(name, texts.counts())))


def _make_text(location: str, name: str, texts: Texts) -> TypedColumn:
    feature = Feature(name=name, type="text", missing=float(texts.missing.mean()))
    return TypedColumn(feature, texts.array(), make_notices(location, name, describe_one_text(texts.counts())))
