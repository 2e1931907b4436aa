"""New tables, read by the contract of an old one."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from stages.prepare.apply_contract import apply_contract
from stages.prepare.prepare import PreparedTable
from stages.prepare.readers.table import UNTYPED
from stages.shared.errors import InputError
from stages.shared.schemas.contract import Contract, Feature
from tests.stages.prepare.tables import csv


@pytest.fixture
def contract(prepared: Callable[..., PreparedTable]) -> Contract:
    return prepared(csv(), missing={"age": [0]}).table.contract


def raw(**columns: list[Any]) -> pa.Table:
    return pa.table(columns).replace_schema_metadata(UNTYPED)


def test_order_is_free_and_other_columns_are_ignored(contract: Contract) -> None:
    table, unseen = apply_contract(raw(other=["x"], colour=["red"], age=["30"]), contract, "new.csv")
    assert table.to_pylist() == [{"age": 30.0, "colour": "red"}]
    assert [str(field.type) for field in table.schema] == ["double", "string"]
    assert unseen == {"colour": 0}


def test_unknown_levels_are_kept_and_counted(contract: Contract) -> None:
    table, unseen = apply_contract(raw(age=["1"] * 4, colour=["red", "green", "green", None]), contract, "new.csv")
    assert table.column("colour").to_pylist() == ["red", "green", "green", None]
    assert unseen == {"colour": 2}


def test_missing_marks_of_the_contract_hold(contract: Contract) -> None:
    table, _ = apply_contract(raw(age=["0.0", "5"], colour=["red", "red"]), contract, "new.csv")
    assert table.column("age").to_pylist() == [None, 5.0]


def test_a_column_without_any_value_is_fine(contract: Contract) -> None:
    table, _ = apply_contract(pa.table({"age": pa.nulls(2), "colour": pa.nulls(2)}), contract, "new.parquet")
    assert table.to_pylist() == [{"age": None, "colour": None}] * 2


def test_typed_columns_are_read_as_the_contract_says(contract: Contract) -> None:
    table, _ = apply_contract(pa.table({"age": pa.array([30], pa.int16()), "colour": [7]}), contract, "new.parquet")
    assert table.to_pylist() == [{"age": 30.0, "colour": "7"}]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"colour": ["red"], "agee": ["1"]}, "new.csv: no column `age`, which the model needs; did you mean `agee`?"),
        ({"colour": ["red"], "age": ["old"]}, "new.csv: column `age`, data row 1: 'old' is not a number"),
        ({"colour": ["red"], "age": ["inf"]}, "new.csv: column `age`, data row 1: 'inf' is infinite"),
        ({"colour": ["red"], "age": [True]}, "new.csv: column `age`: is of type bool"),
        ({"colour": [["red"]], "age": ["1"]}, "new.csv: column `colour`: is of type list"),
    ],
)
def test_columns_that_are_not_as_promised_are_refused(
    contract: Contract, columns: dict[str, list[Any]], expected: str
) -> None:
    with pytest.raises(InputError) as caught:
        apply_contract(raw(**columns), contract, "new.csv")
    (problem,) = caught.value.problems
    assert problem.startswith(expected)


def test_all_problems_at_once(contract: Contract) -> None:
    with pytest.raises(InputError) as caught:
        apply_contract(raw(age=["old"]), contract, "new.csv")
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("categories", [["False", "True"], ["false", "true"], ["FALSE", "TRUE"]])
def test_booleans_are_the_same_in_every_kind_of_file(contract: Contract, categories: list[str]) -> None:
    """pandas writes True into a CSV; Parquet's own booleans are true."""
    flag = Feature(name="flag", type="categorical", missing=0.0, categories=categories)
    one = contract.model_copy(update={"features": [flag]})
    for cells in (raw(flag=["True", "False"]), raw(flag=["true", "false"]), pa.table({"flag": [True, False]})):
        table, unseen = apply_contract(cells, one, "new")
        assert table.column("flag").to_pylist() == categories[::-1]
        assert unseen == {"flag": 0}


def test_two_spellings_that_training_told_apart_stay_apart(contract: Contract) -> None:
    flag = Feature(name="flag", type="categorical", missing=0.0, categories=["True", "true"])
    table, _ = apply_contract(raw(flag=["true", "True"]), contract.model_copy(update={"features": [flag]}), "new.csv")
    assert table.column("flag").to_pylist() == ["true", "True"]


def test_a_column_in_which_no_level_is_known_is_refused(contract: Contract) -> None:
    """With one known cell, or too few rows to tell, strangers are counted."""
    with pytest.raises(InputError, match=r"new\.csv: column `colour`: no cell holds a category of the training table"):
        apply_contract(raw(age=["1"] * 20, colour=["rot"] * 20), contract, "new.csv")
    _, unseen = apply_contract(raw(age=["1"] * 20, colour=["rot"] * 19 + ["red"]), contract, "new.csv")
    assert unseen == {"colour": 19}
    _, unseen = apply_contract(raw(age=["1"] * 19, colour=["rot"] * 19), contract, "new.csv")
    assert unseen == {"colour": 19}
