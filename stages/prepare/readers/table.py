"""Readers of table files: separated text, Parquet, Arrow or Feather as an Arrow table of raw columns.

A file that is damaged, of another format or too large is refused before a column is parsed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import gzip
from pathlib import Path
from typing import BinaryIO
import zipfile
import zlib

import pyarrow as pa

from stages.prepare.columns.roles import ColumnSelection
from stages.prepare.params import AUTO, ReadParams
from stages.prepare.readers.columnar import read_arrow, read_parquet
from stages.prepare.readers.csv import parse
from stages.prepare.readers.csv_validation import Chunks
from stages.prepare.readers.memory_estimate import check_size
from stages.shared.errors import InputError
from stages.shared.messages import single_line
from stages.shared.runtime.faults import LASTING, TEMPORARY
from stages.shared.runtime.memory import available_bytes
from stages.shared.schemas.contract import Dialect

#: bytes of one read
CHUNK_BYTES = 1 << 20
#: metadata of a table whose texts may be numbers, because CSV has no types
UNTYPED = {"types": "unsettled"}

TEXT_KINDS = (".csv", ".tsv", ".txt")
PACKED_KINDS = ("", ".gz", ".zip", ".zst")
ALLOWED = ".csv, .tsv, .txt (packed: .csv.gz, .csv.zip, .csv.zst), .parquet (a file or a folder), .feather, .arrow"

#: first bytes of files that are no text
MAGIC_BYTES = {
    b"PAR1": "Parquet (call it .parquet)",
    b"ARROW1": "Arrow (call it .arrow)",
    b"\x1f\x8b": "gzip (call it .csv.gz)",
    b"\x28\xb5\x2f\xfd": "Zstandard (call it .csv.zst)",
    b"PK\x03\x04": "a zip file (call it .csv.zip) or an Excel file (save it as CSV)",
}


def read_columns(
    path: Path,
    select: ColumnSelection | None = None,
    settings: ReadParams = AUTO,
    prefer: Dialect | None = None,
) -> pa.Table:
    """Return the raw columns of a file: cells of separated text as texts (null where empty), other files as typed.

    `has_schema` returns whether the file declared types. With `select`, a text column that is selected as numbers and
    holds only numbers is float64, and texts are dictionary encoded. Columns that are not selected are null. `settings`
    are data.read; `prefer` is the dialect of the training table. `get_read_facts` returns how the table was read.
    Raises InputError when the file is missing, damaged, empty, of another format, or larger than the limit or the
    available memory. Column names must not be repeated, nor be numbers.
    """
    source = path.as_posix()
    with name_faults(source):
        check_kind(path, source)
        if is_parquet(path):
            return read_parquet(path, source, select)
        if is_arrow(path):
            return read_arrow(path, source, select)
        table = parse(open_chunks(path, source), source, select, available_bytes(), settings, prefer)
        return table.replace_schema_metadata({**table.schema.metadata, **UNTYPED})


@contextmanager
def name_faults(source: str) -> Iterator[None]:
    """Turn errors of Arrow and of the system about an unreadable file into InputError, which names `source`."""
    try:
        yield
    except pa.ArrowException as error:
        raise InputError(
            f"{source}: not a whole Parquet file ({single_line(error)}); fetch or write it again"
        ) from None
    except OSError as error:
        if error.errno in TEMPORARY:  # not the file's fault
            raise
        fix = LASTING.get(error.errno or 0, "fetch it again")
        raise InputError(f"{source}: cannot be read: {error.strerror or single_line(error)}; {fix}") from None


def check_kind(path: Path, source: str) -> None:
    """Raise InputError where there is neither a file nor a folder."""
    try:
        path.stat()  # from Python 3.14 on `exists` hides why a file cannot be reached
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise InputError(f"{source}: no such file; put the table there or name another") from None
    if not (path.is_file() or path.is_dir()):  # reading a pipe would wait for whoever writes to it
        raise InputError(f"{source}: is neither a file nor a folder; write the table into a file")


def is_parquet(path: Path) -> bool:
    """Return whether this is a Parquet file, or a folder of Parquet parts, by its name."""
    return path.is_dir() or path.name.lower().endswith(".parquet")


def is_arrow(path: Path) -> bool:
    """Return whether this is an Arrow or Feather file, by its name."""
    return path.name.lower().endswith((".feather", ".arrow"))


def has_schema(table: pa.Table) -> bool:
    """Return whether the file declared the types of its columns."""
    return b"types" not in (table.schema.metadata or {})


def open_chunks(path: Path, source: str) -> Chunks:
    """Return the unpacked bytes of separated text. Raises InputError for another kind of file."""
    name = path.name.lower()
    packing = next((packed for packed in PACKED_KINDS if name.endswith(tuple(k + packed for k in TEXT_KINDS))), None)
    if packing is None:
        raise InputError(f"{source}: unknown kind of file; allowed: {ALLOWED}")
    check_size(path.stat().st_size, source)

    def chunks() -> Iterator[bytes]:
        return _unpack(path, source, packing)

    beginning = next(chunks(), b"")
    for start, kind in MAGIC_BYTES.items():
        if beginning.startswith(start):
            raise InputError(f"{source}: not CSV text; it looks like {kind}; allowed: {ALLOWED}")
    return chunks


def _unpack(path: Path, source: str, packing: str) -> Iterator[bytes]:
    size, kinds = 0, {".gz": "gzip", ".zip": "zip", ".zst": "Zstandard"}
    try:
        with path.open("rb") as packed, _open(packed, source, packing) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                size += len(chunk)
                check_size(size, source)
                yield chunk
    except (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error, RuntimeError, OSError) as error:
        if not packing:
            raise
        raise InputError(
            f"{source}: not a whole {kinds[packing]} file ({single_line(error)}); fetch or pack it again"
        ) from None


def _open(packed: BinaryIO, source: str, packing: str) -> BinaryIO:
    if packing == ".gz":
        return gzip.GzipFile(fileobj=packed)  # type: ignore[return-value]  # it reads like a file
    if packing == ".zst":
        return pa.CompressedInputStream(packed, "zstd")  # type: ignore[no-any-return]
    if packing == ".zip":
        archive = zipfile.ZipFile(packed)
        members = [
            item.filename
            for item in archive.infolist()
            if not item.is_dir() and not any(part.startswith((".", "__MACOSX")) for part in item.filename.split("/"))
        ]
        if len(members) != 1:
            raise InputError(f"{source}: holds {len(members)} files; pack exactly one")
        return archive.open(members[0])  # type: ignore[return-value]  # it reads like a file
    return packed
