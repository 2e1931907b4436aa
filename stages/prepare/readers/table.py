"""A table file as a table of raw columns: CSV as texts, Parquet as typed."""

from collections.abc import Iterator
import gzip
from pathlib import Path
import zlib

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stages.prepare.columns.names import check_names
from stages.prepare.columns.parsing import is_text
from stages.prepare.columns.validation import decoded_type
from stages.prepare.messages import one_line
from stages.prepare.readers.csv import Wanted, parse
from stages.prepare.readers.memory_estimate import check_fits
from stages.shared.errors import InputError
from stages.shared.runtime.memory import available_bytes
from stages.shared.storage.parquet import read_columns_lean

#: the most that a file may hold once unpacked; a few kilobytes of gzip can unpack to any size
MAX_BYTES = 8 << 30
#: so many bytes are read at a time
PIECE = 1 << 20
#: so many rows show what a row of a Parquet file takes
GLANCE = 1000
#: the metadata of a table whose texts may be numbers: CSV has no types
UNTYPED = {"types": "unsettled"}

#: first bytes by which a file is told that is not what its name says
KINDS = {
    b"PAR1": "Parquet (call it .parquet)",
    b"\x1f\x8b": "gzip (call it .csv.gz)",
    b"PK\x03\x04": "a zip or Excel file",
}


def read_columns(path: Path, wanted: Wanted | None = None) -> pa.Table:
    """The columns of a CSV, CSV.gz or Parquet file, raw: CSV cells as texts (null where empty), Parquet as typed.

    `is_typed` tells the two apart. With `wanted` a column of a CSV that numbers are wanted of, and that holds nothing
    else, is float64; texts have dictionaries; and columns of which nothing is wanted are nulls, in Parquet as well.
    Raises InputError when the file is missing, damaged, empty, of another format or too large (also for the memory
    that is available), or when its column names are empty, doubled or numbers.
    """
    source = path.as_posix()
    try:
        if not path.is_file():
            found = "is a folder" if path.is_dir() else "no such file"
            raise InputError(f"{source}: {found}; put the table there or name another")
        return _read(path, source, wanted)
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error.strerror or error}") from None


def is_typed(table: pa.Table) -> bool:
    """Whether the file itself said what its columns are."""
    return b"types" not in (table.schema.metadata or {})


def _read(path: Path, source: str, wanted: Wanted | None) -> pa.Table:
    name = path.name.lower()
    if name.endswith(".parquet"):
        return _parquet(path, source, wanted)
    if not name.endswith((".csv", ".csv.gz")):
        raise InputError(f"{source}: unknown kind of file; allowed: .csv, .csv.gz, .parquet")
    _check_size(path.stat().st_size, source)

    def pieces() -> Iterator[bytes]:
        return _unpacked(path, source) if name.endswith(".gz") else _plain(path)

    beginning = next(pieces(), b"")
    for start, kind in KINDS.items():
        if beginning.startswith(start):
            raise InputError(f"{source}: not CSV text; it looks like {kind}; allowed: .csv, .csv.gz, .parquet")
    return parse(pieces, source, wanted, available_bytes()).replace_schema_metadata(UNTYPED)


def _plain(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _unpacked(path: Path, source: str) -> Iterator[bytes]:
    size = 0
    try:
        with gzip.open(path) as stream:
            while piece := stream.read(PIECE):
                size += len(piece)
                _check_size(size, source)
                yield piece
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{source}: not a whole gzip file ({error}); fetch or pack it again") from None


def _parquet(path: Path, source: str, wanted: Wanted | None) -> pa.Table:
    try:
        # read_table would also take columns from folder names such as year=2020
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            _check_size(sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)), source)
            names = file.schema_arrow.names
            check_names(names, source)
            chosen = list(names if wanted is None else wanted(names))
            rows = file.metadata.num_rows
            check_fits(source, rows, [_beginning(file, name) for name in chosen], available_bytes())
            columns = dict(zip(chosen, read_columns_lean(file, chosen), strict=True))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{source}: not a whole Parquet file ({one_line(error)}); fetch or write it again") from None
    if rows == 0:
        raise InputError(f"{source}: holds columns but no data row; it must hold both")
    for name in chosen:
        columns[name] = _nan_is_missing(columns[name])
    return pa.table({name: columns.get(name, pa.nulls(rows)) for name in names})


def _beginning(file: pq.ParquetFile, name: str) -> pa.ChunkedArray:
    """The first rows of a column, or of any column of its size: texts alone have to be looked at."""
    if is_text(decoded_type(file.schema_arrow.field(name).type)):
        for batch in file.iter_batches(GLANCE, columns=[name]):
            if batch.num_rows:
                return pa.table(batch).column(name)
    return pa.chunked_array([[0.0]])


def _nan_is_missing(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """NaN as null, in a column of floats: pyarrow and polars write one where pandas writes the other."""
    if not pa.types.is_floating(column.type):
        return column
    absent = pc.is_nan(column.cast(pa.float64()))
    return pc.if_else(absent, pa.scalar(None, column.type), column) if pc.any(absent).as_py() else column


def _check_size(size: int, source: str) -> None:
    if size > MAX_BYTES:
        raise InputError(f"{source}: more than {MAX_BYTES:,} bytes when unpacked; at most so many fit; take fewer rows")
