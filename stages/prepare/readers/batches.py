"""The rows of a table in batches, so that memory holds only a part of a large table.

Separated text, packed or not, and single Parquet files are read piece by piece; other kinds are read whole.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from stages.prepare.readers.columnar import iter_parquet, measure_parquet
from stages.prepare.readers.csv import open_text
from stages.prepare.readers.table import check_kind, is_arrow, is_parquet, name_faults, open_chunks, read_columns
from stages.shared.schemas.contract import Dialect

#: rows of a Parquet file that are read at once
READ_ROWS = 1 << 15

#: yields tables of all columns, null where they are not selected
ReadTables = Callable[[Collection[str]], Iterator[pa.Table]]


@dataclass(frozen=True)
class Batches:
    """The raw columns of a file as `read_columns` gives them without `select`, in tables of any number of rows.

    `read` begins at the first row each time. It raises InputError where `read_columns` does, at the latest at the end.
    """

    source: str  # starts each message
    names: list[str]
    max_rows: int  # an upper bound
    read: ReadTables


def open_batches(path: Path, source: str, prefer: Dialect | None = None) -> Batches:
    """Open a table. Raises InputError when its beginning, or the bytes of a text, are invalid for `read_columns`."""
    with name_faults(source):
        check_kind(path, source)
        if path.is_dir() or is_arrow(path):
            table = read_columns(path, prefer=prefer)
            return Batches(source, table.column_names, table.num_rows, lambda selected: iter([table]))
        if is_parquet(path):
            names, n_rows = measure_parquet(path, source)
            read = _guard(source, lambda selected: iter_parquet(path, source, selected, READ_ROWS))
            return Batches(source, names, n_rows, read)
        rows = open_text(open_chunks(path, source), source, prefer=prefer)

    def read_text(selected: Collection[str]) -> Iterator[pa.Table]:
        present = [name for name in rows.header if name in selected] or rows.header[:1]
        for block in rows.blocks(present):
            absent = pa.nulls(block.num_rows)
            yield pa.table({name: block.column(name) if name in present else absent for name in rows.header})

    return Batches(source, rows.header, rows.scanned.lines, _guard(source, read_text))


def _guard(source: str, read: ReadTables) -> ReadTables:
    def guarded(selected: Collection[str]) -> Iterator[pa.Table]:
        with name_faults(source):
            yield from read(selected)

    return guarded
