"""The parts of a small table, and rates in them that can be counted by hand."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from stages.evaluate.explanation import slices
from stages.evaluate.explanation.slices import Decisions, Part, find_columns, list_parts, measure_slices
from stages.evaluate.uncertainty.intervals import compare_rates, wilson
from stages.shared.schemas.contract import Contract, Feature
from tests.stages.report.made.factory import contract_json


def make_contract(*features: tuple[str, str]) -> Contract:
    made = [Feature(name=name, type=kind, missing=0.0).model_dump() for name, kind in features]  # type: ignore[arg-type]
    return Contract.model_validate(contract_json() | {"features": made})


def list_rows(
    data: dict[str, list[Any]], *features: tuple[str, str], watched: tuple[str, ...] = ("sex",)
) -> dict[str, list[int]]:
    found = find_columns(make_contract(*features), watched)
    return {part.label: np.flatnonzero(part.inside).tolist() for part in list_parts(pa.table(data), found, watched)}


def test_categories_and_missing_values_are_parts() -> None:
    assert list_rows({"sex": ["M", "F", None, "M"]}, ("sex", "categorical")) == {
        "sex = F": [1], "sex = M": [0, 3], "sex is missing": [2],
    }  # fmt: skip


def test_a_number_is_cut_at_its_quartiles_or_by_its_few_values() -> None:
    assert list_rows({"age": [*range(8), None]}, ("age", "numeric")) == {
        "age ≤ 1": [0, 1], "1 < age ≤ 3": [2, 3], "3 < age ≤ 5": [4, 5], "age > 5": [6, 7], "age is missing": [8],
    }  # fmt: skip
    assert list_rows({"flag": [0.0, 1.0, 1.0]}, ("flag", "numeric")) == {"flag = 0": [0], "flag = 1": [1, 2]}
    assert list_rows({"many": [0.0] * 20 + [1.0, 2.0, 3.0, 4.0, 5.0]}, ("many", "numeric")) == {
        "many ≤ 0": list(range(20)), "many > 0": [20, 21, 22, 23, 24],
    }  # fmt: skip


def test_texts_have_no_parts_and_wide_tables_only_watched_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    data, features = {"note": ["a", "b"], "sex": ["M", "F"]}, (("note", "text"), ("sex", "categorical"))
    assert list(list_rows(data, *features)) == ["sex = F", "sex = M"]
    monkeypatch.setattr(slices, "MAX_FEATURES", 1)
    assert list_rows(data, *features, watched=()) == {}
    assert list(list_rows(data, *features)) == ["sex = F", "sex = M"]


def test_rare_categories_are_parts_of_watched_columns_alone() -> None:
    data = {"sex": ["M"] * 10 + ["F"] * 9}
    assert list(list_rows(data, ("sex", "categorical"), watched=())) == ["sex = M"]
    assert list(list_rows(data, ("sex", "categorical"))) == ["sex = F", "sex = M"]


def test_large_numbers_stay_apart() -> None:
    data = {"id": [float(10**9 + number) for number in range(3)]}
    assert list(list_rows(data, ("id", "numeric"))) == ["id = 1000000000", "id = 1000000001", "id = 1000000002"]


def make_decisions(right_inside: int, rows: int = 400) -> tuple[Part, Decisions]:
    """Return a slice with 40 of 80 positives, of which the model finds so many, and 36 of the others."""
    inside = np.arange(rows) < rows // 2
    y = np.zeros(rows, dtype=np.int64)
    y[:40] = y[-40:] = 1
    predicted = np.zeros(rows, dtype=np.bool_)
    predicted[:right_inside] = predicted[-36:] = True
    return Part("sex", "M", "sex = M", inside), Decisions(y, predicted, np.arange(rows), np.ones(rows), np.ones(rows))


def test_a_slice_with_fewer_found_positives_is_worse() -> None:
    part, decisions = make_decisions(right_inside=12)
    (recall, specificity), compared, worse = measure_slices([part], decisions, (), 0.95)
    assert (compared, worse) == (2, 1)
    assert (recall.metric, recall.rows, recall.value, recall.difference) == ("recall", 40, 0.3, -0.6)
    assert recall.low < -0.6 < recall.high < 0  # type: ignore[operator]
    assert recall.verdict == "worse"
    assert (specificity.rows, specificity.value, specificity.difference) == (160, 1.0, 0.0)
    assert specificity.verdict == "cannot_tell"
    assert measure_slices([part], make_decisions(right_inside=35)[1], (), 0.95)[0][0].verdict == "cannot_tell"


def test_more_comparisons_make_wider_intervals() -> None:
    part, decisions = make_decisions(right_inside=12)
    one = measure_slices([part], decisions, (), 0.95)[0][0]
    many = measure_slices([part] * 10, decisions, (), 0.95)[0][0]
    assert many.low < one.low < one.high < many.high  # type: ignore[operator]


def test_several_scores_of_a_row_count_as_one() -> None:
    part, decisions = make_decisions(right_inside=12)
    y, predicted, groups, weights = (
        np.tile(values, 2) for values in (decisions.y, decisions.predicted, decisions.groups, decisions.weights)
    )
    twice = Decisions(y, predicted, groups, weights, np.full(len(y), 0.5))
    doubled = Part(part.column, part.key, part.label, np.tile(part.inside, 2))
    assert measure_slices([doubled], twice, (), 0.95) == measure_slices([part], decisions, (), 0.95)
    few = Part("sex", "X", "sex = X", np.arange(len(y)) % 400 < 9)  # nine positives, each scored twice
    assert measure_slices([few], twice, (), 0.95) == ([], 0, 0)


def test_few_rows_cannot_tell_and_are_listed_where_they_are_watched() -> None:
    part, decisions = make_decisions(right_inside=0)
    few = Part("sex", "X", "sex = X", np.arange(400) < 5)  # five positives
    assert measure_slices([few], decisions, (), 0.95) == ([], 0, 0)
    (recall, specificity), compared, _ = measure_slices([few], decisions, ["sex"], 0.95)
    assert (compared, recall.watched, recall.rows, recall.value) == (0, True, 5, 0.0)
    assert (recall.low, recall.high, recall.verdict) == (None, None, "cannot_tell")
    assert (specificity.rows, specificity.value, specificity.difference) == (0, None, None)
    assert part.column == few.column


def test_the_lowest_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MAX_LISTED", 1)
    part, decisions = make_decisions(right_inside=12)
    other = Part("sex", "F", "sex = F", ~part.inside)
    listed, compared, _ = measure_slices([other, part], decisions, (), 0.95)
    assert compared == 4
    assert [(item.label, item.metric) for item in listed] == [("sex = M", "recall"), ("sex = F", "specificity")]


def test_the_interval_of_a_difference_of_rates() -> None:
    """Newcombe (1998), table II: 56/70 − 48/80, 95 % by method 10: 0.0524 to 0.3339."""
    assert compare_rates((56 / 70, 70), (48 / 80, 80), 0.95) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert compare_rates((0.0, 20), (0.0, 10), 0.95) == pytest.approx((-wilson(0, 10, 0.95)[1], wilson(0, 20, 0.95)[1]))
