"""The champion fitted again: the same settings, more rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from stages.shared.errors import InputError
from stages.shared.schemas.base import parse
from stages.shared.schemas.champion import RefitRecipe
from stages.shared.storage.parquet import Table
from stages.train.refit.refit import refit
from stages.train.strategy.artifacts import make_record
from stages.train.strategy.cross_validation import fit_strategy

pytestmark = pytest.mark.slow

NAMES = ["logistic_regression", "random_forest", "xgboost", "blend"]
TUNING = {"samplers": {"SMOTE": {"k_neighbors": [1, 3]}}, "classifiers": {"logistic_regression": {"C": [0.01, 1.0]}}}


def recipe(classifier: str, found: dict[str, Any]) -> RefitRecipe:
    members = found["blend"] if classifier == "blend" else None
    content = {"champion": "0" * 64, "strategy": "tried", "classifier": classifier, "tuned": found["tuned"]}
    return parse(RefitRecipe, "recipe", {**content, "members": members})


@pytest.mark.parametrize("classifier", NAMES)
def test_on_the_same_rows_it_is_the_same_model(
    classifier: str, make_table: Callable[..., Table], make_params: Callable[..., Any]
) -> None:
    table, params = make_table(), make_params({"sampler": "SMOTE"}, NAMES, tuning=TUNING)
    outcome = fit_strategy(table, "tried", params, lambda _: None)
    again = refit(
        table,
        params,
        recipe(classifier, make_record("tried", "", outcome, {}, {"none": "no scores here"}).model_dump()),
    )
    frame = table.features()
    assert np.array_equal(again.predict_proba(frame), outcome.models[classifier].predict_proba(frame))


def test_on_more_rows_it_learns_from_them(make_table: Callable[..., Table], make_params: Callable[..., Any]) -> None:
    params = make_params({}, ["logistic_regression"])
    found = {"tuned": {"logistic_regression": {"sampler": {}, "classifier": {"C": 0.5}}}, "blend": {}}
    few, many = make_table(), make_table(negatives=120, positives=40)
    models = [refit(table, params, recipe("logistic_regression", found)) for table in (few, many)]
    assert [model[-1].C for model in models] == [0.5, 0.5]
    assert not np.allclose(models[0][-1].coef_, models[1][-1].coef_)


def test_only_members_with_a_share_are_fitted(
    make_table: Callable[..., Table], make_params: Callable[..., Any]
) -> None:
    found = {"tuned": {}, "blend": {"logistic_regression": 0.25, "random_forest": 0.0, "xgboost": 0.75}}
    model = refit(make_table(), make_params({}, NAMES), recipe("blend", found))
    assert [name for name, _ in model[-1].estimators] == ["logistic_regression", "xgboost"]
    assert model[-1].weights == [0.25, 0.75]


def test_a_recipe_of_another_form_is_named() -> None:
    with pytest.raises(InputError, match=r"refit_recipe\.json: champion: "):
        parse(RefitRecipe, "models/refit_recipe.json", {"champion": "abc"})
