"""Readers of columnar files, which declare types: Parquet, a folder of Parquet parts, Arrow and Feather.

The metadata of pandas is used: categories stay categories, and an index is recognized.
"""

from collections.abc import Collection, Iterable, Iterator
import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet as pq

from stages.prepare.columns.names import check_names
from stages.prepare.columns.parsing import is_text
from stages.prepare.columns.roles import ColumnSelection
from stages.prepare.columns.validation import get_value_type
from stages.prepare.read_facts import ReadFacts, attach_read_facts
from stages.prepare.readers.memory_estimate import check_fits, check_size
from stages.shared.errors import InputError
from stages.shared.messages import shorten, single_line
from stages.shared.runtime.memory import available_bytes
from stages.shared.storage.parquet import read_by_column

if TYPE_CHECKING:
    import pandas as pd

#: number of rows from which the size of a row is estimated
SAMPLE_ROWS = 1000
#: how Spark and Hive name the folder of missing values
HIVE_MISSING = "__HIVE_DEFAULT_PARTITION__"

#: the values in the names of the folders around a part, such as year=2024
Partition = dict[str, str | None]


def read_parquet(path: Path, source: str, select: ColumnSelection | None) -> pa.Table:
    """Return the columns of a Parquet file, or of a folder of parts of equal columns.

    Files and folders whose names begin with a point or an underscore are no parts. A folder `key=value` adds the column
    `key`. Raises InputError for damaged files, and for parts that differ in their columns.
    """
    parts = _list_parts(path, source) if path.is_dir() else [(path, Partition())]
    if len({tuple(values) for _, values in parts}) > 1:
        raise InputError(f"{source}: its parts lie in folders of different keys; give every part the same keys")
    keys = list(parts[0][1])
    with _open(parts[0][0]) as file:
        schema = file.schema_arrow
        rows_of_text = {name: _read_first_rows(file, name) for name in dict.fromkeys(schema.names)}
    names = [*schema.names, *keys]
    check_names(names, source)
    n_rows = [_measure(part, schema, source) for part, _ in parts]
    selected = list(names if select is None else select(names))
    samples = [rows_of_text.get(name, pa.chunked_array([[0.0]])) for name in selected]
    check_fits(source, sum(n_rows), samples, available_bytes(), mapped=True)
    inside = [name for name in selected if name not in keys]
    columns: dict[str, pa.ChunkedArray] = {}
    try:
        for table in read_by_column([part for part, _ in parts], inside):
            columns |= dict(zip(table.column_names, table.columns, strict=True))
    except pa.ArrowTypeError as error:
        raise InputError(f"{source}: its parts differ in types ({single_line(error)}); write them alike") from None
    for key in set(keys) & set(selected):
        counted = zip(parts, n_rows, strict=True)
        cells = [pa.repeat(pa.scalar(values[key], pa.string()), rows) for (_, values), rows in counted]
        columns[key] = _parse_whole_numbers(pa.chunked_array(cells))
    return _finish(pa.table({name: columns[name] for name in selected}), names, schema, source)


def iter_parquet(path: Path, source: str, selected: Collection[str], rows: int) -> Iterator[pa.Table]:
    """Yield the columns of a Parquet file as `read_parquet` does, at most `rows` rows at a time.

    Columns that are not `selected` are null. Raises InputError for a file without rows.
    """
    with _open(path) as file:
        schema = file.schema_arrow
        inside = [name for name in schema.names if name in selected]
        empty = schema.empty_table()
        for batch in file.iter_batches(rows, columns=inside, use_threads=False):
            if batch.num_rows:
                empty = None
                yield _finish(pa.Table.from_batches([batch]).select(inside), schema.names, schema, source)
        if empty is not None:
            _finish(empty, schema.names, schema, source)


def measure_parquet(path: Path, source: str) -> tuple[list[str], int]:
    """Return the names of the columns of a Parquet file and its rows. Raises InputError when it is too large."""
    with _open(path) as file:
        schema = file.schema_arrow
    check_names(schema.names, source)
    return list(schema.names), _measure(path, schema, source)


def read_arrow(path: Path, source: str, select: ColumnSelection | None) -> pa.Table:
    """Return the columns of an Arrow or Feather file. Raises InputError when it is damaged."""
    with pa.memory_map(str(path)) as stream:
        try:
            table = pa.ipc.open_file(stream).read_all()
        except pa.ArrowInvalid:
            stream.seek(0)
            try:
                table = pa.ipc.open_stream(stream).read_all()
            except pa.ArrowInvalid as error:
                raise InputError(
                    f"{source}: not a whole Arrow file ({single_line(error)}); fetch or write it again"
                ) from None
    check_size(table.nbytes, source)
    check_names(table.column_names, source)
    selected = list(table.column_names if select is None else select(table.column_names))
    samples = table.slice(0, SAMPLE_ROWS).select(selected).columns if table.num_rows else []
    check_fits(source, table.num_rows, samples, available_bytes())
    return _finish(table.select(selected), table.column_names, table.schema, source)


def read_frame(frame: "pd.DataFrame", source: str) -> pa.Table:
    """Return the columns of a DataFrame, as if it had been written to Parquet. Raises InputError."""
    names = [str(name) for name in frame.columns]
    check_names(names, source)
    columns = {}
    for index, name in enumerate(names):
        try:
            columns[name] = pa.chunked_array([pa.Array.from_pandas(frame.iloc[:, index])])
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise InputError(f"{source}: column `{name}`: mixes types ({single_line(error)}); give it one") from None
    table = pa.table(columns)
    return _finish(table, names, table.schema, source)


def _list_parts(folder: Path, source: str) -> list[tuple[Path, Partition]]:
    parts = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder).parts
        if path.is_dir() or any(name.startswith((".", "_")) for name in inner):
            continue
        if not path.name.endswith(".parquet") or not path.is_file():
            raise InputError(f"{source}: holds {shorten('/'.join(inner))}, no part of Parquet; remove it")
        pairs = [name.split("=", 1) for name in inner[:-1] if "=" in name]
        parts.append((path, {key: None if value == HIVE_MISSING else unquote(value) for key, value in pairs}))
    if not parts:
        raise InputError(f"{source}: is a folder without Parquet parts; put them there or name a file")
    return parts


def _open(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(path, page_checksum_verification=True)  # read_table would import pandas


def _measure(path: Path, schema: pa.Schema, source: str) -> int:
    """Return the rows of a part. Raises InputError when it has other columns than `schema`, or is too large."""
    with _open(path) as file:
        if sorted(file.schema_arrow.names) != sorted(schema.names):
            differing = sorted(set(file.schema_arrow.names) ^ set(schema.names))
            raise InputError(
                f"{source}: {path.name} has other columns than the first part ({', '.join(differing)}); write all alike"
            )
        groups = range(file.num_row_groups)
        check_size(sum(file.metadata.row_group(index).total_byte_size for index in groups), source)
        return int(file.metadata.num_rows)


def _read_first_rows(file: pq.ParquetFile, name: str) -> pa.ChunkedArray:
    """Return the first rows of a text column, or one number for any other column: only texts vary in size."""
    field = file.schema_arrow.field(name) if file.schema_arrow.names.count(name) == 1 else None
    if field is not None and is_text(get_value_type(field.type)):
        for batch in file.iter_batches(SAMPLE_ROWS, columns=[name]):
            if batch.num_rows:
                return pa.Table.from_batches([batch]).column(name)
    return pa.chunked_array([[0.0]])


def _parse_whole_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the values of a key as int64 where all are whole numbers without leading zeros."""
    whole = pc.match_substring_regex(column, r"^(0|-?[1-9]\d{0,17})$")
    return column.cast(pa.int64()) if pc.all(whole).as_py() else column


def _finish(table: pa.Table, names: Iterable[str], schema: pa.Schema, source: str) -> pa.Table:
    """Return the columns of all `names`, null where they were not selected, with the metadata of pandas in `schema`."""
    if table.num_rows == 0:
        raise InputError(f"{source}: holds columns but no data row; it must hold both")
    metadata = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
    categories = {item["name"] for item in metadata.get("columns", []) if item["pandas_type"] == "categorical"}
    columns = {}
    for name in names:
        column = pa.nulls(table.num_rows)
        if name in table.column_names:
            column = _replace_nan(table.column(name))
            _check_readable(f"{source}: column `{name}`", column)
        as_category = name in categories and not pa.types.is_dictionary(column.type) and name in table.column_names
        columns[name] = column.dictionary_encode() if as_category else column
    index = [name for name in metadata.get("index_columns", []) if isinstance(name, str)]
    return attach_read_facts(pa.table(columns), ReadFacts(index=index))


def _check_readable(location: str, column: pa.ChunkedArray) -> None:
    """Raise InputError for texts that are not UTF-8 and for an unknown time zone, which Arrow itself does not check."""
    kind = get_value_type(column.type)
    try:
        if is_text(kind):
            column.validate(full=True)
        elif pa.types.is_timestamp(kind):
            pa.array([0], kind).cast(pa.string())
    except pa.ArrowInvalid as error:
        raise InputError(f"{location}: cannot be read ({single_line(error)}); write the file again") from None


def _replace_nan(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Replace NaN by null in a column of floats: pyarrow and polars write NaN where pandas writes null."""
    if not pa.types.is_floating(column.type):
        return column
    absent = pc.is_nan(column.cast(pa.float64()))
    return pc.if_else(absent, pa.scalar(None, column.type), column) if pc.any(absent).as_py() else column
