"""A raw column that comes block by block: as numbers while every cell is one, else as texts."""

import numpy as np
import pyarrow as pa

from stages.prepare.columns.parsing import Marks, as_numbers
from stages.prepare.columns.validation import INEXACT
from stages.shared.storage.arrow import Floats, from_numpy

#: texts of a large table: each block with its own dictionary
ENCODED = pa.dictionary(pa.int32(), pa.string())


class Gathered:
    """The cells that came so far.

    With `marks` the column is taken as float64, null where missing, unless a cell is doubtful: no number, infinite, or
    so large that its text has to be looked at. If such a cell comes after the first block, the texts before it are
    gone, and the column must be read once more (`again`). Without `marks` it is texts from the start.
    """

    def __init__(self, marks: Marks | None, expected: int) -> None:
        """`expected` is about the number of rows that will come; memory is taken as they do."""
        self._marks = marks
        self._values: Floats | None = None if marks is None else np.empty(expected)
        self._texts: list[pa.Array] = []
        self.rows = 0
        self.again = False

    def add(self, cells: pa.Array) -> None:
        """Takes the next block, a string array."""
        if self._values is not None and not self._numbers(cells, self._values):
            self._values, self.again = None, self.rows > 0
        if self._values is None and not self.again:
            self._texts.append(cells.dictionary_encode())
        self.rows += len(cells)

    def column(self) -> pa.ChunkedArray:
        """All cells: float64, or texts with dictionaries."""
        if self._values is None:
            return pa.chunked_array(self._texts, ENCODED)
        values = self._values[: self.rows]
        return pa.chunked_array([from_numpy(values, pa.float64(), np.isnan(values))])

    def _numbers(self, cells: pa.Array, values: Floats) -> bool:
        assert self._marks is not None  # or there were no values
        numbers = as_numbers(pa.chunked_array([cells]), self._marks)
        if numbers.others.any() or (np.abs(numbers.values) >= INEXACT).any():
            return False
        end = self.rows + len(cells)
        if end > len(values):
            self._values = np.empty(2 * end)
            self._values[: self.rows] = values[: self.rows]
            values = self._values
        values[self.rows : end] = numbers.values
        return True
