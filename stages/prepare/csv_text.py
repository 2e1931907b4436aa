"""CSV text as a table: every cell as it stands in the file, null where it is empty, or as the number that it spells."""

from collections.abc import Callable, Iterator, Mapping
import csv
import io

import pyarrow as pa

from stages.prepare.cells import Marks
from stages.prepare.csv_bytes import Pieces, Stream, scan
from stages.prepare.csv_quotes import check_quotes
from stages.prepare.csv_rows import Rows
from stages.prepare.gathered import Gathered
from stages.prepare.names import check_names
from stages.prepare.words import shortened
from stages.shared.errors import InputError

#: what is wanted of the columns of these names: with marks numbers, where all cells are; else texts. Others are not read.
Wanted = Callable[[list[str]], Mapping[str, Marks | None]]

#: what people use in place of the comma
DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def parse(pieces: Pieces, source: str, wanted: Wanted | None = None) -> pa.Table:
    """The table in comma-separated UTF-8 text with a header, at least one row; in memory only what is `wanted`.

    Columns are float64 where numbers are wanted and every cell is one or missing, null where missing; else texts, with
    dictionaries; nulls where nothing is wanted. Without `wanted` all columns are plain strings.

    Raises InputError for text that is not UTF-8, holds NUL bytes, has another delimiter, an unclosed quote,
    lines of unequal length, or names that cannot serve. pandas would shift or pad such lines without a word.
    """
    scanned = scan(pieces(), source)
    header = _header(pieces(), source)
    longest = max(scanned.longest, check_quotes(pieces(), source) if scanned.quoted else 0)
    check_names(header, source)
    rows = Rows(pieces, source, header, scanned.quoted, longest)
    if wanted is None:
        return pa.Table.from_batches(list(rows.blocks(header)))
    return _gathered(rows, wanted(header), scanned.lines)


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


def _gathered(rows: Rows, readings: Mapping[str, Marks | None], most: int) -> pa.Table:
    """The columns by name. Those in which a doubtful cell came late are read once more, as texts."""
    columns = _columns(rows, readings, most)
    late = {name: None for name, column in columns.items() if column.again}
    if late:
        columns |= _columns(rows, late, most)
    count = next(iter(columns.values())).rows
    arrays = {}
    for name in rows.header:
        arrays[name] = columns.pop(name).column() if name in columns else pa.nulls(count)
    return pa.table(arrays)


def _columns(rows: Rows, readings: Mapping[str, Marks | None], most: int) -> dict[str, Gathered]:
    columns = {name: Gathered(marks, most) for name, marks in readings.items()}
    for block in rows.blocks(list(columns)):
        for column, cells in zip(columns.values(), block.columns, strict=True):
            column.add(cells)
    return columns
