"""A buffer for a raw column that arrives in blocks: numbers while every cell is one, else texts."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.prepare.columns.parsing import MissingValues, to_numbers
from stages.prepare.columns.validation import MAX_EXACT
from stages.shared.storage.arrow import Floats, from_numpy

#: type of text columns: each block has its own dictionary
ENCODED = pa.dictionary(pa.int32(), pa.string())


class ColumnBuffer:
    """The cells of a column so far.

    With `missing_values` the column is float64, null where missing, until a cell is no number, a code with a leading
    zero, infinite, or so large that only its text is exact. If such a cell comes after the first block, the earlier
    texts are lost and the column must be read again (`must_reread`). Without `missing_values` the column is texts from
    the start.
    """

    def __init__(self, missing_values: MissingValues | None, expected: int) -> None:
        """Create an empty buffer for about `expected` rows."""
        self._marks = missing_values
        self._values: Floats | None = None if missing_values is None else np.empty(expected)
        self._texts: list[pa.Array] = []
        self.rows = 0
        self.must_reread = False

    def add(self, cells: pa.Array) -> None:
        """Append the next block, a string array."""
        if self._values is not None and not self._numbers(cells, self._values):
            self._values, self.must_reread = None, self.rows > 0
        if self._values is None and not self.must_reread:
            self._texts.append(cells.dictionary_encode())
        self.rows += len(cells)

    def column(self) -> pa.ChunkedArray:
        """Return all cells: float64, or dictionary-encoded texts."""
        if self._values is None:
            return pa.chunked_array(self._texts, ENCODED)
        values = self._values[: self.rows]
        return pa.chunked_array([from_numpy(values, pa.float64(), np.isnan(values))])

    def _numbers(self, cells: pa.Array, values: Floats) -> bool:
        assert self._marks is not None  # or there were no values
        numbers = to_numbers(pa.chunked_array([cells]), self._marks)
        if numbers.others.any() or (np.abs(numbers.values) >= MAX_EXACT).any() or _are_codes(cells, numbers.values):
            return False
        end = self.rows + len(cells)
        if end > len(values):
            self._values = np.empty(2 * end)
            self._values[: self.rows] = values[: self.rows]
            values = self._values
        values[self.rows : end] = numbers.values
        return True


def _are_codes(cells: pa.Array, values: Floats) -> bool:
    """Return whether whole numbers have leading zeros, as postal codes do; the tests are ordered by their cost."""
    if not (np.isnan(values) | (values == np.floor(values))).all():
        return False
    candidates = cells.filter(pc.starts_with(cells, "0"))
    return len(candidates) > 0 and bool(pc.any(pc.match_substring_regex(candidates, "^0[0-9]")).as_py())
