"""Tables as they are read, before types are settled."""

from collections.abc import Callable
import csv as standard_csv
import gzip
import io
import math
import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.prepare.readers.csv import parse
from stages.prepare.readers.table import has_schema, read_columns
from stages.shared.errors import InputError
from tests.stages.prepare.tables import SOURCE, csv, cut, index, parquet

cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)


def read(content: str | bytes | pa.Table, path: str = SOURCE) -> pa.Table:
    return read_columns(Path(index(content, path)))


def test_csv_cells_are_texts_as_they_stand(repository: Path) -> None:
    table = read('a,b\n1.50,NA\n,null\n 3 ,"x, ""y"""\n')
    assert table.to_pydict() == {"a": ["1.50", None, " 3 "], "b": ["NA", "null", 'x, "y"']}
    assert not has_schema(table)


def test_parquet_columns_are_typed_as_they_are(repository: Path) -> None:
    table = read(parquet())
    assert has_schema(table)
    assert table.schema.field("age").type == pa.int64()


def write_strange(path: Path) -> None:
    """Texts that are not UTF-8, as other libraries can write them."""
    bad = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0\4\0\0\0"), pa.py_buffer(b"ab\xff\xfe")]
    )
    pq.write_table(pa.table({"a": [1, 2], "b": bad}), path)


def write_zone(path: Path) -> None:
    pq.write_table(pa.table({"a": pa.array([1, 2], pa.timestamp("us", tz="Mars/Olympus"))}), path)


@pytest.mark.parametrize(
    ("write", "name", "message"),
    [
        (write_strange, "t.parquet", "column `b`: cannot be read .*UTF8"),
        (write_zone, "t.parquet", "column `a`: cannot be read .*Mars/Olympus"),
        (os.mkfifo, "t.csv", "neither a file nor a folder"),
        (os.mkfifo, "t.parquet", "neither a file nor a folder"),
        (os.mkfifo, "t.parquet/a.parquet", "no part of Parquet"),
        (lambda path: None, f"{'x' * 300}.csv", "File name too long; use another path"),
    ],
)
def test_what_cannot_be_read_is_refused(write: Callable[[Path], None], name: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if len(name) < 200:
        path.parent.mkdir(exist_ok=True)
        write(path)
    with pytest.raises(InputError, match=message):
        read_columns(tmp_path / name.split("/")[0])


def test_gzip_reads_as_what_is_in_it(repository: Path) -> None:
    assert read(gzip.compress(csv().encode()), "data/raw/t.csv.gz").equals(read(csv()))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_mark_make_no_difference(repository: Path, end: str) -> None:
    expected = read(csv())
    assert read(b"\xef\xbb\xbf" + csv().replace("\n", end).encode()).equals(expected)
    assert read(csv().replace("\n", end).removesuffix(end)).equals(expected)


def test_a_folder_named_like_a_partition_adds_no_column(repository: Path) -> None:
    (repository / "data/raw/year=2020").mkdir()
    assert read(parquet(), "data/raw/year=2020/t.csv").column_names == ["age", "colour", "sick"]


def test_a_cell_may_span_lines(repository: Path) -> None:
    assert read('a,b\n"x\ny",1\nz,2\n').to_pydict() == {"a": ["x\ny", "z"], "b": ["1", "2"]}


def test_a_cell_may_span_lines_where_pyarrow_cuts_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stages.prepare.readers.csv_blocks.BLOCK", 40)
    content = "a,b\n" + '"one\ntwo\nthree",1\n' * 20
    assert parse(lambda: cut(content.encode(), 20), "t.csv").column("a").to_pylist() == ["one\ntwo\nthree"] * 20


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=8))
@settings(deadline=None, max_examples=100)
def test_what_the_standard_library_writes_is_read_back(rows: list[list[str]]) -> None:
    text = io.StringIO()
    standard_csv.writer(text, quoting=standard_csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    table = parse(lambda: cut(text.getvalue().encode(), 50), "t.csv")
    assert [[cell or "" for cell in row.values()] for row in table.to_pylist()] == rows


@given(st.one_of(st.binary(max_size=60), st.text(st.sampled_from('ab1,;"\n\r \0'), max_size=60).map(str.encode)))
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_a_table_or_an_input_error(content: bytes) -> None:
    try:
        table = parse(lambda: cut(content, 50), "t.csv")
    except InputError:
        return
    assert table.num_rows > 0


def test_nan_in_a_parquet_file_is_a_missing_value_in_every_column(tmp_path: Path) -> None:
    """pyarrow and polars write NaN where pandas writes null."""
    path = tmp_path / "t.parquet"
    table = pa.table({"wide": [1.0, math.nan], "narrow": pa.array([math.nan, 2.0], pa.float32()), "whole": [1, None]})
    pq.write_table(table, path)
    found = read_columns(path)
    assert found.to_pydict() == {"wide": [1.0, None], "narrow": [None, 2.0], "whole": [1, None]}
    assert found.schema.types == table.schema.types


def test_a_blank_line_in_a_file_of_one_column_is_a_missing_value(tmp_path: Path) -> None:
    """Were it left out, every later row would take another place."""
    path = tmp_path / "t.csv"
    path.write_text("x\n1\n\n2\n\n\n3\n")
    assert read_columns(path).column("x").to_pylist() == ["1", None, "2", None, None, "3"]
    path.write_text("\n\nx\n1\n")
    assert read_columns(path).column("x").to_pylist() == ["1"]
    path.write_text("x,y\n1,2\n\n3,4\n")
    assert read_columns(path).num_rows == 2
