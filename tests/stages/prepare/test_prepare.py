"""What a prepared table holds."""

from collections.abc import Callable
from pathlib import Path
import tracemalloc
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
import numpy as np
import pyarrow as pa
import pytest

from stages.prepare.apply_contract import apply_contract
from stages.prepare.params import PrepareParams
from stages.prepare.prepare import PreparedTable, prepare
from stages.prepare.readers.table import UNTYPED
from stages.shared.errors import InputError
from stages.shared.schemas.contract import ROW
from stages.shared.storage.arrow import from_numpy
from stages.shared.storage.parquet import read_table, write_table
from tests.stages.prepare.tables import GOOD, POSITIVES, ROWS, SOURCE, changed, csv, params_of, parquet

Prepare = Callable[..., PreparedTable]
AGES = GOOD["age"]


def kinds(prepared: PreparedTable) -> dict[str, str]:
    return {feature.name: feature.type for feature in prepared.table.contract.features}


def test_columns_stand_in_the_promised_order_and_types(prepared: Prepare) -> None:
    names = [f"p{row}" for row in range(ROWS)]
    table = prepared(csv(name=names, team=["a", "b"] * 20, day=AGES), key=["name"], group="team", time="day").table
    assert [(field.name, str(field.type)) for field in table.data.schema] == [
        (ROW, "int64"), ("age", "float"), ("colour", "string"),
        ("name", "string"), ("team", "string"), ("day", "double"), ("sick", "int8"),
    ]  # fmt: skip
    assert table.data.column(ROW).to_pylist() == list(range(ROWS))
    assert table.data.column("name").to_pylist() == names
    assert table.data.column("sick").to_pylist() == [1] * POSITIVES + [0] * (ROWS - POSITIVES)


def test_the_contract_says_what_the_table_is(prepared: Prepare) -> None:
    contract = prepared(csv(age=changed(AGES, row1="", row2="")), missing={"colour": ["none"]}).table.contract
    assert (contract.source, contract.rows, contract.positives) == (SOURCE, ROWS, POSITIVES)
    assert (contract.target, contract.positive, contract.negative) == ("sick", "yes", "no")
    age, colour = contract.features
    assert (age.type, age.missing, age.minimum, age.maximum, age.categories) == ("numeric", 2 / ROWS, 26.0, 137.0, None)
    assert (colour.type, colour.missing, colour.minimum, colour.categories) == (
        "categorical",
        0.0,
        None,
        ["blue", "red"],
    )
    assert contract.missing == {"colour": ["none"]}


def test_the_flow_counts_rows_features_and_classes(prepared: Prepare) -> None:
    raw, made = prepared(csv(dose=AGES, name=AGES), drop=["dose"], key=["name"]).table.flow
    assert (raw.step, raw.rows, raw.columns, raw.negative, raw.positive) == ("raw", 40, 3, 28, 12)
    assert (made.step, made.rows, made.columns, made.negative, made.positive) == ("prepared", 40, 2, 28, 12)
    assert made.note == "1 categorical; 0 missing cells; 1 dropped"


def test_missing_cells_are_null(prepared: Prepare) -> None:
    result = prepared(
        csv(age=changed(AGES, row1="", row2="0"), colour=changed(GOOD["colour"], row3="")), missing={"age": [0]}
    )
    assert result.table.data.column("age").to_pylist()[:3] == [None, None, 26.0]
    assert result.table.data.column("colour").to_pylist()[:3] == ["red", "blue", None]
    assert result.missing == 3


def test_missing_marks_stand_in_the_text_of_the_contract(prepared: Prepare) -> None:
    missing_values = {"*": ["?", -9], "age": [0, 0.5]}
    assert prepared(csv(), missing=missing_values).table.contract.missing == {"*": ["?", "-9"], "age": ["0", "0.5"]}


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (["1", "0"] * 20, "numeric"),
        (["1", "0.0"] * 20, "numeric"),
        (["t", "f"] * 20, "categorical"),
        (["true", "false"] * 20, "categorical"),
        (["NA", "null"] * 20, "categorical"),
        (["1", "a", "b", "c"] * 10, "categorical"),  # three of four are no numbers
    ],
)
def test_types_of_csv_columns(prepared: Prepare, column: list[str], kind: str) -> None:
    assert kinds(prepared(csv(x=column)))["x"] == kind


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pa.array([1, None] * 20, pa.int8()), "numeric"),
        (pa.array([0.5, float("nan")] * 20, pa.float32()), "numeric"),
        (pa.array(["1.5", "2"] * 20).cast(pa.decimal128(5, 2)), "numeric"),
        (pa.array([True, False] * 20), "categorical"),
        (pa.array(["1", "2"] * 20), "numeric"),  # numbers as text
        (pa.array(["01", "2"] * 20), "categorical"),  # codes
        (pa.array(["a", "b"] * 20, pa.large_string()), "categorical"),
        (pa.array(["a", "b"] * 20).dictionary_encode(), "categorical"),
    ],
)
def test_types_of_parquet_columns(prepared: Prepare, column: pa.Array, kind: str) -> None:
    assert kinds(prepared(parquet(x=column)))["x"] == kind


@pytest.mark.parametrize(
    ("cells", "kind"), [(["0.5", "3", ""] * 13 + ["16777216"], "float"), (["0.1", "3"] * 20, "double")]
)
def test_numbers_are_kept_in_four_bytes_where_that_loses_nothing(
    prepared: Prepare, cells: list[str], kind: str
) -> None:
    table = prepared(csv(x=cells)).table
    assert str(table.data.schema.field("x").type) == kind
    assert table.features()["x"].dtype == np.float64
    assert table.features()["x"].fillna(-1).tolist() == [float(cell) if cell else -1.0 for cell in cells]


def test_nan_in_parquet_is_missing(prepared: Prepare) -> None:
    data = prepared(parquet(x=[1.5, float("nan")] * 20)).table.data
    assert data.column("x").to_pylist() == [1.5, None] * 20


def test_a_listed_column_is_categorical_whatever_it_holds(prepared: Prepare) -> None:
    table = prepared(csv(ward=["1", "1.0", "2", "12"] * 10, id=[f"p{row}" for row in range(ROWS)]),
                     categorical=["ward", "colour", "id"]).table  # fmt: skip
    assert table.contract.features[2].categories == ["1", "1.0", "12", "2"]
    typed = prepared(parquet(ward=[3, None, 12, 3] * 10), categorical=["ward", "colour"]).table
    assert typed.contract.features[2].categories == ["12", "3"]


@pytest.mark.parametrize(
    ("labels", "positive", "expected"),
    [
        (["1"] * 12 + ["0"] * 28, 1, "1"),
        (["1"] * 12 + ["0"] * 28, "1", "1"),
        (["1.0"] * 12 + ["0.0"] * 28, 1, "1.0"),
        (["1"] * 12 + ["-1"] * 28, 1.0, "1"),
        (["True"] * 12 + ["False"] * 28, True, "True"),
        (["yes"] * 12 + ["no"] * 28, "yes", "yes"),
    ],
)
def test_the_positive_label_may_be_a_text_a_number_or_a_boolean(
    prepared: Prepare, labels: list[str], positive: Any, expected: str
) -> None:
    contract = prepared(csv(sick=labels), positive=positive).table.contract
    assert (contract.positive, contract.positives) == (expected, 12)


@pytest.mark.parametrize(("labels", "positive"), [([True] * 12 + [False] * 28, True), ([1.0] * 12 + [0.0] * 28, 1)])
def test_typed_targets(prepared: Prepare, labels: list[Any], positive: Any) -> None:
    assert prepared(parquet(sick=labels), positive=positive).table.contract.positives == 12


@pytest.mark.parametrize(
    ("columns", "params", "warning"),
    [
        ({"x": ["7"] * ROWS}, {}, "`x`: holds only the value 7"),
        ({"x": ["a"] * ROWS}, {}, "`x`: holds only the value 'a'"),
        ({"x": ["a", "A"] * 20}, {}, "`x`: the categories 'A' and 'a' differ only in"),
        ({}, {"positive": "no"}, "data.positive: 'no' is the more frequent label"),
    ],
)
def test_what_is_odd_but_may_be_meant_is_a_warning(
    prepared: Prepare, columns: dict[str, list[str]], params: dict[str, Any], warning: str
) -> None:
    assert prepared(csv()).table.contract.noticed == []
    (found,) = map(str, prepared(csv(**columns), **params).table.contract.noticed)
    assert warning in found


def test_a_running_number_is_a_warning(prepared: Prepare) -> None:
    twice = {name: cells * 2 for name, cells in GOOD.items()}
    (warning,) = map(
        str, prepared(csv(**twice, number=[str(row) for row in reversed(range(2 * ROWS))])).table.contract.noticed
    )
    assert "`number`: is a running number" in warning


def test_a_key_may_be_the_group_as_well_and_have_gaps_if_it_is_not(prepared: Prepare) -> None:
    teams = ["a", "b"] * 20
    assert prepared(csv(team=teams), key=["team"], group="team").table.data.column_names.count("team") == 1
    assert prepared(csv(team=changed(teams, row1="")), key=["team"]).table.data.column("team")[0].as_py() is None


awkward = st.sampled_from(
    ["a", "b", " a", "B", "1", "2.5", "-3e2", "inf", "NA", "2024-01-31", "1,000", "x" * 70, "é", '"', "9" * 20, None]
)
kinds_of_cells = st.sampled_from(
    [
        awkward,
        st.text(max_size=3),
        st.sampled_from(["1", "2", None]),
        st.sampled_from(["a", "b"]),
        st.floats().map(repr),
    ]
)


@st.composite
def generated(draw: st.DrawFn) -> pa.Table:
    """Up to four columns of one kind of cell each, and a target with as many of either label."""
    rows = draw(st.integers(20, 60))
    columns = {
        name: draw(st.lists(draw(kinds_of_cells), min_size=rows, max_size=rows))
        for name in draw(st.lists(st.sampled_from("abcd"), unique=True))
    }
    columns["sick"] = ["yes", "no"] * (rows // 2) + ["no"] * (rows % 2)
    return pa.table({name: [cell or None for cell in cells] for name, cells in columns.items()})


@pytest.mark.slow
@given(generated())
@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
def test_any_table_is_prepared_or_refused_and_conforms_to_its_own_contract(table: pa.Table) -> None:
    raw = table.replace_schema_metadata(UNTYPED)
    try:
        made = prepare(raw, PrepareParams.model_validate(params_of())).table
    except InputError as refusal:
        problems = refusal.problems
    else:
        problems = []
        again, unseen = apply_contract(raw, made.contract, SOURCE)
        assert again.equals(made.data.select([feature.name for feature in made.contract.features]).cast(again.schema))
        assert not any(unseen.values())
    assert all(problem.startswith((f"{SOURCE}: ", "params.yaml: ")) for problem in problems)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_carried_columns_of_any_type_survive_the_file(prepared: Prepare, tmp_path: Path, unit: str) -> None:
    timestamps = pa.array(range(ROWS), pa.timestamp(unit, tz="Europe/Paris"))
    passthrough = {
        "day": timestamps,
        "id": pa.array(range(ROWS)),
        "seen": timestamps,
        "team": pa.array([True, False] * 20),
    }
    table = prepared(parquet(**passthrough), key=["id", "seen"], group="team", time="day").table
    write_table(tmp_path / "t.parquet", table)
    again = read_table(tmp_path / "t.parquet")
    assert again.data.equals(table.data)
    assert again.data.column("team").to_pylist()[:2] == ["true", "false"]
    assert again.data.column("day").cast(pa.int64()).to_pylist() == sorted(
        again.data.column("day").cast(pa.int64()).to_pylist()
    )


def test_equal_csv_and_parquet_give_equal_features(prepared: Prepare) -> None:
    ages = [0.1 + row for row in range(ROWS)]
    typed = prepared(parquet(age=ages)).table.data
    assert prepared(csv(age=[repr(age) for age in ages])).table.data.equals(typed)


def test_a_raw_column_goes_when_it_is_settled() -> None:
    """So a large table is never there twice. Of numpy's memory, which both kinds of columns lie in."""
    rows, columns = 20_000, 40
    values = np.random.RandomState(0).normal(size=(columns, rows))
    tracemalloc.start()
    try:
        cells = {f"x{index}": from_numpy(column.copy(), pa.float64()) for index, column in enumerate(values)}
        held = [pa.table({**cells, "sick": ["yes", "no"] * (rows // 2)})]
        del cells
        tracemalloc.reset_peak()
        made = prepare(held.pop(), PrepareParams.model_validate(params_of())).table
        assert values.nbytes < tracemalloc.get_traced_memory()[1] < 1.4 * values.nbytes
    finally:
        tracemalloc.stop()
    assert made.data.num_rows == rows
