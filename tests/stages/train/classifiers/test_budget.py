"""A forest has fewer trees on many rows, and is what was asked for on few."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from stages.shared.classifiers import EPOCHS, TREES
from stages.shared.storage.parquet import Table
from stages.train.classifiers.budget import cap_iterations
from stages.train.folds.fold_data import FoldData
from stages.train.folds.splitter import Fold
from stages.train.params import TrainParams
from stages.train.strategy.context import StrategyContext
from stages.train.tuning.grid import CandidateParams
from stages.train.tuning.shared_fits import GridPoint, score_grid
from tests.stages.train.classifiers.helpers import fit_classifier

GIVEN = {"n_estimators": 200, "min_samples_leaf": 2, "max_rows": 10_000_000}


@pytest.mark.parametrize(
    ("rows", "trees"),
    [(3163, 200), (50_000, 200), (50_001, 199), (100_000, 100), (171_000, 58), (286_048, 50), (5_000_000, 50)],
)
def test_trees_times_rows_is_bounded(rows: int, trees: int) -> None:
    assert cap_iterations(GIVEN, rows, TREES) == {"n_estimators": trees, "min_samples_leaf": 2}


def test_settings_without_the_bound_stay_as_they_are() -> None:
    settings = {"n_estimators": 200}
    assert cap_iterations(settings, 10**9, TREES) == settings


def test_few_trees_stay_few() -> None:
    assert cap_iterations({"n_estimators": 10, "max_rows": 1}, 1000, TREES) == {"n_estimators": 10}


def test_the_librarys_own_number_of_trees_is_bounded_as_well() -> None:
    assert RandomForestClassifier().n_estimators == 100
    assert cap_iterations({"max_rows": 1_000_000}, 10_000, TREES) == {}
    assert cap_iterations({"max_rows": 1_000_000}, 12_500, TREES) == {"n_estimators": 80}


@pytest.mark.parametrize("requested", ["many", None, 0.5, True])
def test_what_is_no_number_of_trees_is_left_to_the_library(requested: Any) -> None:
    assert cap_iterations({"n_estimators": requested, "max_rows": 1}, 1000, TREES) == {"n_estimators": requested}


@given(requested=st.integers(1, 1000), most=st.integers(1, 10**9), rows=st.integers(1, 10**7))
def test_never_more_than_asked_for_and_never_needlessly_fewer(requested: int, most: int, rows: int) -> None:
    trees = cap_iterations({"n_estimators": requested, "max_rows": most}, rows, TREES)["n_estimators"]
    assert min(requested, TREES.minimum) <= trees <= requested
    assert trees * rows <= most or trees <= TREES.minimum
    assert trees == requested or (trees + 1) * rows > most


def test_epochs_times_rows_is_bounded() -> None:
    settings = {"max_iter": 60, "max_rows": 2_000_000}
    epochs = {rows: cap_iterations(settings, rows, EPOCHS)["max_iter"] for rows in (33_000, 100_000, 286_048)}
    assert epochs == {33_000: 60, 100_000: 20, 286_048: 10}
    X, y = np.random.RandomState(0).normal(size=(100, 2)), np.repeat([0, 1], [80, 20])
    fitted = fit_classifier("mlp", {"max_iter": 30, "max_rows": 1500}, X, y)
    assert fitted.classifier.max_iter == fitted.classifier.t_ / 100 == 15


def test_a_fit_has_as_many_trees_as_the_bound_allows() -> None:
    X, y = np.random.RandomState(0).normal(size=(100, 2)), np.repeat([0, 1], [80, 20])
    for name in ("random_forest", "extra_trees"):
        few, requested = (
            fit_classifier(name, {"n_estimators": 70, "max_rows": most}, X, y).classifier for most in (6000, 7000)
        )
        assert (len(few.estimators_), len(requested.estimators_)) == (60, 70)


def test_a_grid_of_sizes_is_bounded_as_each_of_its_fits(
    make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    """Training folds of 40 rows: at most 55 trees for 2200 rows; 60 and 70 are one forest, 52 is another."""
    sizes = [CandidateParams({}, {"n_estimators": trees, "max_rows": 2200}) for trees in (52, 60, 70)]
    context = StrategyContext(make_table("numeric"), "tried", make_params({}, ["random_forest"]))
    rows = FoldData(context, Fold(np.arange(40), np.arange(40, 80)))
    prepared = rows.resample({})
    X = rows.transform_validation(prepared)
    together = score_grid(context, rows, "random_forest", [GridPoint(size, prepared, X) for size in sizes])
    for combination, scores in zip(sizes, together, strict=True):
        assert np.array_equal(scores, context.fit("random_forest", combination, prepared).scores(X))
    assert np.array_equal(together[1], together[2])
    assert not np.array_equal(together[0], together[1])


@pytest.mark.parametrize("value", ["0", "-5", "0.5", "many", "true", "null"])
def test_a_wrong_bound_is_told(problems: Callable[..., list[str]], value: str) -> None:
    (problem,) = problems(classifiers=f"{{random_forest: {{max_rows: {value}}}}}")
    assert problem == (
        "classifiers: max_rows of random_forest bounds the rows that its trees or epochs see in all: a whole number, "
        "at least 1"
    )
