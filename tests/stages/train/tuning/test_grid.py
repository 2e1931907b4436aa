"""Which settings are tried, and in which order."""

from collections.abc import Callable
from typing import Any

import pytest

from stages.train.params import Strategy, TrainParams
from stages.train.params.tuning import TuningParams
from stages.train.tuning.grid import DEFAULT_PARAMS, CandidateParams, describe_replaced, list_candidates

SMOTE = Strategy.model_validate({"sampler": "SMOTE", "sampling_strategy": 0.75})
BASELINE = Strategy()


def tuning(**changes: Any) -> TuningParams:
    content = {
        "metric": "average_precision",
        "search": {"how": "exhaustive"},
        "n_splits": 2,
        "samplers": {"SMOTE": {"k_neighbors": [3, 5], "sampling_strategy": [0.5, 1.0]}},
        "classifiers": {"logistic_regression": {"C": [0.1, 1]}},
        **changes,
    }
    return TuningParams.model_validate(content)


def test_every_setting_of_the_sampler_with_every_setting_of_the_classifier() -> None:
    found = list_candidates(SMOTE, "logistic_regression", tuning(), 0)
    assert len(found) == 2 * 2 * 2
    assert found[:3] == [
        CandidateParams({"k_neighbors": 3, "sampling_strategy": 0.5}, {"C": 0.1}),
        CandidateParams({"k_neighbors": 3, "sampling_strategy": 0.5}, {"C": 1}),
        CandidateParams({"k_neighbors": 3, "sampling_strategy": 1.0}, {"C": 0.1}),
    ]


def test_the_courses_grid_has_27_points() -> None:
    course = tuning(
        samplers={"SMOTE": {"k_neighbors": [3, 5, 7], "sampling_strategy": [0.5, 0.75, 1.0]}},
        classifiers={"logistic_regression": {"C": [0.1, 1, 10]}},
    )
    assert len(list_candidates(SMOTE, "logistic_regression", course, 0)) == 27


def test_a_strategy_without_that_sampler_tunes_the_classifier_alone() -> None:
    found = list_candidates(BASELINE, "logistic_regression", tuning(), 0)
    assert found == [CandidateParams({}, {"C": 0.1}), CandidateParams({}, {"C": 1})]


def test_an_empty_grid_tunes_the_sampler_alone() -> None:
    params = tuning(classifiers={"xgboost": {}})
    assert [found.classifier for found in list_candidates(SMOTE, "xgboost", params, 0)] == [{}] * 4
    assert list_candidates(BASELINE, "xgboost", params, 0) == []


def test_a_classifier_that_is_not_named_is_not_tuned() -> None:
    assert list_candidates(SMOTE, "mlp", tuning(), 0) == []
    assert DEFAULT_PARAMS == ({}, {})


def test_a_random_search_draws_without_replacement_and_the_same_each_time() -> None:
    params = tuning(search={"how": "random", "n_candidates": 5})
    every = list_candidates(SMOTE, "logistic_regression", tuning(), 0)
    found = list_candidates(SMOTE, "logistic_regression", params, 0)
    assert found == list_candidates(SMOTE, "logistic_regression", params, 0)
    assert found != list_candidates(SMOTE, "logistic_regression", params, 1)
    assert len(found) == 5
    indices = [every.index(combination) for combination in found]
    assert indices == sorted(set(indices))


@pytest.mark.parametrize("wanted", [8, 100])
def test_a_budget_beyond_the_grid_is_the_grid(wanted: int) -> None:
    params = tuning(search={"how": "random", "n_candidates": wanted})
    assert len(list_candidates(SMOTE, "logistic_regression", params, 0)) == 8


def test_a_value_outside_its_grid_is_said_to_have_no_effect(make_params: Callable[..., TrainParams]) -> None:
    tuning = {
        "samplers": {"SMOTE": {"k_neighbors": [3, 5]}},
        "classifiers": {"logistic_regression": {"C": [0.1, 1.0]}},
    }
    classifiers: dict[str, dict[str, Any]] = {"logistic_regression": {}, "xgboost": {}}
    for k, C, expected in ((5, 1.0, 0), (9, 1.0, 1), (9, 7.0, 2)):
        params = make_params({"sampler": "SMOTE", "k_neighbors": k}, ["xgboost", "logistic_regression"], tuning=tuning)
        classifiers["logistic_regression"]["C"] = C
        notes = list(describe_replaced(params.strategies["tried"], classifiers, params.tuning))
        assert len(notes) == expected
        if k == 9:
            assert notes[0].startswith(
                "k_neighbors 9 has no effect on logistic_regression: tuning.samplers.SMOTE.k_neighbors in params.yaml "
                "searches [3, 5] instead"
            )
    assert not list(describe_replaced(params.strategies["tried"], {"xgboost": {}}, params.tuning))
