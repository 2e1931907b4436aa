"""Raw cells as numbers or as texts.

Training data and new data are parsed by the same functions, so that both give the same values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
import math
import re

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.shared.storage.arrow import Bools, Floats, Ints, from_numpy, to_floats, to_ints

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE | re.ASCII)


def parse_number(text: str) -> float:
    """Return the number in `text` as Python's float() parses it; NaN when `text` is no number."""
    text = text.strip()
    return float(text) if NUMBER.fullmatch(text) else math.nan


@dataclass(frozen=True)
class MissingValues:
    """Texts that mean "missing" in a column besides the empty cell; a number covers all its spellings."""

    texts: frozenset[str]
    numbers: frozenset[float]

    @classmethod
    def of(cls, missing: Mapping[str, Sequence[str]], column: str) -> "MissingValues":
        """Return the missing values of `column` in `data.missing`, including those of "*"."""
        texts = [*missing.get("*", []), *missing.get(column, [])]
        numbers = map(parse_number, texts)
        return cls(frozenset(texts), frozenset(number for number in numbers if not math.isnan(number)))

    def __contains__(self, text: str) -> bool:
        return text in self.texts or (bool(self.numbers) and parse_number(text) in self.numbers)


NO_MISSING_VALUES = MissingValues(frozenset(), frozenset())


@dataclass(frozen=True)
class Texts:
    """A column as texts: the distinct texts, shape (texts,), and the index of each row's text."""

    distinct: pa.Array
    codes: Ints  # shape (rows,), −1 where missing

    @property
    def missing(self) -> Bools:
        """A mask of the rows without a value, shape (rows,)."""
        return self.codes < 0

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each text that has a row, in order of first appearance."""
        numbers = np.bincount(self.codes[~self.missing], minlength=len(self.distinct))
        pairs = zip(self.distinct.to_pylist(), numbers.tolist(), strict=True)
        return {text: number for text, number in pairs if number}

    def rows_of(self, text: str) -> list[int]:
        """Return the rows that hold `text`, counted from 0."""
        index = self.distinct.to_pylist().index(text)
        return [int(row) for row in np.flatnonzero(self.codes == index)]

    def array(self) -> pa.Array:
        """Return the column as an Arrow string array, null where missing."""
        return self.distinct.take(from_numpy(self.codes, pa.int64(), self.missing))


def to_texts(column: pa.ChunkedArray, missing_values: MissingValues) -> Texts:
    """Return every cell in its text form (`3` for the number 3, in Parquet also for 3.0), code −1 where missing."""
    encoded = column.cast(pa.string()).dictionary_encode().combine_chunks()
    blank = np.array([text == "" or text in missing_values for text in encoded.dictionary.to_pylist()], dtype=bool)
    codes = to_ints(encoded.indices)
    return Texts(encoded.dictionary, np.where((codes < 0) | _take_at(blank, codes, True), -1, codes))


@dataclass(frozen=True)
class Numbers:
    """A column as numbers, shape (rows,): NaN where the cell is missing or spells no number."""

    values: Floats
    missing: Bools

    @property
    def others(self) -> Bools:
        """A mask of the rows that hold something else than a number, shape (rows,)."""
        return np.isnan(self.values) & ~self.missing


def to_numbers(
    column: pa.ChunkedArray, missing_values: MissingValues, parse: Callable[[str], float] = parse_number
) -> Numbers:
    """Return every cell as a number; `parse` reads the texts."""
    values = _parse_whole_column(column) if parse is parse_number or not is_text(column.type) else None
    if values is None:
        return _parse_by_text(column, missing_values, parse)
    missing = np.isnan(values) | np.isin(values, list(missing_values.numbers))
    return Numbers(np.where(missing, np.nan, values), missing)


def _parse_whole_column(column: pa.ChunkedArray) -> Floats | None:
    """Convert all cells at once; return None when a text is no number or spells NaN."""
    try:
        array = column.cast(pa.float64(), safe=False).combine_chunks()
    except pa.ArrowInvalid:
        return None
    values = to_floats(array)
    if is_text(column.type) and np.isnan(values).sum() > array.null_count:
        return None
    return values


def _parse_by_text(column: pa.ChunkedArray, missing_values: MissingValues, parse: Callable[[str], float]) -> Numbers:
    # numbers in data.missing are compared after `parse`: with points between thousands "999.000" is not 999
    exact = missing_values if parse is parse_number else MissingValues(missing_values.texts, frozenset())
    texts = to_texts(column, exact)
    numbers = np.array([parse(text) for text in texts.distinct.to_pylist()], dtype=np.float64)
    values = _take_at(numbers, texts.codes, np.nan)
    marked = np.isin(values, list(missing_values.numbers))
    return Numbers(np.where(marked, np.nan, values), texts.missing | marked)


def _take_at(values: np.ndarray, codes: Ints, absent: float | bool) -> np.ndarray:
    """Return `values[codes]`, with `absent` where the code is −1."""
    return np.append(values, np.array([absent], dtype=values.dtype))[codes]


def is_text(kind: pa.DataType) -> bool:
    """Return whether a column of this type holds texts."""
    return bool(pat.is_string(kind) or pat.is_large_string(kind) or pat.is_string_view(kind))


def is_number(kind: pa.DataType) -> bool:
    """Return whether a column of this type may hold numbers; a column of nulls may."""
    return bool(pat.is_integer(kind) or pat.is_floating(kind) or pat.is_decimal(kind) or pat.is_null(kind))
