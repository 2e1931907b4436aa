"""A table file as a table of raw columns: CSV as texts, Parquet as typed."""

import gzip
from pathlib import Path
import zlib

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stages.prepare.cells import reading
from stages.prepare.csv_text import parse
from stages.prepare.words import one_line, shortened
from stages.shared.errors import InputError

#: the most that a file may hold once unpacked; a few kilobytes of gzip can unpack to any size
MAX_BYTES = 8 << 30
#: the metadata of a table whose texts may be numbers: CSV has no types
UNTYPED = {"types": "unsettled"}

#: first bytes by which a file is told that is not what its name says
KINDS = {
    b"PAR1": "Parquet (call it .parquet)",
    b"\x1f\x8b": "gzip (call it .csv.gz)",
    b"PK\x03\x04": "a zip or Excel file",
}


def read_columns(path: Path) -> pa.Table:
    """The columns of a CSV, CSV.gz or Parquet file, raw: CSV cells as texts (null where empty), Parquet as typed.

    `is_typed` tells the two apart. Raises InputError when the file is missing, damaged, empty, of another format or
    too large, or when its column names are empty, doubled or numbers.
    """
    source = path.as_posix()
    try:
        if not path.is_file():
            found = "is a folder" if path.is_dir() else "no such file"
            raise InputError(f"{source}: {found}; put the table there or name another")
        table = _read(path, source)
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error.strerror or error}") from None
    _check_names(table.column_names, source)
    return table


def is_typed(table: pa.Table) -> bool:
    """Whether the file itself said what its columns are."""
    return b"types" not in (table.schema.metadata or {})


def _read(path: Path, source: str) -> pa.Table:
    name = path.name.lower()
    if name.endswith(".parquet"):
        return _parquet(path, source)
    if name.endswith(".csv.gz"):
        content = _unpacked(path, source)
    elif name.endswith(".csv"):
        _check_size(path.stat().st_size, source)
        content = path.read_bytes()
    else:
        raise InputError(f"{source}: unknown kind of file; allowed: .csv, .csv.gz, .parquet")
    for start, kind in KINDS.items():
        if content.startswith(start):
            raise InputError(f"{source}: not CSV text; it looks like {kind}; allowed: .csv, .csv.gz, .parquet")
    return parse(content, source).replace_schema_metadata(UNTYPED)


def _unpacked(path: Path, source: str) -> bytes:
    content = bytearray()
    try:
        with gzip.open(path) as stream:
            while piece := stream.read(1 << 20):
                content += piece
                _check_size(len(content), source)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{source}: not a whole gzip file ({error}); fetch or pack it again") from None
    return bytes(content)


def _parquet(path: Path, source: str) -> pa.Table:
    try:
        # read_table would also take columns from folder names such as year=2020
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            _check_size(sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)), source)
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{source}: not a whole Parquet file ({one_line(error)}); fetch or write it again") from None
    if table.num_rows == 0:
        raise InputError(f"{source}: holds columns but no data row; it must hold both")
    return _nan_is_missing(table.replace_schema_metadata(None))


def _nan_is_missing(table: pa.Table) -> pa.Table:
    """NaN as null, in every column of floats: pyarrow and polars write one where pandas writes the other."""
    for place, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            wide = table.column(place).cast(pa.float64())
            nothing = pa.scalar(None, field.type)
            table = table.set_column(place, field, pc.if_else(pc.is_nan(wide), nothing, table.column(place)))
    return table


def _check_size(size: int, source: str) -> None:
    if size > MAX_BYTES:
        raise InputError(f"{source}: more than {MAX_BYTES:,} bytes when unpacked; at most so many fit; take fewer rows")


def _check_names(names: list[str], source: str) -> None:
    problems = []
    for place, name in enumerate(names, start=1):
        if not name.strip():
            problems.append(
                f"{source}: column {place} has no name; give it one (pandas writes its index so: use index=False)"
            )
        elif name != name.strip() or not name.isprintable():
            problems.append(
                f"{source}: column {shortened(name)} has white space at an end or a sign that cannot be printed; "
                "take it out of the name"
            )
    for name in dict.fromkeys(name for name in names if name.strip() and names.count(name) > 1):
        places = [str(place) for place, other in enumerate(names, start=1) if other == name]
        problems.append(f"{source}: columns {' and '.join(places)} are both called `{name}`; give each its own name")
    if all(reading(name) == reading(name) for name in names):  # NaN, no number, is not equal to itself
        problems.append(
            f"{source}: all column names are numbers ({', '.join(names[:5])}); put a header before the data"
        )
    if problems:
        raise InputError(problems)
