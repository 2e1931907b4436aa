"""CSV text as an Arrow table: numbers where every cell of a column is one, texts elsewhere.

The text is read in blocks, so that memory holds the columns but never the whole text.
"""

from collections.abc import Iterator, Mapping
import csv
import io
from itertools import islice

import pyarrow as pa

from stages.prepare.columns.names import check_names
from stages.prepare.columns.parsing import MissingValues
from stages.prepare.columns.roles import ColumnSelection
from stages.prepare.readers.column_buffer import ColumnBuffer
from stages.prepare.readers.csv_blocks import CsvRows
from stages.prepare.readers.csv_validation import Chunks, Scan, Stream, check_quotes, scan
from stages.prepare.readers.memory_estimate import check_fits
from stages.shared.errors import InputError
from stages.shared.messages import shorten

#: other separators that files use
DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def parse(chunks: Chunks, source: str, select: ColumnSelection | None = None, available: int | None = None) -> pa.Table:
    """Return the table in comma-separated UTF-8 text with a header and at least one row.

    A column selected as numbers is float64 where every cell is a number or missing; other selected columns are
    dictionary-encoded texts; columns that are not selected are null. Without `select` all columns are plain strings.

    Raises InputError for text that is not UTF-8, holds NUL bytes, has another delimiter, an unclosed quote,
    lines of unequal length (pandas would silently shift or pad them), invalid names, or a table that needs more than
    the `available` bytes of memory.
    """
    scanned = scan(chunks(), source)
    header = _header(chunks(), source)
    longest = max(scanned.longest, check_quotes(chunks(), source) if scanned.quoted else 0)
    check_names(header, source)
    rows = CsvRows(chunks, source, header, scanned.quoted, longest)
    parsers = dict.fromkeys(header) if select is None else select(header)
    count = _estimated_rows(rows, parsers, scanned, available)
    if select is None:
        return pa.Table.from_batches(list(rows.blocks(header)))
    return _read_buffered(rows, parsers, count)


def _header(chunks: Iterator[bytes], source: str) -> list[str]:
    lines = io.TextIOWrapper(io.BufferedReader(Stream(chunks)), encoding="utf-8", newline="")
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
                    f"{source}: only one column, {shorten(header[0])}; it seems to be separated by {name}; "
                    "save it with commas"
                )
    return header


def _estimated_rows(
    rows: CsvRows, parsers: Mapping[str, MissingValues | None], scanned: Scan, available: int | None
) -> int:
    """Estimate the number of rows from the first block. Raises InputError when they need more than is available."""
    count = 0
    for block in islice(rows.blocks(list(parsers)), 1):
        beginning = [ColumnBuffer(missing_values, block.num_rows) for missing_values in parsers.values()]
        for column, cells in zip(beginning, block.columns, strict=True):
            column.add(cells)
        # no more than lines, and with line ends in cells far fewer
        count = min(scanned.lines, (block.num_rows + 1) * -(-scanned.size // rows.block_size))
        check_fits(rows.source, count, [column.column() for column in beginning], available)
    return min(scanned.lines, 2 * count)  # room that stays empty takes no memory


def _read_buffered(rows: CsvRows, parsers: Mapping[str, MissingValues | None], count: int) -> pa.Table:
    """Return the columns by name; read columns in which a late cell is no number again as texts."""
    columns = _fill_buffers(rows, parsers, count)
    late = {name: None for name, column in columns.items() if column.must_reread}
    if late:
        columns |= _fill_buffers(rows, late, count)
    count = next(iter(columns.values())).rows
    arrays = {}
    for name in rows.header:
        arrays[name] = columns.pop(name).column() if name in columns else pa.nulls(count)
    return pa.table(arrays)


def _fill_buffers(rows: CsvRows, parsers: Mapping[str, MissingValues | None], count: int) -> dict[str, ColumnBuffer]:
    columns = {name: ColumnBuffer(missing_values, count) for name, missing_values in parsers.items()}
    for block in rows.blocks(list(columns)):
        for column, cells in zip(columns.values(), block.columns, strict=True):
            column.add(cells)
    return columns
