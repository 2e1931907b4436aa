"""Searches that settings, rows or dropped candidates limit: each says so, and goes on or ends."""

from collections.abc import Callable

import pytest

from stages.shared.errors import InputError
from stages.shared.storage.parquet import Table
from stages.train.strategy.artifacts import make_trace, make_tuning
from stages.train.strategy.cross_validation import fit_strategy
from stages.train.tuning.grid import DEFAULT_PARAMS
from tests.stages.train.tuning.conftest import STRATEGY, TUNING, Make, tried

pytestmark = pytest.mark.slow


def test_a_setting_that_cannot_work_is_named_with_its_key(table: Table, make_params: Make) -> None:
    params = tried(make_params, samplers={"SMOTE": {"k_neighbors": [30, 40]}})
    with pytest.raises(InputError) as caught:
        fit_strategy(table, "tried", params, lambda _: None)
    (problem,) = caught.value.problems
    assert problem.startswith(
        "params.yaml: tuning.samplers.SMOTE with {'k_neighbors': 30} for strategies.tried: SMOTE: "
    )
    assert "k_neighbors is 30 on a training fold with 60 negatives and 20 positives; at most 19 is possible" in problem
    params = tried(make_params, samplers={"SMOTE": {"k_neighbors": [1, -1]}})
    with pytest.raises(InputError, match=r"tuning\.samplers\.SMOTE with {'k_neighbors': -1}.*must be"):
        fit_strategy(table, "tried", params, lambda _: None)
    params = tried(make_params, classifiers={"random_forest": {"max_depth": [-1]}})
    with pytest.raises(InputError, match=r"params.yaml: tuning\.classifiers\.random_forest: The 'max_depth' parameter"):
        fit_strategy(table, "tried", params, lambda _: None)


def test_a_combination_for_which_a_fold_has_too_few_rows_is_left_out_and_told(table: Table, make_params: Make) -> None:
    """Training folds have 20 positives, those inside them 10."""
    params = tried(make_params, samplers={"SMOTE": {"k_neighbors": [1, 15, 30]}})
    result = fit_strategy(table, "tried", params, lambda _: None)
    tuned = result.tuning["logistic_regression"]
    assert [bool(trial.error) for trial in tuned.search.trials] == [False, False, False, False, True, True]
    assert {best_params.sampler["k_neighbors"] for best_params in tuned.fold_params} == {1}
    assert len(make_tuning(result, "average_precision", "exhaustive")["logistic_regression"].results) == 4
    (note,) = make_trace("tried", result, {}).notes
    assert note.startswith(
        "tried × logistic_regression: the search skipped 2 of 6 combinations of settings that could not run"
    )
    assert "k_neighbors is 30 on a training fold with 60 negatives and 20 positives" in note


def test_where_the_folds_inside_have_too_few_rows_the_settings_stand_as_given(table: Table, make_params: Make) -> None:
    """Training folds have 20 positives, those inside them 10: k_neighbors 15 serves the former alone."""
    params = tried(make_params, samplers={"SMOTE": {"k_neighbors": [15]}})
    result = fit_strategy(table, "tried", params, lambda _: None)
    assert result.tuning["logistic_regression"].fold_params == [DEFAULT_PARAMS] * 3
    assert result.tuning["logistic_regression"].search.best_params.sampler == {"k_neighbors": 15}
    (note,) = make_trace("tried", result, {}).notes
    assert note == (
        "tried × logistic_regression: in 3 of 3 training folds there were too few rows for a search; the settings "
        "of params.yaml were used."
    )


def test_with_too_few_positives_to_part_again_the_settings_stand_as_given(
    make_table: Callable[..., Table], make_params: Make
) -> None:
    """Three positives a training fold cannot be parted in five."""
    params = make_params({}, ["logistic_regression"], tuning={**TUNING, "n_splits": 5}, n_splits=2)
    result = fit_strategy(make_table("numeric", negatives=60, positives=6), "tried", params, lambda _: None)
    assert result.tuning["logistic_regression"].fold_params == [DEFAULT_PARAMS] * 2
    assert result.tuning["logistic_regression"].search.best_params.classifier in ({"C": 0.01}, {"C": 1.0})


def test_halving_comes_back_to_what_it_dropped_where_the_rest_is_note(
    make_table: Callable[..., Table], make_params: Make
) -> None:
    """13 positives in two folds: one trains on 7, which k_neighbors 6 needs, the other on 6."""
    table = make_table("numeric", negatives=61, positives=13)
    tuning = {
        "samplers": {"SMOTE": {"k_neighbors": [1, 6]}}, "classifiers": {"logistic_regression": {}},
        "search": {"how": "halving", "factor": 2}, "n_splits": 2,
    }  # fmt: skip
    for seed in range(4):  # whichever of the two the first fold prefers
        params = make_params(STRATEGY, ["logistic_regression"], tuning=tuning, n_splits=2)
        params = params.model_copy(update={"random_state": seed})
        found = fit_strategy(table, "tried", params, lambda _: None).tuning["logistic_regression"].search
        assert found.best_params.sampler == {"k_neighbors": 1}
