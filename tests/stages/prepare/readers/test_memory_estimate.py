"""What a table will take, before it is taken."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from stages.prepare.columns.roles import select_columns
from stages.prepare.params import PrepareParams
from stages.prepare.readers import columnar
from stages.prepare.readers import table as read
from stages.prepare.readers.memory_estimate import (
    BASE_BYTES,
    NUMBER_BYTES,
    SPLIT_ROW_BYTES,
    TEMPORARY_FACTOR,
    TEXT_BYTES,
    check_fits,
)
from stages.prepare.readers.table import read_columns
from stages.shared.errors import InputError
from tests.stages.prepare.tables import SOURCE, csv, index, params_of, parquet

NUMBERS = pa.chunked_array([[0.5, 1.5]])


def refusal(rows: int, columns: list[pa.ChunkedArray], available: int) -> str:
    with pytest.raises(InputError) as caught:
        check_fits("t.csv", rows, columns, available)
    (problem,) = caught.value.problems
    return problem


def test_numbers_take_eight_bytes_beside_what_finds_duplicates() -> None:
    needed = BASE_BYTES + 1000 * (3 * NUMBER_BYTES + SPLIT_ROW_BYTES)
    check_fits("t.csv", 1000, [NUMBERS] * 3, needed)
    assert "t.csv: needs about" in refusal(1000, [NUMBERS] * 3, needed - 1)


def test_the_message_says_how_many_rows_would_fit() -> None:
    a_row = 2 * NUMBER_BYTES + SPLIT_ROW_BYTES
    problem = refusal(10**9, [NUMBERS] * 2, BASE_BYTES + 1234 * a_row)
    assert "it has about 1,000,000,000 rows; use fewer of them (1,234 would fit)" in problem
    assert "data.drop" in problem
    assert "would fit" not in refusal(10**9, [NUMBERS], BASE_BYTES)


def test_texts_take_their_length_and_more_where_each_is_another() -> None:
    categories = pa.chunked_array([["a" * 50, "a" * 50, "a" * 50]])
    names = pa.chunked_array([["a" * 50, "b" * 50, "c" * 50]])
    a_row = (1 + TEMPORARY_FACTOR) * categories.nbytes / 3
    check_fits("t.csv", 9000, [categories], int(BASE_BYTES + 9000 * a_row) + 1)
    check_fits("t.csv", 9000, [categories.dictionary_encode()], int(BASE_BYTES + 9000 * (a_row + 3)))  # a bit a row
    refusal(9000, [names], int(BASE_BYTES + 9000 * a_row) + 1)
    check_fits("t.csv", 9000, [names], int(BASE_BYTES + 9000 * (a_row + TEXT_BYTES)) + 1)


def test_what_is_not_read_takes_nothing_and_an_unknown_memory_refuses_nothing() -> None:
    check_fits("t.csv", 1000, [pa.chunked_array([pa.nulls(5)])], BASE_BYTES + 1000 * SPLIT_ROW_BYTES)
    check_fits("t.csv", 10**15, [NUMBERS], None)


def test_large_columns_of_parquet_take_no_memory_in_a_pipeline(repository: Path) -> None:
    rows, needed = 20_000_000, BASE_BYTES + 20_000_000 * SPLIT_ROW_BYTES
    check_fits("t.parquet", rows, [NUMBERS] * 30, needed, mapped=True)
    with pytest.raises(InputError, match="needs about"):
        check_fits("t.parquet", rows, [NUMBERS] * 30, needed)
    Path("data").rename("elsewhere")
    with pytest.raises(InputError, match="needs about"):
        check_fits("t.parquet", rows, [NUMBERS] * 30, needed, mapped=True)


@pytest.mark.parametrize("content", [csv(), parquet()])
def test_a_table_that_does_not_fit_is_refused_by_the_reader(
    content: str | pa.Table, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    select = select_columns(PrepareParams.model_validate(params_of()))
    path = Path(index(content))
    read_columns(path, select)
    for module in (read, columnar):
        monkeypatch.setattr(module, "available_bytes", lambda: BASE_BYTES)
    with pytest.raises(InputError, match=r"needs about 0\.16 GiB of memory, 0\.16 GiB are available"):
        read_columns(path, select)
    with pytest.raises(InputError, match="needs about"):
        read_columns(path)


def test_rows_are_not_counted_by_the_line_ends_in_their_cells(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each record has a thousand lines and one row."""
    text = "note,age,sick\n" + ('"' + "\n" * 1000 + '",1,yes\n') * 3000
    Path(SOURCE).write_text(text)
    columns = [pa.chunked_array([["\n" * 1000]]), NUMBERS, pa.chunked_array([["yes"]])]
    sizes = [column.nbytes / len(column) for column in columns]
    needed = BASE_BYTES + 2 * 3000 * (sum(np.maximum(sizes, NUMBER_BYTES)) + TEMPORARY_FACTOR * max(sizes))
    monkeypatch.setattr(read, "available_bytes", lambda: int(needed))
    assert read_columns(Path(SOURCE)).num_rows == 3000
