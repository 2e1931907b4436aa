"""The tables of settings agree with the libraries whose words they are."""

import inspect

from imblearn.utils.testing import all_estimators
import pytest

from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.registry import CLASSIFIERS
from stages.train.params import Strategy
from stages.train.params.allowed_settings import (
    BALANCED_ENSEMBLES,
    BLEND,
    CLASSIFIER_SETTINGS,
    MAX_ROWS,
    SAMPLER_SETTINGS,
)
from stages.train.samplers.plan import COMBINATIONS, SAMPLERS, make_plan

SET_BY_THE_PIPELINE = {"random_state", "n_jobs", "class_weight", "scale_pos_weight", "warm_start", "verbose"}

#: settings that no library has
OURS = {"neighbors": "exact"}

#: columns on which a sampler can be built; others take any
COLUMNS = {"SMOTENC": (1, 1), "SMOTEN": (0, 2)}


def test_every_sampler_of_imbalanced_learn_is_there() -> None:
    known = {name for name, _ in all_estimators(type_filter="sampler")}
    assert set(SAMPLER_SETTINGS) == known - {"FunctionSampler"}
    assert set(SAMPLER_SETTINGS) == set(SAMPLERS) | set(COMBINATIONS)


@pytest.mark.parametrize("name", SAMPLER_SETTINGS)
def test_settings_of_a_sampler_are_parameters_of_its_class(name: str) -> None:
    built = SAMPLERS[COMBINATIONS[name][0] if name in COMBINATIONS else name]
    parameters = set(inspect.signature(built).parameters)
    assert set(SAMPLER_SETTINGS[name]) - set(OURS) <= parameters - SET_BY_THE_PIPELINE
    # what is left out takes an object, or the pipeline sets it
    left_out = parameters - set(SAMPLER_SETTINGS[name]) - SET_BY_THE_PIPELINE
    objects = {"estimator", "svm_estimator", "edited_nearest_neighbours", "categorical_encoder"}
    assert left_out <= objects | {"categorical_features"}


@pytest.mark.parametrize("name", SAMPLER_SETTINGS)
def test_every_sampler_can_be_built_with_its_settings_and_is_seeded(name: str) -> None:
    first = SAMPLERS[COMBINATIONS[name][0] if name in COMBINATIONS else name]
    defaults = inspect.signature(first).parameters
    known = {**{key: parameter.default for key, parameter in defaults.items()}, **OURS}
    settings = {key: known[key] for key in SAMPLER_SETTINGS[name] if key != "sampling_strategy"}
    plan = make_plan("tried", Strategy(sampler=name, **settings), *COLUMNS.get(name, (2, 0)), 7)
    sampler, *cleaning = [item for samplers in plan.after.values() for item in samplers]
    assert type(sampler) is first
    assert getattr(sampler, "random_state", 7) == 7
    assert [type(item) for item in cleaning] == ([COMBINATIONS[name][1]] if name in COMBINATIONS else [])
    assert plan.requested == name


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_settings_of_a_classifier_are_parameters_of_its_class(name: str) -> None:
    parameters = set(CLASSIFIERS[name]({}, None, ClassWeights(1.0, 1.0), 0).get_params())
    assert set(CLASSIFIER_SETTINGS[name]) - {MAX_ROWS} <= parameters - SET_BY_THE_PIPELINE


def test_every_classifier_is_in_both_tables() -> None:
    assert list(CLASSIFIER_SETTINGS) == [*CLASSIFIERS, BLEND]  # which is made of the others, and has no class
    assert set(BALANCED_ENSEMBLES) < set(CLASSIFIERS)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_classifier_is_seeded(name: str) -> None:
    assert CLASSIFIERS[name]({}, None, ClassWeights(1.0, 1.0), 7).get_params()["random_state"] == 7
