"""Readers of table files: a CSV, CSV.gz or Parquet file as an Arrow table of raw columns.

A file that is damaged, of another format or too large is refused before a column is parsed.
"""

from collections.abc import Iterator
import gzip
from pathlib import Path
import zlib

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stages.prepare.columns.names import check_names
from stages.prepare.columns.parsing import is_text
from stages.prepare.columns.roles import ColumnSelection
from stages.prepare.columns.validation import dictionary_value_type
from stages.prepare.readers.csv import parse
from stages.prepare.readers.memory_estimate import check_fits
from stages.shared.errors import InputError
from stages.shared.messages import single_line
from stages.shared.runtime.memory import available_bytes
from stages.shared.storage.parquet import read_columns_lean

#: limit of the unpacked size; a few kilobytes of gzip can unpack to any size
MAX_BYTES = 8 << 30
#: bytes of one read
CHUNK_BYTES = 1 << 20
#: number of rows from which the size of a Parquet row is estimated
SAMPLE_ROWS = 1000
#: metadata of a table whose texts may be numbers, because CSV has no types
UNTYPED = {"types": "unsettled"}

#: first bytes of files that are no CSV text
MAGIC_BYTES = {
    b"PAR1": "Parquet (call it .parquet)",
    b"\x1f\x8b": "gzip (call it .csv.gz)",
    b"PK\x03\x04": "a zip or Excel file",
}


def read_columns(path: Path, select: ColumnSelection | None = None) -> pa.Table:
    """Return the raw columns of a CSV, CSV.gz or Parquet file: CSV cells as texts (null where empty), Parquet as typed.

    `has_schema` tells which of the two the table is. With `select`, a CSV column that is selected as numbers and holds
    only numbers is float64, texts are dictionary encoded, and columns that are not selected are null.
    Raises InputError when the file is missing, damaged, empty, of another format or larger than the limit or the
    available memory, or when its column names are empty, repeated or numbers.
    """
    source = path.as_posix()
    try:
        if not path.is_file():
            result = "is a folder" if path.is_dir() else "no such file"
            raise InputError(f"{source}: {result}; put the table there or name another")
        return _read(path, source, select)
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error.strerror or error}") from None


def has_schema(table: pa.Table) -> bool:
    """Return whether the file declared the types of its columns."""
    return b"types" not in (table.schema.metadata or {})


def _read(path: Path, source: str, select: ColumnSelection | None) -> pa.Table:
    name = path.name.lower()
    if name.endswith(".parquet"):
        return _read_parquet(path, source, select)
    if not name.endswith((".csv", ".csv.gz")):
        raise InputError(f"{source}: unknown kind of file; allowed: .csv, .csv.gz, .parquet")
    _check_size(path.stat().st_size, source)

    def chunks() -> Iterator[bytes]:
        return _read_gzip(path, source) if name.endswith(".gz") else _read_raw(path)

    beginning = next(chunks(), b"")
    for start, kind in MAGIC_BYTES.items():
        if beginning.startswith(start):
            raise InputError(f"{source}: not CSV text; it looks like {kind}; allowed: .csv, .csv.gz, .parquet")
    return parse(chunks, source, select, available_bytes()).replace_schema_metadata(UNTYPED)


def _read_raw(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _read_gzip(path: Path, source: str) -> Iterator[bytes]:
    size = 0
    try:
        with gzip.open(path) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                size += len(chunk)
                _check_size(size, source)
                yield chunk
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{source}: not a whole gzip file ({error}); fetch or pack it again") from None


def _read_parquet(path: Path, source: str, select: ColumnSelection | None) -> pa.Table:
    try:
        # read_table would also take columns from folder names such as year=2020
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            _check_size(sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)), source)
            names = file.schema_arrow.names
            check_names(names, source)
            chosen = list(names if select is None else select(names))
            rows = file.metadata.num_rows
            check_fits(source, rows, [_first_rows(file, name) for name in chosen], available_bytes())
            columns = dict(zip(chosen, read_columns_lean(file, chosen), strict=True))
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{source}: not a whole Parquet file ({single_line(error)}); fetch or write it again"
        ) from None
    if rows == 0:
        raise InputError(f"{source}: holds columns but no data row; it must hold both")
    for name in chosen:
        columns[name] = _nan_is_missing(columns[name])
    return pa.table({name: columns.get(name, pa.nulls(rows)) for name in names})


def _first_rows(file: pq.ParquetFile, name: str) -> pa.ChunkedArray:
    """Return the first rows of a text column, or one number for any other column: only texts vary in size."""
    if is_text(dictionary_value_type(file.schema_arrow.field(name).type)):
        for batch in file.iter_batches(SAMPLE_ROWS, columns=[name]):
            if batch.num_rows:
                return pa.table(batch).column(name)
    return pa.chunked_array([[0.0]])


def _nan_is_missing(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Replace NaN by null in a column of floats: pyarrow and polars write NaN where pandas writes null."""
    if not pa.types.is_floating(column.type):
        return column
    absent = pc.is_nan(column.cast(pa.float64()))
    return pc.if_else(absent, pa.scalar(None, column.type), column) if pc.any(absent).as_py() else column


def _check_size(size: int, source: str) -> None:
    if size > MAX_BYTES:
        raise InputError(f"{source}: more than {MAX_BYTES:,} bytes when unpacked, which is the limit; use fewer rows")
