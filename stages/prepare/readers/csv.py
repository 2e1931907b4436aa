"""CSV text as a table: every cell as it stands in the file, null where it is empty, or as the number that it spells."""

from collections.abc import Callable, Iterator, Mapping
import csv
import io
from itertools import islice

import pyarrow as pa

from stages.prepare.columns.names import check_names
from stages.prepare.columns.parsing import Marks
from stages.prepare.messages import shortened
from stages.prepare.readers.column_buffer import Gathered
from stages.prepare.readers.csv_blocks import Rows
from stages.prepare.readers.csv_quotes import check_quotes
from stages.prepare.readers.csv_validation import Pieces, Scan, Stream, scan
from stages.prepare.readers.memory_estimate import check_fits
from stages.shared.errors import InputError

#: what is wanted of the columns of these names: numbers, with their marks; or texts. Columns left out are not read.
Wanted = Callable[[list[str]], Mapping[str, Marks | None]]

#: what people use in place of the comma
DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def parse(pieces: Pieces, source: str, wanted: Wanted | None = None, available: int | None = None) -> pa.Table:
    """The table in comma-separated UTF-8 text with a header, at least one row; in memory only what is `wanted`.

    Columns are float64 where numbers are wanted and every cell is one or missing, null where missing; else texts, with
    dictionaries; nulls where nothing is wanted. Without `wanted` all columns are plain strings.

    Raises InputError for text that is not UTF-8, holds NUL bytes, has another delimiter, an unclosed quote,
    lines of unequal length (pandas would shift or pad them without a word), names that cannot serve, or a table that
    needs more than the `available` bytes of memory.
    """
    scanned = scan(pieces(), source)
    header = _header(pieces(), source)
    longest = max(scanned.longest, check_quotes(pieces(), source) if scanned.quoted else 0)
    check_names(header, source)
    rows = Rows(pieces, source, header, scanned.quoted, longest)
    readings = dict.fromkeys(header) if wanted is None else wanted(header)
    count = _estimated_rows(rows, readings, scanned, available)
    if wanted is None:
        return pa.Table.from_batches(list(rows.blocks(header)))
    return _gathered(rows, readings, count)


def _header(pieces: Iterator[bytes], source: str) -> list[str]:
    lines = io.TextIOWrapper(io.BufferedReader(Stream(pieces)), encoding="utf-8", newline="")
    try:
        header = next((cells for cells in csv.reader(lines) if cells), None)
    except csv.Error as error:
        raise InputError(f"{source}: the header cannot be read ({error}); close the quote") from None
    if header is None or not "".join(header).strip():
        raise InputError(f"{source}: the file is empty; it must hold a header and data rows")
    if len(header) == 1:
        for sign, name in DELIMITERS.items():
            if sign in header[0]:
                raise InputError(
                    f"{source}: only one column, {shortened(header[0])}; it seems to be separated by {name}; "
                    "save it with commas"
                )
    return header


def _estimated_rows(rows: Rows, readings: Mapping[str, Marks | None], scanned: Scan, available: int | None) -> int:
    """How many rows to make room for, by the first block. Raises InputError when they need more than is available."""
    count = 0
    for block in islice(rows.blocks(list(readings)), 1):
        beginning = [Gathered(marks, block.num_rows) for marks in readings.values()]
        for column, cells in zip(beginning, block.columns, strict=True):
            column.add(cells)
        # no more than lines, and with line ends in cells far fewer
        count = min(scanned.lines, (block.num_rows + 1) * -(-scanned.size // rows.block_size))
        check_fits(rows.source, count, [column.column() for column in beginning], available)
    return min(scanned.lines, 2 * count)  # room that stays empty takes no memory


def _gathered(rows: Rows, readings: Mapping[str, Marks | None], count: int) -> pa.Table:
    """The columns by name. Those in which a doubtful cell came late are read once more, as texts."""
    columns = _columns(rows, readings, count)
    late = {name: None for name, column in columns.items() if column.again}
    if late:
        columns |= _columns(rows, late, count)
    count = next(iter(columns.values())).rows
    arrays = {}
    for name in rows.header:
        arrays[name] = columns.pop(name).column() if name in columns else pa.nulls(count)
    return pa.table(arrays)


def _columns(rows: Rows, readings: Mapping[str, Marks | None], count: int) -> dict[str, Gathered]:
    columns = {name: Gathered(marks, count) for name, marks in readings.items()}
    for block in rows.blocks(list(columns)):
        for column, cells in zip(columns.values(), block.columns, strict=True):
            column.add(cells)
    return columns
