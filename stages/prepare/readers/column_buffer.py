"""A buffer for a raw column that arrives in blocks: numbers while every cell is one, else texts."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.prepare.columns.notices import GROUPED
from stages.prepare.columns.parsing import MissingValues, Numbers, to_numbers
from stages.prepare.columns.validation import MAX_EXACT
from stages.prepare.params import AUTO, ReadParams
from stages.shared.storage.arrow import Floats, from_bools, from_numpy, to_bools

#: type of text columns: each block has its own dictionary
ENCODED = pa.dictionary(pa.int32(), pa.string())


class ColumnBuffer:
    """The cells of a column so far.

    With `missing_values` the column is float64, null where missing, while its cells are finite numbers. They must be
    exact in float64, and have no leading zeros. If another cell comes after the first block, the earlier texts are
    lost, so the column must be read again (`must_reread`). Without `missing_values` the column is texts from the start.
    A column has decimal points or decimal commas. Commas that may also stand between thousands need their texts.
    """

    def __init__(self, missing_values: MissingValues | None, expected: int, settings: ReadParams = AUTO) -> None:
        """Create an empty buffer for about `expected` rows; `settings` limit the meaning of points and commas."""
        self._missing_values = missing_values
        self._values: Floats | None = None if missing_values is None else np.empty(expected)
        self._texts: list[pa.Array] = []
        self._points = settings.decimal != "," and settings.thousands != "."
        self._commas = settings.decimal != "." and settings.thousands != ","
        self._commas_are_decimal = settings.decimal == "," or settings.thousands != "auto"
        self._late = False
        self.rows = 0
        self.decimal: str | None = None  # None: no cell has a mark yet
        self.grouped = True  # three digits stand behind every mark
        self.used: set[str] = set()  # cells that mean missing

    def add(self, cells: pa.Array) -> None:
        """Append the next block, a string array."""
        if self._values is not None and not self._add_numbers(cells, self._values):
            self._values, self._late = None, self.rows > 0
        if self._values is None and not self._late:
            self._texts.append(cells.dictionary_encode())
        self.rows += len(cells)

    @property
    def must_reread(self) -> bool:
        """Whether the column must be read again as texts, because the texts are lost or the commas are ambiguous."""
        ambiguous = self.decimal == "," and self.grouped and not self._commas_are_decimal
        return self._late or (self._values is not None and ambiguous)

    @property
    def is_number(self) -> bool:
        """Whether every cell so far is a number."""
        return self._values is not None

    def column(self) -> pa.ChunkedArray:
        """Return all cells: float64, or dictionary-encoded texts."""
        if self._values is None:
            return pa.chunked_array(self._texts, ENCODED)
        values = self._values[: self.rows]
        return pa.chunked_array([from_numpy(values, pa.float64(), np.isnan(values))])

    def _add_numbers(self, cells: pa.Array, values: Floats) -> bool:
        numbers = None
        if self._points and self.decimal != ",":
            numbers = self._parse(cells, cells, ".")
        commas = numbers is None and self._commas and self.decimal != "."
        if commas and not pc.any(pc.match_substring(cells, ".")).as_py():
            numbers = self._parse(cells, pc.replace_substring(cells, ",", "."), ",")
        if numbers is None:
            return False
        end = self.rows + len(cells)
        if end > len(values):
            self._values = np.empty(2 * end)
            self._values[: self.rows] = values[: self.rows]
            values = self._values
        values[self.rows : end] = numbers.values
        return True

    def _parse(self, cells: pa.Array, points: pa.Array, decimal: str) -> Numbers | None:
        """Parse `points`, the cells with decimal points, and note their decimal mark; return None for others."""
        assert self._missing_values is not None  # or there were no values
        numbers = to_numbers(pa.chunked_array([points]), self._missing_values)
        large = (np.abs(numbers.values) >= MAX_EXACT).any()
        if numbers.others.any() or large or _are_codes(points, numbers.values):
            return None
        if self.decimal is None or self.grouped:
            marked = cells.filter(pc.match_substring(cells, decimal))
            if len(marked):
                self.decimal = decimal
                self.grouped &= bool(pc.all(pc.match_substring_regex(marked, GROUPED)).as_py())
        if numbers.missing.sum() > cells.null_count:
            present = numbers.missing & ~to_bools(cells.is_null())
            self.used.update(cells.filter(from_bools(present)).unique().to_pylist())
        return numbers


def _are_codes(cells: pa.Array, values: Floats) -> bool:
    """Return whether whole numbers have leading zeros, as postal codes do; the tests are ordered by their cost."""
    if not (np.isnan(values) | (values == np.floor(values))).all():
        return False
    candidates = cells.filter(pc.starts_with(cells, "0"))
    return len(candidates) > 0 and bool(pc.any(pc.match_substring_regex(candidates, "^0[0-9]")).as_py())
