"""The registries of samplers and classifiers agree with the libraries whose names they use."""

import inspect

from imblearn.utils.testing import all_estimators
import pytest

from stages.shared.classifiers import BLEND, CLASSIFIERS, MAX_ROWS
from stages.train.params import Strategy
from stages.train.samplers.plan import make_plan
from stages.train.samplers.registry import SAMPLERS

SET_BY_THE_PIPELINE = {"random_state", "n_jobs", "class_weight", "scale_pos_weight", "warm_start", "verbose"}

#: columns on which a sampler can be built; others take any
COLUMNS = {"SMOTENC": (1, 1), "SMOTEN": (0, 2)}

#: the blend is made of the others
FITTED = [name for name in CLASSIFIERS if name != BLEND]


def test_every_sampler_of_imbalanced_learn_is_there() -> None:
    assert set(SAMPLERS) == {name for name, _ in all_estimators(type_filter="sampler")} - {"FunctionSampler"}


@pytest.mark.parametrize("name", SAMPLERS)
def test_settings_of_a_sampler_are_parameters_of_its_class(name: str) -> None:
    spec = SAMPLERS[name]
    parameters = set(inspect.signature(spec.load()).parameters)
    assert set(spec.settings) <= parameters - SET_BY_THE_PIPELINE
    # other parameters take an object, or the pipeline sets them
    others = parameters - set(spec.settings) - SET_BY_THE_PIPELINE
    objects = {"estimator", "svm_estimator", "edited_nearest_neighbours", "categorical_encoder"}
    assert others <= objects | {"categorical_features"}


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_can_be_built_with_its_settings_and_is_seeded(name: str) -> None:
    spec = SAMPLERS[name]
    defaults = inspect.signature(spec.load()).parameters
    settings = {key: defaults[key].default for key in spec.settings if key != "sampling_strategy"}
    plan = make_plan("tried", Strategy(sampler=name, **settings), *COLUMNS.get(name, (2, 0)), 7)
    sampler, *cleaning = [item for samplers in plan.after.values() for item in samplers]
    assert type(sampler) is spec.load()
    assert getattr(sampler, "random_state", 7) == 7
    assert [type(item).__name__ for item in cleaning] == ([spec.cleaner] if spec.cleaner else [])
    assert plan.requested == name


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_settings_of_a_classifier_are_parameters_of_its_class(name: str) -> None:
    spec = CLASSIFIERS[name]
    parameters = set(inspect.signature(spec.load(spec.estimator)).parameters)
    if name == "xgboost":  # named in its base class
        parameters = set(spec.load(spec.estimator)().get_params())
    assert set(spec.settings) - {MAX_ROWS, "n_rounds"} <= parameters - SET_BY_THE_PIPELINE
    assert (MAX_ROWS in spec.settings) == (spec.iterations is not None)
    assert not spec.shared_setting or spec.shared_setting in spec.settings


@pytest.mark.parametrize("name", FITTED)
def test_the_functions_of_a_classifier_can_be_imported(name: str) -> None:
    spec = CLASSIFIERS[name]
    assert callable(spec.load(spec.fit))
    assert callable(spec.load(spec.score_grid))
    assert "random_state" in spec.load(spec.estimator)().get_params()
