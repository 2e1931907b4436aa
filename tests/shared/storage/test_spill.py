"""Large columns are mapped from files that have no name."""

from pathlib import Path

import pyarrow as pa
import pytest

from stages.shared.storage import spill as module
from stages.shared.storage.spill import spill, spill_array


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
