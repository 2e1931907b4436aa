"""A table read by plan, block by block, is the table read as texts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import pyarrow as pa
import pytest

from stages.prepare.columns.parsing import MissingValues
from stages.prepare.columns.roles import select_columns
from stages.prepare.params import PrepareParams
from stages.prepare.prepare import prepare
from stages.prepare.readers import csv_blocks as csv_rows
from stages.prepare.readers.csv import ColumnSelection, parse
from stages.prepare.readers.table import UNTYPED, read_columns
from stages.shared.errors import InputError
from tests.stages.prepare.tables import GOOD, SOURCE, changed, csv, cut, index, params_of, parquet

CHUNK_BYTES = 20


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "BLOCK", 64)


def planned(text: str, **params: Any) -> pa.Table:
    select = select_columns(PrepareParams.model_validate(params_of(**params)))
    return parse(lambda: cut(text.encode(), CHUNK_BYTES), SOURCE, select)


def test_numbers_are_numbers_and_texts_are_texts_once_each() -> None:
    table = planned(csv(day=GOOD["age"]), time="day")
    assert table.column_names == ["age", "colour", "sick", "day"]
    assert table.schema.field("age").type == pa.float64()
    assert table.column("age").to_pylist() == list(map(float, GOOD["age"]))
    for name, cells in {"colour": GOOD["colour"], "sick": GOOD["sick"], "day": GOOD["age"]}.items():
        assert pa.types.is_dictionary(table.schema.field(name).type)
        assert table.column(name).to_pylist() == cells


@pytest.mark.parametrize("row", [f"row{row}" for row in (1, 2, 20, 40)])
@pytest.mark.parametrize("cell", ["x", "nan", "inf", "1e400", "1e16", "9007199254740993"])
def test_a_doubtful_cell_anywhere_leaves_all_cells_as_they_stand(row: str, cell: str) -> None:
    ages = changed(GOOD["age"], **{row: cell})
    assert planned(csv(age=ages)).column("age").to_pylist() == ages


def test_rows_that_are_shorter_than_the_first_ones_find_room() -> None:
    long, short = ["1." + "0" * 50] * 20, ["2"] * 4000
    text = "x,note,sick\n" + "".join(f'{cell},"\n",yes\n' for cell in [*long, *short])
    assert planned(text).column("x").to_pylist() == [1.0] * 20 + [2.0] * 4000


def test_missing_cells_and_marks_are_null() -> None:
    ages = changed(GOOD["age"], row1="", row30="?", row40="0.0")
    found = planned(csv(age=ages), missing={"age": ["?", 0]}).column("age").to_pylist()
    assert [row for row, value in enumerate(found, start=1) if value is None] == [1, 30, 40]


def test_what_is_dropped_is_not_read(repository: Path) -> None:
    select = select_columns(PrepareParams.model_validate(params_of(drop=["age"])))
    for content in (csv(), parquet()):
        table = read_columns(Path(index(content)), select)
        assert table.column_names == ["age", "colour", "sick"]
        assert table.schema.field("age").type == pa.null()
        assert table.num_rows == len(GOOD["age"])


def test_a_listed_column_keeps_its_texts() -> None:
    table = planned(csv(ward=["1", "1.0"] * 20), categorical=["ward", "colour"])
    assert table.column("ward").to_pylist() == ["1", "1.0"] * 20


def test_params_that_do_not_fit_the_header_are_told_before_the_rows_are_read() -> None:
    with pytest.raises(InputError, match="no column `sik`"):
        planned("age,sick\n1,2,3\n", target="sik")


awkward = st.sampled_from(["1", "2.5", " 3 ", "-0.0", "1e3", "", "a", "b b", "NA", "é", "inf", "1e16", "nan"])
kinds = st.sampled_from([awkward, st.sampled_from(["1", "2.5", "", "7"]), st.sampled_from(["a", "b"])])


@st.composite
def written(draw: st.DrawFn) -> str:
    """A CSV of up to three columns and a target; seldom one of the rows has a cell too many."""
    rows = draw(st.integers(20, 40))
    columns = [draw(st.lists(draw(kinds), min_size=rows, max_size=rows)) for _ in range(draw(st.integers(1, 3)))]
    lines = [",".join([*(f"c{index}" for index in range(len(columns))), "sick"])]
    for number, row in enumerate(zip(*columns, strict=True)):
        lines.append(",".join([*row, "yes" if number % 2 else "no"]))
    if draw(st.integers(0, 9)) == 0:
        lines[draw(st.integers(1, rows))] += ",more"
    return "\n".join(lines)


def outcome(text: str, select: ColumnSelection | None, params: PrepareParams) -> Any:
    try:
        raw = parse(lambda: cut(text.encode(), CHUNK_BYTES), SOURCE, select)
        made = prepare(raw.replace_schema_metadata({**raw.schema.metadata, **UNTYPED}), params)
    except InputError as error:
        return error.problems
    return made.table.data.to_pydict(), made.table.data.schema, made.table.contract, made.table.flow


@pytest.mark.slow
@given(written(), st.sampled_from([{}, {"*": ["NA"]}, {"c0": ["b b", 2.5]}]), st.sampled_from([{}, {"drop": ["c0"]}]))
@settings(deadline=None, max_examples=150)
def test_the_plan_changes_no_table_and_no_message(
    text: str, missing: Mapping[str, list[Any]], other: Mapping[str, Any]
) -> None:
    if "drop" in other and ("c1" not in text.split("\n")[0] or missing):
        other = {}
    params = PrepareParams.model_validate(params_of(missing=missing, **other))
    assert outcome(text, select_columns(params), params) == outcome(text, None, params)


def test_the_plan_names_every_part_but_what_is_dropped() -> None:
    params = params_of(key=["id"], group="team", drop=["note"], categorical=["colour"], missing={"*": ["?"]})
    parsers = select_columns(PrepareParams.model_validate(params))(["id", "age", "colour", "note", "team", "sick"])
    missing_values = MissingValues.of({"*": ["?"]}, "age")
    assert parsers == {"sick": None, "age": missing_values, "colour": None, "id": None, "team": None}
