"""CSV text as a table of texts: every cell as it stands in the file, null where it is empty."""

import codecs
import csv
import io

import pyarrow as pa
import pyarrow.csv as pacsv

from stages.prepare.words import one_line, shortened
from stages.shared.errors import InputError

#: what people use in place of the comma
DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
#: pyarrow parses block by block; a record must fit into one
BLOCK = 64 << 20
#: so many ragged lines are shown, the rest are counted
SHOWN = 5


def parse(content: bytes, source: str) -> pa.Table:
    """The table in comma-separated UTF-8 text with a header: string columns, at least one row.

    Raises InputError for text that is not UTF-8, holds NUL bytes, has another delimiter, an unclosed quote or
    lines of unequal length. pandas would shift or pad such lines without a word.
    """
    _check_encoding(content, source)
    content = content.removeprefix(codecs.BOM_UTF8)
    if not content.endswith((b"\n", b"\r")):
        content += b"\n"  # pyarrow takes a single line without an end for nothing
    header = _header(content, source)
    if b'"' in content:
        _check_quotes(content, source)
    return _rows(content, header, source)


def _check_encoding(content: bytes, source: str) -> None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        raise InputError(
            f"{source}: not UTF-8 text: byte 0x{content[error.start]:02x} at byte offset {error.start} (line {line})"
            f"{', it looks like UTF-16' if utf16 else ''}; save it as UTF-8"
        ) from None
    if (offset := content.find(b"\0")) >= 0:
        line = content.count(b"\n", 0, offset) + 1
        raise InputError(f"{source}: holds a NUL byte at byte offset {offset} (line {line}); save it as UTF-8 text")


def _header(content: bytes, source: str) -> list[str]:
    try:
        header = next((cells for cells in csv.reader(_lines(content)) if cells), None)
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


def _check_quotes(content: bytes, source: str) -> None:
    """Refuses quotes that do not enclose a whole cell: pyarrow would swallow lines up to the next quote."""
    reader = csv.reader(_lines(content), strict=True)
    start = 1
    try:
        for _ in reader:
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{source}: the record that begins in line {start} has a quote that is not closed, or closed before the "
            f'end of its cell ({error}); enclose whole cells and write a quote inside them twice ("")'
        ) from None


def _lines(content: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")


def _rows(content: bytes, header: list[str], source: str) -> pa.Table:
    ragged: list[pacsv.InvalidRow] = []

    def keep(row: pacsv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    places = {f"f{place}": pa.string() for place in range(len(header))}
    try:
        table = pacsv.read_csv(
            pa.BufferReader(content),
            # the header is read as a row, so that pyarrow invents no names; threads would lose the row numbers
            pacsv.ReadOptions(autogenerate_column_names=True, use_threads=False, block_size=BLOCK),
            # with one column, a blank line is a missing value
            pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep, ignore_empty_lines=len(header) > 1),
            pacsv.ConvertOptions(column_types=places, null_values=[""], strings_can_be_null=True),
        )
    except pa.ArrowInvalid as error:
        raise InputError(f"{source}: cannot be read as CSV ({one_line(error)}); save it again as plain CSV") from None
    if ragged:
        raise InputError(_ragged(ragged, source))
    if table.num_rows < 2:
        raise InputError(f"{source}: holds a header but no data row; it must hold both")
    return table.slice(1).rename_columns(header)


def _ragged(rows: list[pacsv.InvalidRow], source: str) -> list[str]:
    problems = [
        # pyarrow counts the header as row 1
        f"{source}: data row {row.number - 1} has {row.actual_columns} cells where the header names "
        f"{row.expected_columns} columns: {shortened(row.text)}; give every row one cell for each column"
        for row in rows[:SHOWN]
    ]
    if len(rows) > SHOWN:
        problems.append(f"{source}: {len(rows) - SHOWN} more rows are longer or shorter than the header; mend them too")
    return problems
