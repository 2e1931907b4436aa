"""Features that differ between train and test are noticed, and random splits seldom differ."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import special, stats

from stages.shared.schemas.contract import Contract, Feature
from stages.shared.storage.parquet import Table
from stages.split import drift
from stages.split.drift import compare_categories, compare_numbers, compute_kolmogorov, notice_drift
from tests.stages.report.made.factory import contract_json


def make_table(columns: dict[str, np.ndarray]) -> Table:
    kinds = {"f": "numeric", "O": "categorical"}
    features = [
        Feature(name=name, type=kinds[values.dtype.kind], missing=0.0).model_dump()  # type: ignore[arg-type]
        for name, values in columns.items()
    ]
    contract = Contract.model_validate(contract_json() | {"features": features})
    return Table(pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()}), contract, [])


def notice(columns: dict[str, np.ndarray], groups: np.ndarray | None = None) -> list[tuple[str | None, str]]:
    rows = len(next(iter(columns.values())))
    test = np.arange(rows) >= 3 * rows // 4
    found = notice_drift(make_table(columns), ~test, test, np.arange(rows) if groups is None else groups)
    assert {item.kind for item in found} <= {"feature_differs"}
    return [(item.column, item.message) for item in found]


def test_numbers_and_missing_values_that_differ_are_named() -> None:
    rows = np.arange(400.0)
    mostly_missing = np.where((rows >= 300) & (rows % 2 == 0), np.nan, rows % 10)
    assert notice({"later": rows, "gaps": mostly_missing, "same": rows % 10}) == [
        ("later", "later: values up to 299 are 100.0% of train and 0.0% of test; train and test differ"),
        ("gaps", "gaps: missing values are 0.0% of train and 50.0% of test; train and test differ"),
    ]


def test_categories_that_differ_are_named() -> None:
    levels = np.array(["a", "b"] * 150 + ["b"] * 100, dtype=object)
    assert notice({"level": levels}) == [
        ("level", "level: rows with a are 50.0% of train and 0.0% of test; train and test differ")
    ]


def test_many_features_are_counted() -> None:
    rows = np.arange(400.0)
    found = notice({f"x{number}": rows for number in range(7)})
    assert [name for name, _ in found] == ["x0", "x1", "x2", "x3", "x4", None]
    assert found[-1][1] == "2 more features differ between train and test, by smaller shares of the rows"


def test_a_small_difference_is_not_worth_a_notice_however_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.concatenate([np.zeros(30_000), np.zeros(9600), np.ones(400)])
    assert notice({"x": x}) == []
    monkeypatch.setattr(drift, "MIN_DIFFERENCE", 0.0)
    assert len(notice({"x": x})) == 1


def test_rows_of_a_group_count_as_one() -> None:
    """Seven groups of train and three of test could have such values by chance."""
    groups = np.repeat(np.arange(10), 40)
    x = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0], 40)
    assert notice({"x": x}) != []
    assert notice({"x": x}, groups) == []


@pytest.mark.slow
def test_random_splits_are_seldom_noticed() -> None:
    """The level is 1 % for all features together; of 400 splits up to 10 is what chance gives in 99 % of cases."""
    random = np.random.RandomState(0)
    noticed = 0
    for _ in range(400):
        columns = {f"x{number}": random.normal(size=200) for number in range(3)}
        columns |= {
            "few": random.randint(3, size=200) * 1.0,
            "level": random.choice(["a", "b", "c"], 200).astype(object),
        }
        noticed += bool(notice(columns))
    assert noticed <= 10


def test_the_p_values_are_those_of_scipy() -> None:
    random = np.random.RandomState(1)
    one, other = random.normal(size=300), random.normal(0.3, size=200)
    expected = stats.ks_2samp(one, other, method="asymp")
    found = compare_numbers(one, other)
    assert found.size == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue, rel=0.2)  # SciPy corrects the number of rows
    assert compute_kolmogorov(0.9) == pytest.approx(special.kolmogorov(0.9))
    assert (compute_kolmogorov(0.0), compute_kolmogorov(9.0)) == (1.0, pytest.approx(0.0))
    for value in (0.001, 0.19, 0.21, 0.4):
        assert compute_kolmogorov(value) == pytest.approx(special.kolmogorov(value), abs=1e-9)


def test_rare_categories_are_not_compared() -> None:
    assert compare_categories(["a"] * 300, ["a"] * 97 + ["b"] * 3).p_value == 1.0
    found = compare_categories(["a", "b"] * 100, ["a"] * 60 + ["b"] * 40)
    assert found.size == pytest.approx(0.1)
    assert found.p_value == pytest.approx(2 * 0.1017, abs=1e-3)  # z = 0.1 / 0.0611, two categories
