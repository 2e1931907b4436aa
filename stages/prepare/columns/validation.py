"""Cells of a known type, refused where they are not of it: by `prepare`, and by `conform` for new data."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.parsing import Marks, Texts, as_numbers, as_texts, is_number, is_text
from stages.prepare.messages import data_rows, shortened
from stages.shared.errors import InputError
from stages.shared.storage.arrow import Bools, Floats

WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
#: from here on different whole numbers can be the same float
INEXACT = 2.0**53
#: beyond this the square of a number, and with it a standard deviation, is infinite
HUGE = 1e150


def numeric_cells(where: str, column: pa.ChunkedArray, marks: Marks) -> Floats:
    """The column as float64, shape (rows,), NaN where missing. `where` begins each message.

    Raises InputError for cells that are no number, infinite, or too large to be exact.
    """
    column = decoded(column)
    if not (is_text(column.type) or is_number(column.type)):
        raise InputError(f"{where}: is of type {column.type}; a numeric column is needed")
    numbers = as_numbers(column, marks)
    problems = []
    if numbers.others.any():
        found, rows = _first(column, numbers.others)
        problems.append(f"{where}, {rows}: {found} is not a number; mend the cell, or leave it empty if it is missing")
    if np.isinf(numbers.values).any():
        found, rows = _first(column, np.isinf(numbers.values))
        problems.append(
            f"{where}, {rows}: {found} is infinite; numbers must be finite, mend the cell or name it in data.missing"
        )
    elif (huge := np.abs(numbers.values) > HUGE).any():
        found, rows = _first(column, huge)
        problems.append(
            f"{where}, {rows}: {found} is beyond ±{HUGE:g}, too large to be scaled; if it means missing, name it in "
            "data.missing, otherwise give the column in another unit"
        )
    elif (large := _inexact(column, numbers.values)).any():
        found, rows = _first(column, large)
        problems.append(
            f"{where}, {rows}: {found} is not below 2^53, from where on whole numbers are no longer exact; "
            "if it names a row or a category, name the column in data.key, data.drop or data.categorical"
        )
    if problems:
        raise InputError(problems)
    return numbers.values


def text_cells(where: str, column: pa.ChunkedArray, marks: Marks) -> Texts:
    """The column as texts. Raises InputError when its type has no text form that could be a category."""
    column = decoded(column)
    if not (is_text(column.type) or is_number(column.type) or pat.is_boolean(column.type)):
        raise InputError(f"{where}: is of type {column.type}; text, numbers or booleans are needed")
    return as_texts(column, marks)


def decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column without dictionary encoding (pandas writes its categories so)."""
    return column.cast(column.type.value_type) if pat.is_dictionary(column.type) else column


def decoded_type(kind: pa.DataType) -> pa.DataType:
    """What is in a column of this type, dictionary encoded or not."""
    return kind.value_type if pat.is_dictionary(kind) else kind


def _inexact(column: pa.ChunkedArray, values: Floats) -> Bools:
    large = (np.abs(values) >= INEXACT) & np.isfinite(values)
    if is_text(column.type):
        for row in np.flatnonzero(large):
            large[row] = bool(WHOLE.fullmatch(column[int(row)].as_py().strip()))
    elif pat.is_floating(column.type):
        large[:] = False  # the file holds this very float
    return large


def _first(column: pa.ChunkedArray, chosen: Bools) -> tuple[str, str]:
    """The first chosen cell, and all chosen rows in words."""
    rows = [int(row) for row in np.flatnonzero(chosen)]
    return shortened(str(column[rows[0]].as_py())), data_rows(rows)
