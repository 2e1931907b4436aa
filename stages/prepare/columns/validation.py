"""Checks that the cells of a column are valid numbers or texts.

`prepare` uses them for training data and `apply_contract` for new data, so that both follow the same rules.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.forms.numbers import describe_form, make_parser
from stages.prepare.columns.parsing import MissingValues, Texts, is_number, is_text, parse_number, to_numbers, to_texts
from stages.shared.errors import InputError, raise_problems
from stages.shared.messages import format_rows, shorten
from stages.shared.schemas.contract import NumberForm
from stages.shared.storage.arrow import Bools, Floats

WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
#: from here on, different whole numbers can be the same float
MAX_EXACT = 2.0**53
#: a larger number can overflow the float32 of trees once it is scaled
HUGE = 1e30


def validate_numeric(
    location: str, column: pa.ChunkedArray, missing_values: MissingValues, form: NumberForm | None = None
) -> Floats:
    """Return the column as float64, shape (rows,), NaN where missing. `location` starts each message.

    `form` is the form of the numbers in texts; None is Python's. Raises InputError for cells that are no number,
    infinite, beyond HUGE, or too large to be exact.
    """
    column = decode_dictionary(column)
    if not (is_text(column.type) or is_number(column.type)):
        raise InputError(f"{location}: is of type {column.type}; a numeric column is needed")
    numbers = to_numbers(column, missing_values, make_parser(form) if form else parse_number)
    values = numbers.values
    huge = np.isfinite(values) & (np.abs(values) > HUGE)
    kind = f"a number with {describe_form(form)}" if form else "a number"
    checks = [
        (numbers.others, f"is not {kind}; fix the cell, or leave it empty if it is missing"),
        (np.isinf(values), "is infinite; numbers must be finite, fix the cell or name it in data.missing"),
        (
            huge,
            f"is beyond ±{HUGE:g}, too large for a model; if it means missing, name it in data.missing, otherwise give "
            "the column in another unit",
        ),
        (
            _find_inexact(column, values, form) & ~huge,
            "has an absolute value of 2^53 or more, so whole numbers are no longer exact; if it identifies a row or a "
            "category, name the column in data.key, data.drop or data.categorical",
        ),
    ]
    raise_problems([f"{location}, {_describe_cells(column, wrong)} {what}" for wrong, what in checks if wrong.any()])
    return values


def validate_text(location: str, column: pa.ChunkedArray, missing_values: MissingValues) -> Texts:
    """Return the column as texts. Raises InputError for a type that cannot be a category."""
    column = decode_dictionary(column)
    if not (is_text(column.type) or is_number(column.type) or pat.is_boolean(column.type)):
        raise InputError(f"{location}: is of type {column.type}; text, numbers or booleans are needed")
    return to_texts(column, missing_values)


def validate_free_text(location: str, column: pa.ChunkedArray, missing_values: MissingValues) -> Texts:
    """Return a column of data.text. Raises InputError if the file declares another type: spellings would differ."""
    column = decode_dictionary(column)
    if not (is_text(column.type) or pat.is_null(column.type)):
        raise InputError(f"{location}: is of type {column.type}; data.text is for texts, remove the column from it")
    return to_texts(column, missing_values)


def check_filled(location: str, missing: Bools, needed: str) -> None:
    """Raise InputError when cells are missing, shape (rows,), in a column in which every row needs one."""
    if missing.any():
        raise InputError(
            f"{location}: is empty in {format_rows(np.flatnonzero(missing).tolist())}; every row needs {needed}, fill "
            "it in or remove the row"
        )


def decode_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column without dictionary encoding, which pandas uses for categories."""
    return column.cast(column.type.value_type) if pat.is_dictionary(column.type) else column


def get_value_type(kind: pa.DataType) -> pa.DataType:
    """Return the type of the cells in a column of this type, dictionary encoded or not."""
    return kind.value_type if pat.is_dictionary(kind) else kind


def _find_inexact(column: pa.ChunkedArray, values: Floats, form: NumberForm | None) -> Bools:
    """Return a mask of the cells whose whole number may be another one as a float, shape (rows,)."""
    thousands = (form and form.thousands) or ""
    large = (np.abs(values) >= MAX_EXACT) & np.isfinite(values)
    if is_text(column.type):
        for row in np.flatnonzero(large):
            large[row] = bool(WHOLE.fullmatch(column[int(row)].as_py().strip().replace(thousands, "")))
    elif pat.is_floating(column.type):
        large[:] = False  # the file holds this very float
    return large


def _describe_cells(column: pa.ChunkedArray, mask: Bools) -> str:
    """Return the rows of `mask` and the first of their cells as text for a message."""
    rows = np.flatnonzero(mask).tolist()
    return f"{format_rows(rows)}: {shorten(str(column[rows[0]].as_py()))}"
