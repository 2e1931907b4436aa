"""Every sampler with every classifier gives a score to every row, and wrong settings end in a message."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.classifiers import BLEND, CLASSIFIERS
from stages.shared.errors import InputError
from stages.shared.schemas.contract import Feature
from stages.shared.storage.parquet import Table
from stages.train.params import TrainParams
from stages.train.samplers.registry import SAMPLERS
from stages.train.strategy.cross_validation import fit_strategy
from stages.train.strategy.results import StrategyResult
from tests.stages.train.conftest import FAST

pytestmark = pytest.mark.slow

PLAIN = [name for name, spec in CLASSIFIERS.items() if not spec.balances_itself]

BALANCING = [name for name, spec in CLASSIFIERS.items() if spec.balances_itself]


def check(result: StrategyResult, table: Table, classifiers: list[str]) -> None:
    rows = len(table.target)
    assert list(result.oof) == list(result.models) == list(result.calibration_specs) == classifiers
    assert list(result.weights) == [name for name in classifiers if name != BLEND]
    validated = np.concatenate([fold.validation for fold in result.folds])
    assert sorted(validated) == list(range(rows))
    for name, scores in result.oof.items():
        assert scores.shape == (rows,), name
        assert scores.dtype == np.float64
        assert np.isfinite(scores).all()
        assert ((scores >= 0) & (scores <= 1)).all()
        of_model = result.models[name].predict_proba(table.features())
        assert of_model.shape == (rows, 2)
        assert result.models[name].classes_.tolist() == [0, 1]


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_with_every_classifier(
    name: str, make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    table = make_table("categorical" if name == "SMOTEN" else "mixed")
    told: list[str] = []
    result = fit_strategy(table, "tried", make_params({"sampler": name, **FAST.get(name, {})}, PLAIN), told.append)
    check(result, table, PLAIN)
    assert len(told) == (len(PLAIN) - 1) * (2 + 1)  # the blend is fitted with the others


@pytest.mark.parametrize("kind", ["numeric", "mixed", "categorical", "text"])
@pytest.mark.parametrize(
    "strategy", [{}, {"class_weight": "balanced"}, {"sampler": "SMOTE", "class_weight": "balanced"}]
)
def test_every_classifier_on_every_kind_of_table(
    kind: str, strategy: dict[str, Any], make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    table = make_table(kind)
    check(fit_strategy(table, "tried", make_params(strategy, PLAIN), lambda _: None), table, PLAIN)


@pytest.mark.parametrize("kind", ["numeric", "mixed", "categorical", "text"])
def test_the_balanced_ensembles_in_place_of_the_classifiers(
    kind: str,
    make_table: Callable[..., Table],
    make_params: Callable[..., TrainParams],
    small_classifiers: dict[str, dict[str, Any]],
) -> None:
    table = make_table(kind)
    ensembles = {name: small_classifiers[name] for name in BALANCING}
    result = fit_strategy(table, "tried", make_params({"classifiers": ensembles}, PLAIN), lambda _: None)
    check(result, table, BALANCING)
    assert result.plan.ran is None
    # balanced by drawing: mean scores lie far above the prevalence of 0.25
    assert result.oof["balanced_random_forest"].mean() > 0.33


def test_scores_of_a_model_are_those_of_its_steps_and_classifier(
    make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    """A stored model takes the raw frame, columns in any order, and needs nothing else."""
    table = make_table()
    model = fit_strategy(table, "tried", make_params({}, ["logistic_regression"]), lambda _: None).models
    frame = table.features()
    turned = frame[frame.columns[::-1]]
    expected = model["logistic_regression"].predict_proba(frame)
    assert np.array_equal(model["logistic_regression"].predict_proba(turned), expected)


@pytest.mark.parametrize(
    ("classifier", "settings", "words"),
    [
        ("logistic_regression", {"C": -1, "solver": "lbfgs"}, "The 'C' parameter of LogisticRegression must be"),
        ("random_forest", {"n_estimators": "many"}, "The 'n_estimators' parameter"),
        ("xgboost", {"n_estimators": "many"}, "cannot be interpreted as an integer"),
        ("xgboost", {"eval_metric": "magic"}, "Unknown metric function magic"),
        ("xgboost", {"base_score": 2}, "base_score must be in (0,1)"),
        ("mlp", {"batch_size": 0}, "The 'batch_size' parameter"),
    ],
)
@pytest.mark.parametrize("key", ["classifiers", "strategies.tried.classifiers"])
def test_a_wrong_setting_is_named_with_its_key(
    classifier: str,
    settings: dict[str, Any],
    words: str,
    key: str,
    make_table: Callable[..., Table],
    no_tuning: dict[str, Any],
) -> None:
    inside = key.startswith("strategies")
    given = {classifier: settings}
    content = {
        "random_state": 42,
        "cv": {"n_splits": 2, "n_repeats": 1},
        "preprocess": {"impute": "median", "scale": "before_resampling", "max_categories": 30},
        "strategies": {"tried": {"classifiers": given} if inside else {}},
        "classifiers": {"logistic_regression": {}} if inside else given,
        "tuning": no_tuning,
        "calibration": "auto",
    }
    with pytest.raises(InputError) as caught:
        fit_strategy(make_table(), "tried", TrainParams.model_validate(content), lambda _: None)
    (problem,) = caught.value.problems
    assert problem.startswith(f"params.yaml: {key}.{classifier}: ")
    assert words in problem
    assert "\n" not in problem
    assert "Stack trace" not in problem


def test_an_ensemble_that_gives_up_does_not_stop_the_comparison(
    make_params: Callable[..., TrainParams], as_table: Callable[..., Table]
) -> None:
    """RUSBoost refuses where its first tree is no better than a coin: here the feature says nothing at all."""
    y = np.repeat([0, 1], [235, 15])
    noise = np.random.RandomState(2).normal(size=(3, 250))
    features = [Feature(name=f"noise_{key}", type="numeric", missing=0.0) for key in range(3)]
    columns = {feature.name: pa.array(values) for feature, values in zip(features, noise, strict=True)}
    table = as_table(columns, features, y)
    own = {"classifiers": {"rus_boost": {"n_estimators": 5}, "easy_ensemble": {"n_estimators": 2}}}
    result = fit_strategy(table, "tried", make_params(own, ["logistic_regression"]), lambda _: None)
    check(result, table, ["rus_boost", "easy_ensemble"])
    assert list(result.n_failed_fits) == ["rus_boost"]
    given_up = [fold for fold in np.split(result.oof["rus_boost"], 2) if len(np.unique(fold)) == 1]
    assert given_up
    assert all(fold[0] == pytest.approx(0.06, abs=0.005) for fold in given_up)  # the prevalence
