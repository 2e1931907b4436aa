"""Warnings on new rows; every chance can be counted by hand."""

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.schemas.contract import Contract, Feature
from tests.tools.predict.helpers import find_unusual
from tools.predict.unusual import compute_chance_beyond

TSH = Feature(name="tsh", type="numeric", missing=0.2, minimum=0.1, maximum=100.0, sizes=[0.3, 1.5, 20.0])
WARD = Feature(name="ward", type="categorical", missing=0.0, categories=["north", "south"])


def kinds(tsh: list[float | None], feature: Feature = TSH, unseen: dict[str, int] | None = None) -> dict[str, int]:
    contract = Contract(
        source="small.csv", rows=1000, positives=50, target="sick", positive="yes", negative="no",
        features=[feature, WARD], key=[], group=None, time=None, missing={},
    )  # fmt: skip
    features = pa.table({"tsh": pa.array(tsh, pa.float64()), "ward": ["north"] * len(tsh)})
    return {item.kind: item.cells for item in find_unusual(features, contract, unseen or {})}


def test_the_chance_that_new_rows_are_the_largest() -> None:
    assert compute_chance_beyond(0, rows=5, training_rows=5) == 1.0
    assert compute_chance_beyond(1, rows=1, training_rows=3) == 1 / 4
    # one of the six pairs of four rows
    assert compute_chance_beyond(2, rows=2, training_rows=2) == pytest.approx(1 / 6)


def test_rows_like_those_of_training_are_not_unusual() -> None:
    assert kinds([1.0, 2.0, None, 0.1, 100.0] * 10) == {}


@pytest.mark.parametrize(("cells", "expected"), [([None] * 3, {}), ([None] * 10, {"empty": 10})])
def test_an_empty_column_is_unusual_where_training_has_values(cells: list[None], expected: dict[str, int]) -> None:
    """0.2³ = 0.008 happens by chance, 0.2¹⁰ does not; the limit is 0.01 over four tries."""
    assert kinds(cells) == expected


def test_one_value_out_of_range_is_usual_and_three_of_ten_are_not() -> None:
    """One of ten: 10/810. Three: 10/810 × 9/809 × 8/808."""
    assert kinds([2.0] * 9 + [101.0]) == {}
    assert kinds([2.0] * 7 + [101.0] * 3) == {"out_of_range": 3}
    assert kinds([2.0] * 7 + [-1.0] * 3) == {"out_of_range": 3}


@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_another_unit(factor: float) -> None:
    values = np.geomspace(0.3, 20.0, 40)
    found = kinds((values * factor).tolist())
    assert found["unit"] == 40
    assert kinds((values[:19] * factor).tolist()).get("unit") is None  # too few cells
    assert kinds((values * 3).tolist()).get("unit") is None  # less than ten times as large


def test_what_the_contract_rounds_to_0_is_not_judged() -> None:
    """Numbers of a millionth and less have no digits left in the contract."""
    tiny = TSH.model_copy(update={"minimum": 0.0, "maximum": 0.0, "sizes": [0.0, 0.0, 0.0]})
    assert kinds([1e-9, 3e-7] * 20, tiny) == {}


def test_rows_drawn_like_the_training_rows_rarely_get_a_warning() -> None:
    random, warned = np.random.RandomState(0), 0
    for _ in range(200):
        all_rows = random.lognormal(size=1040)
        known, new = all_rows[:1000], all_rows[1000:]
        sizes = np.quantile(known, [0.05, 0.5, 0.95]).tolist()
        bounds = {"missing": 0.0, "minimum": known.min(), "maximum": known.max(), "sizes": sizes}
        warned += bool(kinds(new.tolist(), TSH.model_copy(update=bounds)))
    assert warned <= 2  # one in a hundred


def test_unknown_levels_are_counted() -> None:
    assert kinds([1.0], unseen={"ward": 2}) == {"unknown_level": 2}
