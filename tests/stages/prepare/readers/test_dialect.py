"""The dialect of a text, however it is cut into pieces, and columns whose form shows late."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import pyarrow as pa
import pytest

from stages.prepare.columns.roles import select_columns
from stages.prepare.params import AUTO, PrepareParams
from stages.prepare.prepare import PreparedTable, prepare
from stages.prepare.readers import csv_blocks
from stages.prepare.readers.csv import parse
from stages.prepare.readers.dialect import sniff
from stages.prepare.readers.table import UNTYPED
from stages.shared.errors import InputError
from stages.shared.schemas.contract import Dialect
from tests.stages.prepare.tables import SOURCE, csv, cut, params_of

TABLE = "Report of May\r\na; b; c\r\n1; grün; 3\r\n4; blau; 6\r\n"


@given(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]), st.integers(4, 50))
@settings(deadline=None, max_examples=60)
def test_pieces_of_any_size_give_the_same_table(encoding: str, size: int) -> None:
    content = TABLE.encode(encoding)
    table = parse(lambda: cut(content, size), "t.csv")
    assert table.to_pydict() == {"a": ["1", "4"], "b": ["grün", "blau"], "c": ["3", "6"]}


def test_the_dialect_is_described() -> None:
    found = sniff(lambda: iter([TABLE.encode()]), "t.csv")
    assert found == Dialect(separator=";", header=2, spaces=True, skipped="Report of May")


def test_the_dialect_of_training_decides_between_equals() -> None:
    text = b"a,b;c\n1,2;3\n"
    with pytest.raises(InputError, match="commas and semicolons separate"):
        sniff(lambda: iter([text]), "t.csv")
    for separator in (",", ";"):
        assert sniff(lambda: iter([text]), "t.csv", AUTO, Dialect(separator=separator)).separator == separator


def test_rows_to_score_may_have_the_header_where_training_had_it() -> None:
    text = b"Patients,2024\na,b,c\n1,2,3\n4,5,6\n"
    assert sniff(lambda: iter([text]), "t.csv").header == 1
    assert sniff(lambda: iter([text]), "t.csv", AUTO, Dialect(header=2, skipped="x")).header == 2


def test_a_quote_is_located_below_a_title() -> None:
    with pytest.raises(InputError, match="begins in line 4 has a quote"):
        parse(lambda: iter([b'Title\na,b\n1,2\n"3,4\n']), "t.csv")


def made(cells: list[str], monkeypatch: pytest.MonkeyPatch, **data: Any) -> PreparedTable:
    """Prepare a table with a column `x` of these cells, read in small blocks."""
    monkeypatch.setattr(csv_blocks, "BLOCK", 64)
    params = PrepareParams.model_validate(params_of(**data))
    content = csv(x=[f'"{cell}"' for cell in cells]).encode()
    raw = parse(lambda: cut(content, 20), SOURCE, select_columns(params), settings=params.data.read)
    return prepare(raw.replace_schema_metadata({**raw.schema.metadata, **UNTYPED}), params)


@pytest.mark.parametrize("cells", [["1"] * 39 + ["1,5"], ["1,5"] + ["2"] * 39, ["1,250"] * 39 + ["1,5"]])
def test_decimal_commas_may_show_in_the_last_block(cells: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    column = made(cells, monkeypatch).table.data.column("x")
    assert column.to_pylist() == [float(cell.replace(",", ".")) for cell in cells]


@pytest.mark.parametrize("cells", [["1,250"] * 40, ["1"] * 39 + ["1,250"]])
def test_commas_that_stay_doubtful_are_refused(cells: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"'1,250' may be 1250 or 1\.25"):
        made(cells, monkeypatch)


def test_points_and_commas_in_different_blocks_are_not_of_one_form(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="not of one form"):
        made(["1.5"] * 39 + ["1,5"], monkeypatch)


def test_a_mark_in_the_last_block_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    noticed = made(["1", "2"] * 19 + ["3", "-9.0"], monkeypatch, missing={"x": [-9, -8]}).table.contract.noticed
    assert [item.message.split(":")[2] for item in noticed] == [' no cell of `x` is "-8"; check its spelling']


def test_the_metadata_of_a_table_without_facts_is_fine() -> None:
    params = PrepareParams.model_validate(params_of())
    raw = pa.table({"age": ["1", "2"] * 20, "sick": ["yes", "no"] * 20}).replace_schema_metadata(UNTYPED)
    assert prepare(raw, params).table.contract.read is None
