"""A table comes back as it was written, or not at all."""

from collections.abc import Callable
from pathlib import Path
import random

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.shared.errors import InputError, IntegrityError
from stages.shared.schemas.contract import ROW
from stages.shared.storage.parquet import Table, read_parquet, read_table, write_columns, write_table

MakeTable = Callable[..., Table]


def same(one: Table, other: Table) -> bool:
    return one.data.equals(other.data) and one.contract == other.contract and one.flow == other.flow


@pytest.mark.parametrize("kind", ["numeric", "mixed", "categorical"])
def test_round_trip(tmp_path: Path, make_table: MakeTable, kind: str) -> None:
    table = make_table(kind)
    write_table(tmp_path / "t.parquet", table)
    assert same(read_table(tmp_path / "t.parquet"), table)


def test_keeps_columns_that_are_no_features(tmp_path: Path, make_table: MakeTable) -> None:
    table = make_table(negatives=2, positives=1)
    times = pa.array([1, None, 3], type=pa.timestamp("us"))
    data = table.data.append_column("when", times).append_column("id", pa.array(["x", "ü", None]))
    write_table(tmp_path / "t.parquet", Table(data, table.contract, table.flow))
    assert read_table(tmp_path / "t.parquet").data.equals(data)


@pytest.mark.parametrize("rows", [0, 3])
def test_keeps_columns_without_any_value(tmp_path: Path, as_table: Callable[..., Table], rows: int) -> None:
    columns = {"a": pa.nulls(rows, pa.float64()), "b": pa.nulls(rows, pa.string()), "c": pa.nulls(rows, pa.int64())}
    table = as_table(columns, [], np.zeros(rows, dtype=np.int64))
    write_table(tmp_path / "t.parquet", table)
    assert same(read_table(tmp_path / "t.parquet"), table)


def test_many_columns_are_read_in_parts(tmp_path: Path, as_table: Callable[..., Table]) -> None:
    names = [f"c{place}" for place in range(70)]
    columns = {name: pa.array([place, None]) for place, name in enumerate([*names, "c1.x", "c1"[:1]])}
    table = as_table(columns, [], np.array([0, 1]))
    write_table(tmp_path / "t.parquet", table)
    assert same(read_table(tmp_path / "t.parquet"), table)


def test_equal_tables_are_equal_bytes(tmp_path: Path, make_table: MakeTable) -> None:
    table = make_table()
    in_pieces = pa.concat_tables([table.data.slice(0, 7), table.data.slice(7)])
    for name, data in {"a": table.data, "b": make_table().data, "c": in_pieces}.items():
        write_table(tmp_path / name, Table(data, table.contract, table.flow))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert same(read_table(tmp_path / "c"), table)


def test_what_models_take(as_table: Callable[..., Table], make_table: MakeTable) -> None:
    features = make_table(negatives=2, positives=1).contract.features
    columns = {
        "age": pa.array([1, 2, 3], type=pa.int64()),
        "dose": pa.array([0.5, None, 1.5]),
        "weight": pa.array([1.0, 2.0, 3.0], type=pa.float32()),
        "colour": pa.array(["red", None, "blue"]),
        "smoker": pa.array(["no", "yes", "no"]),
    }
    table = as_table(columns, features, np.array([0, 1, 0]))
    frame = table.features()
    assert list(frame.columns) == list(columns)
    assert [str(dtype) for dtype in frame.dtypes] == ["float64"] * 3 + ["object"] * 2
    assert frame["dose"].tolist()[::2] == [0.5, 1.5]
    assert np.isnan(frame["dose"][1])
    assert frame["colour"].tolist()[::2] == ["red", "blue"]
    assert isinstance(frame["colour"][1], float)
    assert np.isnan(frame["colour"][1])
    assert table.target.tolist() == [0, 1, 0]
    assert table.rows.tolist() == table.groups.tolist() == [0, 1, 2]
    assert table.target.dtype == table.rows.dtype == np.int64


def test_numbers_alone_reach_models_as_the_frame_that_pandas_would_make(make_table: MakeTable) -> None:
    table = make_table("numeric")
    names = table.contract.numeric
    data = table.data.set_column(2, "age", table.data.column("age").cast(pa.float32()))
    frame = Table(data, table.contract, table.flow).features()
    expected = pd.DataFrame({name: np.array(data.column(name).cast(pa.float64()).to_pylist(), float) for name in names})
    pd.testing.assert_frame_equal(frame, expected, check_exact=True)
    assert frame.to_numpy().strides == expected.to_numpy().strides  # sums over rows run in the same order


@pytest.mark.parametrize("random_state", range(4))
def test_a_flipped_bit_is_damage_or_changes_nothing(tmp_path: Path, make_table: MakeTable, random_state: int) -> None:
    table, path = make_table(), tmp_path / "t.parquet"
    write_table(path, table)
    whole, draw, refused = path.read_bytes(), random.Random(random_state), 0
    for _ in range(50):
        content = bytearray(whole)
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        path.write_bytes(content)
        try:
            found = read_table(path)
        except IntegrityError:
            refused += 1
        else:
            assert same(found, table)
    assert refused > 20  # what is left over lies in statistics and padding


@pytest.mark.parametrize("kept", [0.0, 0.2, 0.9, 0.999])
def test_a_truncated_file_is_damage(tmp_path: Path, make_table: MakeTable, kept: float) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, make_table())
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    with pytest.raises(IntegrityError, match=r"t\.parquet: damaged"):
        read_table(path)


@pytest.mark.parametrize("changed", ["contract", "flow", "rows", "name", "missing"])
def test_another_content_under_the_old_digest_is_damage(tmp_path: Path, make_table: MakeTable, changed: str) -> None:
    """Page checksums are right in this file: it was written anew."""
    path = tmp_path / "t.parquet"
    write_table(path, make_table())
    data = pq.read_table(path)
    metadata = dict(data.schema.metadata)
    if changed == "contract":
        metadata[b"contract"] = metadata[b"contract"].replace(b'"positive":"yes"', b'"positive":"no"')
    elif changed == "flow":
        metadata[b"flow"] = metadata[b"flow"].replace(b'"rows": 80', b'"rows": 81')
    elif changed == "rows":
        data = data.take([1, 0, *range(2, 80)])
    elif changed == "name":
        data = data.rename_columns(["weight" if name == "age" else name for name in data.column_names])
    else:
        dose = data.column("dose").to_pylist()
        data = data.set_column(data.column_names.index("dose"), "dose", pa.array([value or 0.0 for value in dose]))
    pq.write_table(data.replace_schema_metadata(metadata), path)
    with pytest.raises(IntegrityError, match="its rows are not the ones that were written"):
        read_table(path)


def test_a_parquet_file_of_somebody_else_is_no_table(tmp_path: Path) -> None:
    pq.write_table(pa.table({ROW: [1]}), tmp_path / "t.parquet")
    with pytest.raises(IntegrityError, match="carries no data contract"):
        read_table(tmp_path / "t.parquet")


def test_a_missing_table_is_wrong_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"t\.parquet: no such file") as caught:
        read_table(tmp_path / "t.parquet")
    assert caught.value.exit_code == 2


def test_plain_columns_come_back(tmp_path: Path) -> None:
    columns = {"row": np.array([2, 1]), "smote/mlp": np.array([0.1, 1 / 3])}
    write_columns(tmp_path / "oof.parquet", columns)
    found = read_parquet(tmp_path / "oof.parquet")
    assert {name: found.column(name).to_pylist() for name in found.column_names} == {
        name: values.tolist() for name, values in columns.items()
    }


def test_page_checksums_find_flipped_bits_in_plain_columns(tmp_path: Path) -> None:
    path, draw = tmp_path / "oof.parquet", random.Random(0)
    scores = np.random.RandomState(0).uniform(size=2000)  # hardly compressible: a flip would decompress
    write_columns(path, {"scores": scores})
    whole = path.read_bytes()
    for _ in range(30):
        content = bytearray(whole)
        content[draw.randrange(1000, 15_000)] ^= 1 << draw.randrange(8)
        path.write_bytes(content)
        with pytest.raises(IntegrityError, match=r"oof\.parquet: damaged"):
            read_parquet(path)
