"""The traced prediction: every sum of parts is the score that the model itself gives, and the row is nobody's."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from stages.report.explain.contributions import SHOWN, explain
from stages.report.explain.prediction import MISSING, RARE, PredictionTrace, column_names, made_row, trace_prediction
from stages.shared.calibration import Identity, Line, expit
from stages.shared.schemas.contract import Contract
from stages.shared.storage.parquet import Table
from stages.train.cross_validation import fit_strategy

AS_IS = Identity(method="none")
PLAIN = ["logistic_regression", "random_forest", "extra_trees", "xgboost", "mlp", "blend"]
ENSEMBLES = ["balanced_random_forest", "easy_ensemble", "rus_boost"]

Models = dict[str, Pipeline]


@pytest.fixture(scope="module")
def table(make_table: Callable[..., Table]) -> Table:
    return make_table()


@pytest.fixture(scope="module", params=["before_resampling", "after_resampling"])
def models(
    request: pytest.FixtureRequest,
    table: Table,
    make_params: Callable[..., Any],
    small_classifiers: dict[str, dict[str, Any]],
) -> Models:
    plain = make_params({"sampler": "SMOTE"}, PLAIN, scale=request.param)
    own = {"classifiers": {name: small_classifiers[name] for name in ENSEMBLES}}
    found = fit_strategy(table, "tried", plain, lambda _: None).models
    return found | fit_strategy(table, "tried", make_params(own, PLAIN), lambda _: None).models


def total(trace: PredictionTrace) -> float:
    assert trace.base is not None
    return trace.base + sum(value for _, value in trace.parts)


def score_of(model: Pipeline, contract: Contract) -> float:
    """The score of the made row, asked of the pipeline as a whole."""
    frame = pd.DataFrame([made_row(model, contract)], columns=[feature.name for feature in contract.features])
    return float(model.predict_proba(frame)[0, 1])


@pytest.mark.parametrize("name", ["logistic_regression", "xgboost"])
def test_parts_sum_to_the_log_odds(name: str, models: Models, table: Table) -> None:
    trace = trace_prediction(models[name], table.contract, AS_IS, 0.5)
    assert trace.kind == "contributions"
    assert "log odds" in trace.note
    assert float(expit(np.array([total(trace)]))[0]) == pytest.approx(trace.score, abs=1e-6)
    assert trace.score == score_of(models[name], table.contract)


@pytest.mark.parametrize("name", ["random_forest", "extra_trees", "balanced_random_forest"])
def test_parts_of_a_forest_sum_to_the_probability(name: str, models: Models, table: Table) -> None:
    trace = trace_prediction(models[name], table.contract, AS_IS, 0.5)
    assert trace.kind == "contributions"
    assert "a probability" in trace.note
    assert total(trace) == pytest.approx(trace.score, abs=1e-9)
    assert trace.score == score_of(models[name], table.contract)


def test_parts_of_the_blend_are_its_members(models: Models, table: Table) -> None:
    """Every member is a pipeline of its own; the encoded row that is shown is that of the first."""
    trace = trace_prediction(models["blend"], table.contract, AS_IS, 0.5)
    members = [name for name, _ in models["blend"][-1].estimators]
    assert (trace.kind, trace.base) == ("contributions", None)
    assert sorted(name for name, _ in trace.parts) == sorted(members)
    frame = pd.DataFrame([made_row(models[members[0]], table.contract)])
    assert trace.score == models["blend"].predict_proba(frame)[0, 1]
    assert sum(share for _, share in trace.parts) == pytest.approx(trace.score)
    assert trace.encoded == trace_prediction(models[members[0]], table.contract, AS_IS, 0.5).encoded


def test_hidden_activations_lead_to_the_score(models: Models, table: Table) -> None:
    trace = trace_prediction(models["mlp"], table.contract, AS_IS, 0.5)
    assert trace.kind == "hidden"
    assert trace.base is None
    mlp = models["mlp"].named_steps["classifier"]
    units = dict(trace.parts)
    odds = mlp.intercepts_[-1][0] + sum(mlp.coefs_[-1][at, 0] * units[f"unit {at + 1}"] for at in range(4))
    assert float(expit(np.array([odds]))[0]) == pytest.approx(trace.score, abs=1e-6)


@pytest.mark.parametrize("name", ["easy_ensemble", "rus_boost"])
def test_what_is_no_sum_is_not_made_one(name: str, models: Models, table: Table) -> None:
    trace = trace_prediction(models[name], table.contract, AS_IS, 0.5)
    assert (trace.kind, trace.parts, trace.base) == ("none", [], None)
    assert trace.score == score_of(models[name], table.contract)


def test_the_row_is_what_the_model_holds(models: Models, table: Table) -> None:
    trace = trace_prediction(models["logistic_regression"], table.contract, AS_IS, 0.5)
    medians = {name: np.nanmedian(table.features()[name]) for name in ("age", "dose", "weight")}
    assert trace.raw == [
        *((name, f"{value:.6g}") for name, value in medians.items()),
        ("colour", "blue"),
        ("smoker", "no"),
    ]
    assert "medians" in trace.note
    assert "first of its levels" in trace.note


def test_encoded_columns_have_the_names_of_levels(models: Models, table: Table) -> None:
    trace = trace_prediction(models["logistic_regression"], table.contract, AS_IS, 0.5)
    assert [name for name, _ in trace.encoded] == [
        "age", "dose", "weight", "colour=blue", "colour=green", "colour=red",
        f"smoker={MISSING}", "smoker=no", "smoker=yes",
    ]  # fmt: skip
    assert [value for _, value in trace.encoded[3:]] == [1, 0, 0, 0, 1, 0]


def test_levels_that_share_a_column(table: Table, make_params: Callable[..., Any]) -> None:
    params = make_params({}, ["logistic_regression"])
    few = params.model_copy(update={"preprocess": params.preprocess.model_copy(update={"max_categories": 2})})
    model = fit_strategy(table, "tried", few, lambda _: None).models["logistic_regression"]
    names = column_names(model, table.contract)
    colours = [name for name in names if name.startswith("colour=")]
    assert len(colours) == 2
    assert colours[1] == f"colour={RARE}"
    for level in ("blue", "green", "red"):  # the names are told of the codes that the model really gives
        row = pd.DataFrame([made_row(model, table.contract) | {"colour": level}])
        column = names[3:][int(np.flatnonzero(model[:-1].transform(row)[0, 3:5])[0])]
        assert column in (f"colour={level}", f"colour={RARE}")


@pytest.mark.parametrize("kind", ["numeric", "categorical"])
def test_tables_of_one_kind(kind: str, make_table: Callable[..., Table], make_params: Callable[..., Any]) -> None:
    table = make_table(kind)
    model = fit_strategy(table, "tried", make_params({}, ["xgboost"]), lambda _: None).models["xgboost"]
    trace = trace_prediction(model, table.contract, AS_IS, 0.5)
    assert len(trace.raw) == len(table.contract.features)
    assert float(expit(np.array([total(trace)]))[0]) == pytest.approx(trace.score, abs=1e-6)
    assert ("levels" in trace.note) == (kind == "categorical")


def test_score_is_calibrated_before_the_threshold(models: Models, table: Table) -> None:
    doubled = Line(method="sigmoid", slope=2.0, intercept=0.0, limits=(-30.0, 30.0))
    model = models["logistic_regression"]
    trace = trace_prediction(model, table.contract, doubled, 0.5)
    odds = trace.score / (1 - trace.score)
    assert trace.calibrated == pytest.approx(odds**2 / (1 + odds**2))
    at, above = trace.calibrated, float(np.nextafter(trace.calibrated, 1))
    assert trace_prediction(model, table.contract, doubled, at).decision is True  # of equals, the alarm
    assert trace_prediction(model, table.contract, doubled, above).decision is False


def test_logistic_regression_by_hand() -> None:
    line = LogisticRegression().fit([[0.0, 0.0], [1.0, 1.0]], [0, 1])
    line.coef_, line.intercept_ = np.array([[2.0, -3.0]]), np.array([0.5])
    found = explain(line, np.array([10.0, 1.0]), ["a", "b"])
    assert (found.parts, found.base) == ([("a", 20.0), ("b", -3.0)], 0.5)


def test_forest_by_hand() -> None:
    # one split: at the root 1 of 4 is positive, in the right leaf all, in the left none
    forest = ExtraTreesClassifier(n_estimators=2, random_state=0).fit([[0, 7], [0, 7], [0, 7], [1, 7]], [0, 0, 0, 1])
    assert explain(forest, np.array([1.0, 7.0]), ["a", "b"]).parts == [("a", 0.75), ("b", 0.0)]
    left = explain(forest, np.array([0.0, 7.0]), ["a", "b"])
    assert (left.parts, left.base) == ([("a", -0.25), ("b", 0.0)], 0.25)


def test_vote_by_hand() -> None:
    X, y = [[0.0], [0.0], [1.0], [1.0]], [0, 0, 0, 1]  # a stump says one half at 1, a forest of stumps as well
    members = [("stump", DecisionTreeClassifier()), ("line", LogisticRegression())]
    make_voting = VotingClassifier(members, voting="soft", weights=[3, 1]).fit(X, y)
    found = explain(make_voting, np.array([1.0]), ["a"])
    assert found.kind == "contributions"
    assert dict(found.parts)["stump"] == pytest.approx(0.75 * 0.5)
    assert sum(dict(found.parts).values()) == pytest.approx(make_voting.predict_proba([[1.0]])[0, 1])
    equal = VotingClassifier(members, voting="soft").fit(X, y)
    assert dict(explain(equal, np.array([1.0]), ["a"]).parts)["stump"] == pytest.approx(0.25)


@pytest.mark.parametrize("booster", ["gbtree", "gblinear", "dart"])
def test_every_booster_sums_to_its_margin(booster: str) -> None:
    rng = np.random.RandomState(0)
    X = rng.normal(size=(200, 3))
    y = (X[:, 0] + X[:, 1] + rng.normal(size=200) > 1).astype(int)
    model = XGBClassifier(n_estimators=5, booster=booster, n_jobs=1, random_state=0).fit(X, y)
    found = explain(model, X[0], ["a", "b", "c"])
    assert found.base is not None
    odds = found.base + sum(value for _, value in found.parts)
    assert float(expit(np.array([odds]))[0]) == pytest.approx(model.predict_proba(X[:1])[0, 1], abs=1e-6)


def test_many_columns_are_summed_as_others() -> None:
    columns = [f"x{number}" for number in range(20)]
    line = LogisticRegression().fit(np.eye(20), [0, 1] * 10)
    line.coef_ = np.arange(20.0)[np.newaxis]
    found = explain(line, np.ones(20), columns)
    assert [name for name, _ in found.parts[:2]] == ["x19", "x18"]
    assert len(found.parts) == SHOWN + 1
    assert found.parts[-1] == ("others", sum(range(8)))


def test_many_units_are_left_out_not_summed() -> None:
    rng = np.random.RandomState(0)
    X = rng.normal(size=(20, 2))
    mlp = MLPClassifier([20, 15], max_iter=1, random_state=0).partial_fit(X, [0, 1] * 10, classes=[0, 1])
    found = explain(mlp, X[0], ["a", "b"])
    assert len(found.parts) == SHOWN
    assert [abs(value) for _, value in found.parts] == sorted((abs(value) for _, value in found.parts), reverse=True)
    assert "12 most active of 15" in found.note
