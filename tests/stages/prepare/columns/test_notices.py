"""What is doubtful about a column is said in the contract; the values stay as they are."""

from pathlib import Path

import pyarrow as pa
import pytest

from stages.prepare.columns.roles import select_columns
from stages.prepare.params import PrepareParams
from stages.prepare.prepare import prepare
from stages.prepare.readers.table import read_columns
from stages.shared.errors import InputError
from tests.stages.prepare.tables import GOOD, ROWS, csv, params_of, parquet

ROWS_TWICE = 2 * ROWS


def notices(prepared, name="x"):
    return [(item.kind, item.message) for item in prepared.table.contract.noticed if item.column == name]


def features(prepared):
    return {item.name: item for item in prepared.table.contract.features}


def doubled(values):
    """The usual table with every row twice, and a column of these values, repeated."""
    columns = {name: cells * 2 for name, cells in GOOD.items()}
    return {**columns, "x": [str(values[row % len(values)]) for row in range(ROWS_TWICE)]}


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ([0, 1], ["few_whole_numbers"]),
        ([0, 2.5], []),
        (list(range(10)), ["few_whole_numbers"]),
        (list(range(11)), []),
        ([7], ["one_value"]),
        (list(range(ROWS_TWICE)), ["running_number"]),
    ],
)
def test_numbers(prepared, values, kinds):
    made = prepared(csv(**doubled(values)))
    assert [kind for kind, _ in notices(made)] == kinds
    assert features(made)["x"].type == "numeric"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (
            [0, *range(44, 94)],
            "2 cells are 0, far below the next value, 44; if 0 means missing, add `x: [0]` to data.missing",
        ),
        ([0, *range(1, 51)], None),
        ([0] * 60 + list(range(44, 94)), None),  # most cells are 0: a quantity that is often absent
        ([-1, 0, *range(44, 94)], None),
    ],
)
def test_zeros_far_from_the_other_values_may_mean_missing(prepared, values, says):
    made = [message for kind, message in notices(prepared(csv(**doubled(values)))) if kind == "distant_zeros"]
    assert [message.partition(": column `x`: ")[2] for message in made] == ([says] if says else [])


def test_few_whole_numbers_are_listed_with_the_fix(prepared):
    (notice,) = notices(prepared(csv(**doubled([3, 1]))))
    assert notice[1].endswith(
        "has only the whole numbers 1, 3; rows that a sampler makes get the nearest of them; if they are codes, list "
        "`x` in data.categorical"
    )


def test_numbers_in_a_text_column_of_a_typed_file_are_read_as_numbers(prepared):
    made = prepared(parquet(x=pa.array([f"{row}.5" for row in range(ROWS)])))
    assert [kind for kind, _ in notices(made)] == ["numbers_as_text"]
    assert (features(made)["x"].minimum, features(made)["x"].maximum) == (0.5, ROWS - 0.5)


@pytest.mark.parametrize("make", [csv, lambda **columns: parquet(**{name: pa.array(v) for name, v in columns.items()})])
def test_codes_with_leading_zeros_stay_apart(prepared, make):
    made = prepared(make(x=["00501", "0501", "501", "90210"] * (ROWS // 4)))
    assert "codes" in [kind for kind, _ in notices(made)]
    assert features(made)["x"].categories == ["00501", "0501", "501", "90210"]


def test_codes_late_in_a_csv_file_are_not_read_as_numbers(tmp_path: Path, monkeypatch):
    """The first blocks hold plain numbers only; the column is then read again as texts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("stages.prepare.readers.csv_blocks.BLOCK", 1 << 10)
    lines = ["zip,age,sick", *(f"{10000 + row % 40},{row},{'yes' if row % 8 == 0 else 'no'}" for row in range(2000))]
    lines += ["00501,1,no", "0501,2,no"]
    (tmp_path / "late.csv").write_text("\n".join(lines) + "\n")
    params = PrepareParams.model_validate(params_of(path="late.csv"))
    made = prepare(read_columns(Path("late.csv"), select_columns(params)), params)
    assert features(made)["zip"].type == "categorical"
    assert {"00501", "0501"} <= set(features(made)["zip"].categories)


def test_a_mark_for_missing_is_no_code_and_no_example(prepared):
    made = prepared(csv(x=["000", "12", "13", "14"] * (ROWS // 4)), missing={"x": ["000"]})
    assert features(made)["x"].type == "numeric"
    made = prepared(parquet(x=pa.array(["n.b.", "1,5", "2,5", "3,5"] * (ROWS // 4))), missing={"x": ["n.b."]})
    (message,) = (text for kind, text in notices(made) if kind == "number_form")
    assert "such as '1,5'" in message


def test_a_mark_for_a_column_that_is_not_read_is_not_judged(prepared):
    made = prepared(csv(x=["-1", "2"] * (ROWS // 2)), drop=["x"], missing={"x": ["-1"]})
    assert notices(made) == []


def test_one_stray_in_ten_is_refused_beside_dates_as_beside_numbers(prepared):
    for cells in ([f"2024-01-{day:02d}" for day in range(1, 10)], [str(number) for number in range(9)]):
        with pytest.raises(InputError, match="'soon' is not"):
            prepared(csv(x=[*cells, "soon"] * (ROWS // 10)))


@pytest.mark.parametrize("cell", ["0", "0.5", "-0.25", "0e3", "10"])
def test_plain_zeros_are_numbers(prepared, cell):
    made = prepared(csv(x=[cell, "1.5"] * (ROWS // 2)))
    assert features(made)["x"].type == "numeric"


def test_words_for_missing_are_named_with_their_rows_and_the_fix(prepared):
    made = prepared(csv(x=["red", "Unknown", "blue", "green"] * (ROWS // 4)))
    ((kind, message),) = notices(made)
    assert kind == "missing_word"
    assert message.endswith(
        f"'Unknown' is a category of {ROWS // 4} rows; if it means missing, add `x: [\"Unknown\"]` to data.missing"
    )


def test_many_categories(prepared):
    made = prepared(csv(**doubled([f"level {row}" for row in range(60)])))
    assert [kind for kind, _ in notices(made)] == ["many_categories"]
