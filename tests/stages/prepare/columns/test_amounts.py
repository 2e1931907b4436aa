"""The columns of weights and of costs."""

from typing import Any

import pytest

from stages.prepare.params import PrepareParams
from stages.prepare.prepare import prepare
from stages.shared.errors import InputError
from stages.shared.storage.parquet import Table
from tests.stages.prepare.tables import GOOD, SOURCE, params_of, parquet

ROWS = len(GOOD["sick"])


def prepared(cells: list[Any] | None, **params: Any) -> Table:
    settings = PrepareParams.model_validate(params_of(**params))
    return prepare(parquet(**({} if cells is None else {"w": cells})), settings).table


def counted(**changes: Any) -> list[Any]:
    """Numbers from 1, as text, with some rows changed."""
    cells = [str(row + 1) for row in range(ROWS)]
    for row, cell in changes.items():
        cells[int(row[1:])] = cell
    return cells


def test_a_weight_is_kept_and_no_feature() -> None:
    table = prepared(counted(), weight="w")
    assert table.contract.weight == "w"
    assert "w" not in [feature.name for feature in table.contract.features]
    weights = table.weights
    assert weights is not None
    assert weights.mean() == pytest.approx(1)
    assert weights == pytest.approx([(row + 1) * 2 / (ROWS + 1) for row in range(ROWS)])


def test_without_a_weight_there_is_none() -> None:
    assert prepared(None).weights is None


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (counted(r2="0"), "holds 0 in data row 3; data.weight needs a number above 0 in each row"),
        (counted(r2="-1", r3="-1"), "holds -1 in data rows 3 and 4; data.weight needs a number above 0"),
        (counted(r0=""), "holds an empty cell in data row 1; data.weight needs a number above 0"),
        (["a"] * (ROWS - 1) + ["b"], "is no column of numbers; data.weight needs a number above 0 in each row"),
    ],
)
def test_a_weight_that_is_none_is_named(cells: list[Any], problem: str) -> None:
    with pytest.raises(InputError) as error:
        prepared(cells, weight="w")
    assert f"{SOURCE}: column `w`: {problem}" in str(error.value)


def test_a_column_of_costs_may_be_a_feature_or_stand_in_drop() -> None:
    cost = {"false_negative": {"column": "w"}, "false_positive": 1}
    feature, dropped = prepared(counted(r0="0"), cost=cost), prepared(counted(), cost=cost, drop=["w"])
    assert "w" in [item.name for item in feature.contract.features]
    assert "w" not in [item.name for item in dropped.contract.features]
    assert dropped.data.column("w").to_pylist() == list(range(1, ROWS + 1))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"cost": {"false_negative": {"column": "nn"}, "false_positive": 1}},
            "evaluate.cost.false_negative: no column",
        ),
        (
            {"cost": {"false_negative": 1, "false_positive": {"column": "w"}}, "weight": "w"},
            "evaluate.cost.false_positive: `w` has another role",
        ),
        ({"weight": "w", "drop": ["w"]}, "data.weight and data.drop: both name the column `w`"),
        ({"weight": "sick"}, "data.target and data.weight: both name the column `sick`"),
    ],
)
def test_a_column_has_one_role(changes: Any, problem: str) -> None:
    with pytest.raises(InputError) as error:
        prepared(counted(), **changes)
    assert problem in str(error.value)


def test_costs_below_zero_are_named() -> None:
    with pytest.raises(InputError, match=r"holds -2 in data row 2; evaluate.cost.false_negative needs a number of 0"):
        prepared(counted(r1="-2"), cost={"false_negative": {"column": "w"}, "false_positive": 1})
