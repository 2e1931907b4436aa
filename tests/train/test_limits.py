"""A forest has fewer trees on many rows, and is what was asked for on few."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest
from sklearn.ensemble import RandomForestClassifier

from stages.train.limits import LEAST_TREES, capped

GIVEN = {"n_estimators": 200, "min_samples_leaf": 2, "max_rows": 10_000_000}


@pytest.mark.parametrize(
    ("rows", "trees"),
    [(3163, 200), (50_000, 200), (50_001, 199), (100_000, 100), (171_000, 58), (286_048, 50), (5_000_000, 50)],
)
def test_trees_times_rows_is_bounded(rows: int, trees: int) -> None:
    assert capped(GIVEN, rows) == {"n_estimators": trees, "min_samples_leaf": 2}


def test_settings_without_the_bound_stay_as_they_are() -> None:
    settings = {"n_estimators": 200}
    assert capped(settings, 10**9) is settings


def test_few_trees_stay_few() -> None:
    assert capped({"n_estimators": 10, "max_rows": 1}, 1000) == {"n_estimators": 10}


def test_the_librarys_own_number_of_trees_is_bounded_as_well() -> None:
    assert RandomForestClassifier().n_estimators == 100
    assert capped({"max_rows": 1_000_000}, 10_000) == {}
    assert capped({"max_rows": 1_000_000}, 12_500) == {"n_estimators": 80}


@pytest.mark.parametrize("asked", ["many", None, 0.5, True])
def test_what_is_no_number_of_trees_is_left_to_the_library(asked: Any) -> None:
    assert capped({"n_estimators": asked, "max_rows": 1}, 1000) == {"n_estimators": asked}


@given(asked=st.integers(1, 1000), most=st.integers(1, 10**9), rows=st.integers(1, 10**7))
def test_never_more_than_asked_for_and_never_needlessly_fewer(asked: int, most: int, rows: int) -> None:
    trees = capped({"n_estimators": asked, "max_rows": most}, rows)["n_estimators"]
    assert min(asked, LEAST_TREES) <= trees <= asked
    assert trees * rows <= most or trees <= LEAST_TREES
    assert trees == asked or (trees + 1) * rows > most
