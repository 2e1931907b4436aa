"""Tuning: equal to scikit-learn's own search, nested, and blind to what it may not see."""

from typing import Any

from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline as SamplingPipeline
import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.preprocessing import StandardScaler

from stages.shared.schemas.cross_validation import MeanStd
from stages.shared.storage.parquet import Table
from stages.train.folds.fold_data import FoldData
from stages.train.folds.splitter import make_folds
from stages.train.strategy.artifacts import make_tuning
from stages.train.strategy.context import StrategyContext
from stages.train.strategy.cross_validation import fit_strategy
from stages.train.strategy.results import StrategyResult
from stages.train.tuning import search as module
from stages.train.tuning.grid import DEFAULT_PARAMS
from stages.train.tuning.search import Trial, search, search_nested
from tests.stages.train.tuning.conftest import STRATEGY, TUNING, Make, tried

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def result(table: Table, make_params: Make) -> StrategyResult:
    return fit_strategy(table, "tried", tried(make_params), lambda _: None)


#: a solver of scikit-learn's that comes as near to the optimum
TIGHT = {"solver": "newton-cholesky", "tol": 1e-10}


def grid_search(table: Table, solver: dict[str, Any] = TIGHT, seed: int = 42) -> GridSearchCV:
    """The same search in scikit-learn's and imbalanced-learn's own words."""
    frame = table.features()[table.contract.numeric]
    steps = [
        ("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler()),
        ("smote", SMOTE(random_state=seed)),
        ("classify", LogisticRegression(**solver, random_state=seed)),
    ]  # fmt: skip
    grid = {
        "smote__k_neighbors": [1, 3], "smote__sampling_strategy": [0.5, 0.75], "classify__C": [0.01, 1.0],
    }  # fmt: skip
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    return GridSearchCV(SamplingPipeline(steps), grid, scoring="average_precision", cv=folds).fit(frame, table.target)


def test_it_is_scikit_learns_grid_search(table: Table, result: StrategyResult) -> None:
    expected = grid_search(table)
    found = result.tuning["logistic_regression"].search
    means = {}
    for parameters, mean in zip(expected.cv_results_["params"], expected.cv_results_["mean_test_score"], strict=True):
        means[tuple(parameters[key] for key in sorted(parameters))] = mean
    assert len(found.trials) == 8
    for trial in found.trials:
        sampler, classifier = trial.candidate
        point = (classifier["C"], sampler["k_neighbors"], sampler["sampling_strategy"])
        assert trial.mean("average_precision") == pytest.approx(means[point], abs=1e-6)
    assert max(trial.mean("average_precision") for trial in found.trials) == pytest.approx(
        expected.best_score_, abs=1e-6
    )
    best = found.best_params.sampler | found.best_params.classifier
    assert expected.best_params_ == {
        "smote__k_neighbors": best["k_neighbors"],
        "smote__sampling_strategy": best["sampling_strategy"],
        "classify__C": best["C"],
    }


def test_with_a_solver_of_scikit_learns_every_fold_score_is_its_own_to_the_last_bit(
    table: Table, make_params: Make
) -> None:
    settings = {"logistic_regression": {"solver": "lbfgs", "max_iter": 200}}
    params = make_params(STRATEGY, ["logistic_regression"], tuning=TUNING, settings=settings, n_splits=3)
    context = StrategyContext(table, "tried", params)
    trials = search(context, make_folds(table.target, table.groups, params.cv, 42))["logistic_regression"].trials
    expected = grid_search(table, {"max_iter": 200}).cv_results_
    found = {}
    for trial in trials:
        sampler, classifier = trial.candidate
        point = (classifier["C"], sampler["k_neighbors"], sampler["sampling_strategy"])
        found[point] = [values["average_precision"] for values in trial.folds]
    for index, parameters in enumerate(expected["params"]):
        point = tuple(parameters[key] for key in sorted(parameters))
        assert found[point] == [expected[f"split{fold}_test_score"][index] for fold in range(3)]


def test_the_model_has_the_chosen_settings(table: Table, result: StrategyResult) -> None:
    best_params = result.tuning["logistic_regression"].search.best_params
    model = result.models["logistic_regression"].named_steps["classifier"]
    assert best_params.classifier["C"] == model.C
    frame = table.features()[table.contract.numeric]
    expected = grid_search(table).best_estimator_.named_steps["classify"]
    assert model.coef_ == pytest.approx(expected.coef_, abs=1e-7)
    assert len(frame) == 120


def test_what_is_not_named_is_not_tuned(result: StrategyResult) -> None:
    assert list(result.tuning) == ["logistic_regression"]
    assert list(result.models) == ["logistic_regression", "random_forest"]


def test_out_of_fold_scores_are_nested(table: Table, make_params: Make, result: StrategyResult) -> None:
    """Each fold's settings are those of a search that had its training rows alone."""
    params = tried(make_params)
    context = StrategyContext(table, "tried", params)
    for number, fold in enumerate(make_folds(table.target, table.groups, params.cv, 42)):
        best_params = search_nested(context, fold.training)["logistic_regression"]
        assert result.tuning["logistic_regression"].fold_params[number] == best_params
        rows = FoldData(context, fold)
        prepared = rows.resample(best_params.sampler)
        model = context.fit("logistic_regression", best_params, prepared).classifier
        expected = model.predict_proba(rows.transform_validation(prepared))[:, 1]
        inside = slice(number * 40, number * 40 + 40)
        assert np.array_equal(result.oof["logistic_regression"][inside], expected)


def test_no_search_for_a_fold_sees_its_validation_rows(
    table: Table, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[int]] = []
    original = module.search

    def spying(context: StrategyContext, folds: Any, full: bool = False) -> Any:
        seen.append({int(row) for fold in folds for part in fold for row in part})
        return original(context, folds, full)

    monkeypatch.setattr(module, "search", spying)  # as search_inside finds it
    result = fit_strategy(table, "tried", tried(make_params), lambda _: None)
    assert len(seen) == 3
    for rows, fold in zip(seen, result.folds, strict=True):
        assert rows == set(fold.training.tolist())


@pytest.mark.parametrize(("metric", "best"), [("average_precision", max), ("brier_score", min), ("log_loss", min)])
def test_it_looks_for_the_metric_that_params_name(table: Table, make_params: Make, metric: str, best: Any) -> None:
    params = tried(make_params, metric=metric)
    context = StrategyContext(table, "tried", params)
    found = search(context, make_folds(table.target, table.groups, params.cv, 42))["logistic_regression"]
    means = {repr(trial.candidate): trial.mean(metric) for trial in found.trials}
    assert means[repr(found.best_params)] == best(means.values())


def test_halving_lets_the_best_go_on(table: Table, make_params: Make) -> None:
    params = tried(make_params, search={"how": "halving", "factor": 2})
    context = StrategyContext(table, "tried", params)
    folds = make_folds(table.target, table.groups, params.cv, 42)
    found = search(context, folds)["logistic_regression"]
    lengths = sorted(len(trial.folds) for trial in found.trials)
    assert lengths == [1, 1, 1, 1, 2, 2, 3, 3]  # 8, then 4, then 2 of them
    (winner,) = [trial for trial in found.trials if trial.candidate == found.best_params]
    assert len(winner.folds) == 3
    first = {repr(trial.candidate): trial.folds[0]["average_precision"] for trial in found.trials}
    worst_of_those_that_went_on = min(first[repr(trial.candidate)] for trial in found.trials if len(trial.folds) > 1)
    best_of_those_that_did_not = max(first[repr(trial.candidate)] for trial in found.trials if len(trial.folds) == 1)
    assert worst_of_those_that_went_on >= best_of_those_that_did_not


def test_of_equals_the_first_of_the_grid_is_chosen(table: Table, make_params: Make) -> None:
    """Logistic regression has its optimum long before 200 iterations: these two are the same model."""
    params = tried(make_params, samplers={}, classifiers={"logistic_regression": {"max_iter": [190, 180]}})
    context = StrategyContext(table, "tried", params)
    found = search(context, make_folds(table.target, table.groups, params.cv, 42))["logistic_regression"]
    assert found.best_params.classifier == {"max_iter": 190}


def test_the_record_of_a_search(result: StrategyResult) -> None:
    found = make_tuning(result, "average_precision", "exhaustive")["logistic_regression"].model_dump()
    assert (found["metric"], found["how"]) == ("average_precision", "exhaustive")
    assert len(found["folds"]) == 3
    assert len(found["results"]) == 8
    best = max(result["metrics"]["average_precision"]["mean"] for result in found["results"])
    assert found["search"]["average_precision"] == pytest.approx(best, abs=1e-6)
    metrics = ["average_precision", "roc_auc", "brier_score", "log_loss", "precision", "recall", "f1", "g_mean"]
    for result in found["results"]:
        assert list(result) == ["sampler", "classifier", "folds", "metrics"]
        assert list(result["metrics"]) == metrics
        assert result["folds"] == 3


def test_a_trial_of_one_fold_has_no_spread() -> None:
    from stages.train.strategy.artifacts import _average_folds

    assert _average_folds(Trial(DEFAULT_PARAMS, [{"f1": 0.5}])) == {"f1": MeanStd(mean=0.5, sd=0.0)}
    spread = _average_folds(Trial(DEFAULT_PARAMS, [{"f1": 0.5}, {"f1": 0.7}]))["f1"]
    assert (spread.mean, spread.sd) == pytest.approx((0.6, 0.2 / 2**0.5))
