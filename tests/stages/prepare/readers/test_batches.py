"""A table in batches is the table that `read_columns` gives, for every kind of table, and so are its faults."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.prepare.columns.validation import decode_dictionary
from stages.prepare.readers import batches
from stages.prepare.readers.batches import open_batches
from stages.prepare.readers.table import read_columns
from stages.shared.errors import InputError
from tests.stages.prepare.kinds.test_kinds_of_tables import KINDS


def read_in_batches(path: Path) -> pa.Table:
    rows = open_batches(path, path.as_posix())
    table = pa.concat_tables(rows.read(rows.names))
    assert table.num_rows <= rows.max_rows
    return table


def outcome(read: Callable[[Path], pa.Table], path: Path) -> object:
    try:
        table = read(path)
    except InputError as error:
        return error.problems
    return {name: decode_dictionary(table.column(name)) for name in table.column_names}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_table(name: str, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "READ_ROWS", 7)
    path = Path(KINDS[name].write())
    assert outcome(read_in_batches, path) == outcome(read_columns, path)


def test_columns_that_are_not_chosen_are_null(tmp_path: Path) -> None:
    columns = {"a": ["1", "2"], "b": ["x", "y"], "c": ["3", "4"]}
    text, parquet = tmp_path / "t.csv", tmp_path / "t.parquet"
    text.write_text("a,b,c\n1,x,3\n2,y,4\n")
    pq.write_table(pa.table(columns), parquet)
    for path in (text, parquet):
        (table,) = open_batches(path, "t").read(["b"])
        assert table.to_pydict() == {"a": [None, None], "b": ["x", "y"], "c": [None, None]}
        (nothing,) = open_batches(path, "t").read(["z"])
        assert (nothing.num_rows, nothing.column_names) == (2, ["a", "b", "c"])


@pytest.mark.slow
def test_the_text_is_read_in_pieces_and_a_ragged_line_is_named_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2222222222\n" * 100_000 + "1\n")  # more than one block
    pieces = open_batches(path, "t.csv").read(["a"])
    assert next(pieces).num_rows < 100_000
    with pytest.raises(InputError, match="data row 100001 has 1 cells"):
        list(pieces)


def test_a_damaged_page_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(
        pa.table({"a": range(1000)}), path, write_page_checksum=True, compression="none", use_dictionary=False
    )
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    assert outcome(read_in_batches, path) == outcome(read_columns, path)
    with pytest.raises(InputError, match="CRC checksum verification failed"):
        read_in_batches(path)
