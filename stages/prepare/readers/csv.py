"""Separated text as an Arrow table: numbers where every cell of a column is one, texts elsewhere.

The text is read in blocks, so that memory holds the columns but never the whole text.
"""

from collections.abc import Iterator, Mapping
import csv
from dataclasses import replace
import io
from itertools import islice

import pyarrow as pa

from stages.prepare.columns.names import check_names, name_columns
from stages.prepare.columns.parsing import MissingValues
from stages.prepare.columns.roles import ColumnSelection
from stages.prepare.params import AUTO, ReadParams
from stages.prepare.read_facts import ReadFacts, attach_read_facts
from stages.prepare.readers.column_buffer import ColumnBuffer
from stages.prepare.readers.csv_blocks import CsvRows
from stages.prepare.readers.csv_validation import Chunks, NotUtf8Error, Scan, Stream, check_quotes, scan
from stages.prepare.readers.dialect import skip_titles, sniff, strip_spaces
from stages.prepare.readers.encoding import detect_byte_order_mark, guess_encoding, to_utf8
from stages.prepare.readers.memory_estimate import check_fits
from stages.shared.errors import InputError
from stages.shared.messages import shorten
from stages.shared.schemas.contract import Dialect


def parse(
    chunks: Chunks,
    source: str,
    select: ColumnSelection | None = None,
    available: int | None = None,
    settings: ReadParams = AUTO,
    prefer: Dialect | None = None,
) -> pa.Table:
    """Return the table in text with a header and at least one row; `get_read_facts` returns how it was read.

    A column selected as numbers is float64 where every cell is a number or missing. Other selected columns are
    dictionary-encoded texts, and columns that are not selected are null. Without `select` all columns are plain
    strings. `settings` and `prefer` are those of `sniff`.

    Raises InputError for text of an unknown encoding, with NUL bytes, without a clear separator or with an unclosed
    quote. It also raises InputError for lines of unequal length, which pandas would silently shift or pad, and for
    invalid names. A table must not need more than the `available` bytes of memory.
    """
    rows = open_text(chunks, source, settings, prefer)
    parsers = dict.fromkeys(rows.header) if select is None else _select(select, rows)
    count = _estimate_rows(rows, parsers, available)
    if select is None:
        return attach_read_facts(pa.Table.from_batches(list(rows.blocks(rows.header))), ReadFacts(dialect=rows.dialect))
    return _read_buffered(rows, parsers, count, settings)


def open_text(chunks: Chunks, source: str, settings: ReadParams = AUTO, prefer: Dialect | None = None) -> CsvRows:
    """Check a text up to its header. Raises InputError as `parse`, but for ragged lines and for memory."""
    chunks, encoding, scanned = _as_utf8(chunks, source, settings, prefer)
    dialect = sniff(chunks, source, settings, prefer).model_copy(update={"encoding": encoding})
    chunks = skip_titles(chunks, dialect)
    if scanned.quoted:
        longest = check_quotes(chunks(), source, dialect)
        scanned = replace(scanned, longest=max(scanned.longest, longest))
    chunks = strip_spaces(chunks, dialect)
    header = _read_header(chunks(), source, dialect)
    check_names(header, source)
    return CsvRows(chunks, source, header, dialect, scanned)


def _as_utf8(chunks: Chunks, source: str, settings: ReadParams, prefer: Dialect | None) -> tuple[Chunks, str, Scan]:
    encoding = settings.encoding
    if encoding == "auto":
        encoding = detect_byte_order_mark(next(chunks(), b""))
    text = to_utf8(chunks, encoding, source)
    try:
        return text, encoding, scan(text(), source)
    except NotUtf8Error:
        fallback = guess_encoding(chunks, prefer.encoding if prefer else None) if settings.encoding == "auto" else None
        if fallback is None:
            raise
    text = to_utf8(chunks, fallback, source)
    return text, fallback, scan(text(), source)


def _select(select: ColumnSelection, rows: CsvRows) -> Mapping[str, MissingValues | None]:
    dialect = rows.dialect
    try:
        return select(rows.header)
    except InputError as error:
        if not dialect.skipped:
            raise
        note = (
            f"{rows.source}: line {dialect.header} was read as the header, below {shorten(dialect.skipped)}; if "
            "another line holds the names, give its number in data.read.header"
        )
        raise InputError([*error.problems, note]) from None


def _read_header(chunks: Iterator[bytes], source: str, dialect: Dialect) -> list[str]:
    lines = io.TextIOWrapper(io.BufferedReader(Stream(chunks)), encoding="utf-8", newline="")
    try:
        header = next((cells for cells in csv.reader(lines, delimiter=dialect.separator) if cells), None)
    except csv.Error as error:
        raise InputError(f"{source}: the header cannot be read ({error}); close the quote") from None
    if header is None or not "".join(header).strip():
        raise InputError(f"{source}: the file is empty; it must hold a header and data rows")
    return name_columns([*header, ""] if dialect.trailing else header)


def _estimate_rows(rows: CsvRows, parsers: Mapping[str, MissingValues | None], available: int | None) -> int:
    """Estimate the number of rows from the first block. Raises InputError when they need more than is available."""
    count, scanned = 0, rows.scanned
    for block in islice(rows.blocks(list(parsers)), 1):
        beginning = [ColumnBuffer(missing_values, block.num_rows) for missing_values in parsers.values()]
        for column, cells in zip(beginning, block.columns, strict=True):
            column.add(cells)
        # no more than lines, and with line ends in cells far fewer
        count = min(scanned.lines, (block.num_rows + 1) * -(-scanned.size // rows.block_size))
        check_fits(rows.source, count, [column.column() for column in beginning], available)
    return min(scanned.lines, 2 * count)  # pages of a buffer that stay unwritten take no memory


def _read_buffered(
    rows: CsvRows, parsers: Mapping[str, MissingValues | None], count: int, settings: ReadParams
) -> pa.Table:
    """Return the columns by name; read columns in which a late cell is no number again as texts."""
    columns = _fill_buffers(rows, parsers, count, settings)
    late = {name: None for name, column in columns.items() if column.must_reread}
    if late:
        columns |= _fill_buffers(rows, late, count, settings)
    count = next(iter(columns.values())).rows
    facts = ReadFacts(
        dialect=rows.dialect,
        commas=[name for name, column in columns.items() if column.is_number and column.decimal == ","],
        grouped=[name for name, column in columns.items() if column.is_number and column.decimal and column.grouped],
        used={name: sorted(column.used) for name, column in columns.items() if column.used},
    )
    arrays = {}
    for name in rows.header:
        arrays[name] = columns.pop(name).column() if name in columns else pa.nulls(count)
    return attach_read_facts(pa.table(arrays), facts)


def _fill_buffers(
    rows: CsvRows, parsers: Mapping[str, MissingValues | None], count: int, settings: ReadParams
) -> dict[str, ColumnBuffer]:
    columns = {name: ColumnBuffer(missing_values, count, settings) for name, missing_values in parsers.items()}
    for block in rows.blocks(list(columns)):
        for column, cells in zip(columns.values(), block.columns, strict=True):
            column.add(cells)
    return columns
