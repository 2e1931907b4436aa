"""Large columns are mapped from files that have no name."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.prepare.columns.roles import select_columns
from stages.prepare.params import PrepareParams
from stages.prepare.prepare import prepare
from stages.prepare.readers.table import read_columns
from stages.shared.storage import spill as module
from stages.shared.storage.parquet import read_table, write_table
from stages.shared.storage.spill import spill, spill_array
from stages.split.split import split
from tests.stages.prepare.tables import ROWS, params_of, parquet
from tests.stages.split.tables import params_of as split_params


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "MIN_BYTES", 1)
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.mark.parametrize(
    "column",
    [
        pa.chunked_array([[1.5, None], [2.5]]),
        pa.chunked_array([["a", None, "ü"]]),
        pa.chunked_array([pa.array(["a", "b"]).dictionary_encode(), pa.array(["c"]).dictionary_encode()]),
        pa.chunked_array([[True, False, None]]),
    ],
    ids=["numbers", "texts", "categories", "truth"],
)
def test_a_column_is_the_same_and_takes_no_memory(column: pa.ChunkedArray, folder: Path) -> None:
    before = pa.total_allocated_bytes()
    mapped = spill(column)
    assert mapped.equals(column)
    assert pa.total_allocated_bytes() - before < 64  # the dictionaries' own bytes are mapped as well
    assert list(folder.iterdir()) == []


def test_an_array_stays_one_array(folder: Path) -> None:
    array = pa.array([1.0, None, 3.0])
    mapped = spill_array(array)
    assert mapped.equals(array)
    assert isinstance(mapped, pa.Array)


def test_small_columns_stay_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MIN_BYTES", 1 << 20)
    column = pa.chunked_array([[1.0]])
    assert spill(column) is column


def test_outside_a_pipeline_nothing_is_written(folder: Path) -> None:
    folder.rmdir()
    column = pa.chunked_array([[1.0]])
    assert spill(column) is column
    assert list(folder.parent.iterdir()) == []


def make_sets(folder: Path, name: str) -> list[bytes]:
    """Return the files of prepare and split from a folder of Parquet parts."""
    params = PrepareParams.model_validate(params_of("data/raw/parts"))
    prepared = prepare(read_columns(Path("data/raw/parts"), select_columns(params)), params).table
    tables = [prepared, *split(prepared, split_params(negatives={"keep": 0.8}))]
    for number, table in enumerate(tables):
        write_table(folder / f"{name}{number}", table)
        assert read_table(folder / f"{name}{number}").data.equals(table.data)
    return [(folder / f"{name}{number}").read_bytes() for number in range(3)]


def test_tables_of_mapped_columns_are_the_same_bytes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "raw/parts").mkdir(parents=True)
    for number in range(3):
        part = parquet(age=[float(row + 40 * number) for row in range(ROWS)])
        pq.write_table(part, folder / f"raw/parts/{number}.parquet")
    calls = []
    monkeypatch.setattr(pa, "memory_map", lambda path, whole=pa.memory_map: calls.append(path) or whole(path))
    mapped = make_sets(folder, "mapped")
    assert len(calls) > 10
    monkeypatch.setattr(module, "MIN_BYTES", 1 << 30)
    assert make_sets(folder, "held") == mapped
