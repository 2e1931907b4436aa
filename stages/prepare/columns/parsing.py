"""Raw cells as numbers or as texts: the one way in which training data and new data are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import math
import re

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.shared.storage.arrow import Bools, Floats, Ints, from_numpy, to_floats, to_ints

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE | re.ASCII)


def reading(text: str) -> float:
    """The number that `text` spells, exactly as Python's float() reads it; NaN when it spells none."""
    text = text.strip()
    return float(text) if NUMBER.fullmatch(text) else math.nan


@dataclass(frozen=True)
class Marks:
    """Texts that mean "missing" in a column, besides the empty cell; numbers stand for all their spellings."""

    texts: frozenset[str]
    numbers: frozenset[float]

    @classmethod
    def of(cls, missing: Mapping[str, Sequence[str]], column: str) -> "Marks":
        """The marks of `column` in `data.missing`, those of "*" included."""
        texts = [*missing.get("*", []), *missing.get(column, [])]
        numbers = map(reading, texts)
        return cls(frozenset(texts), frozenset(number for number in numbers if not math.isnan(number)))

    def __contains__(self, text: str) -> bool:
        return text in self.texts or (bool(self.numbers) and reading(text) in self.numbers)


@dataclass(frozen=True)
class Texts:
    """A column as texts: the different ones, shape (texts,), and which of them each row holds."""

    different: pa.Array
    codes: Ints  # shape (rows,), −1 where missing

    @property
    def missing(self) -> Bools:
        """Which rows have no value, shape (rows,)."""
        return self.codes < 0

    def counts(self) -> dict[str, int]:
        """How many rows hold each text, in order of first appearance; texts without a row are left out."""
        numbers = np.bincount(self.codes[~self.missing], minlength=len(self.different))
        pairs = zip(self.different.to_pylist(), numbers.tolist(), strict=True)
        return {text: number for text, number in pairs if number}

    def rows_of(self, text: str) -> list[int]:
        """The rows that hold `text`, counted from 0."""
        place = self.different.to_pylist().index(text)
        return [int(row) for row in np.flatnonzero(self.codes == place)]

    def array(self) -> pa.Array:
        """The column as an Arrow string array, null where missing."""
        return self.different.take(from_numpy(self.codes, pa.int64(), self.missing))


def as_texts(column: pa.ChunkedArray, marks: Marks) -> Texts:
    """Every cell in its text form (`3` for the whole number 3, in Parquet also for 3.0), −1 where missing."""
    encoded = column.cast(pa.string()).dictionary_encode().combine_chunks()
    blank = np.array([text == "" or text in marks for text in encoded.dictionary.to_pylist()], dtype=bool)
    codes = to_ints(encoded.indices)
    return Texts(encoded.dictionary, np.where((codes < 0) | _at(blank, codes, True), -1, codes))


@dataclass(frozen=True)
class Numbers:
    """A column as numbers, shape (rows,): NaN where the cell is missing or spells no number."""

    values: Floats
    missing: Bools

    @property
    def others(self) -> Bools:
        """Which rows hold something that is no number."""
        return np.isnan(self.values) & ~self.missing


def as_numbers(column: pa.ChunkedArray, marks: Marks) -> Numbers:
    """Every cell as the number that it is or spells."""
    values = _whole_column(column)
    if values is None:
        return _by_text(column, marks)
    missing = np.isnan(values) | np.isin(values, list(marks.numbers))
    return Numbers(np.where(missing, np.nan, values), missing)


def _whole_column(column: pa.ChunkedArray) -> Floats | None:
    """The fast way: all cells at once, None when a text among them is no number or spells NaN."""
    try:
        array = column.cast(pa.float64(), safe=False).combine_chunks()
    except pa.ArrowInvalid:
        return None
    values = to_floats(array)
    if is_text(column.type) and np.isnan(values).sum() > array.null_count:
        return None
    return values


def _by_text(column: pa.ChunkedArray, marks: Marks) -> Numbers:
    texts = as_texts(column, marks)
    numbers = np.array([reading(text) for text in texts.different.to_pylist()], dtype=np.float64)
    return Numbers(_at(numbers, texts.codes, np.nan), texts.missing)


def _at(values: np.ndarray, codes: Ints, absent: float | bool) -> np.ndarray:
    """`values[codes]`, `absent` where the code is −1."""
    return np.append(values, np.array([absent], dtype=values.dtype))[codes]


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds texts."""
    return bool(pat.is_string(kind) or pat.is_large_string(kind) or pat.is_string_view(kind))


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of this type holds numbers (a column of nulls alone might)."""
    return bool(pat.is_integer(kind) or pat.is_floating(kind) or pat.is_decimal(kind) or pat.is_null(kind))
