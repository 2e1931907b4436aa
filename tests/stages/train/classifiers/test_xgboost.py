"""XGBoost: its curve, its binned rows and its first trees, each equal to what the library itself computes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss
from sklearn.pipeline import Pipeline
from xgboost import QuantileDMatrix, XGBClassifier

from stages.shared.storage.model_file import dump_model
from stages.shared.storage.parquet import Table
from stages.train.classifiers import xgboost
from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.fitting import Fitted
from stages.train.classifiers.xgboost import can_truncate, truncated_scores
from stages.train.strategy.cross_validation import fit_strategy
from tests.stages.train.classifiers.helpers import fit_classifier

RANDOM = np.random.RandomState(0)
X = RANDOM.normal(size=(120, 4))
X[:, 3] = X[:, 3].round()
Y = (X[:, 0] + RANDOM.normal(size=120) > 1).astype(np.int64)
TRAINING, VALIDATION = (X[:80], Y[:80]), (X[80:], Y[80:])

#: class weights as params.yaml gives them, with the weights of the rows that a direct fit needs for the same model
PREVALENCE = {"class_weight": "prevalence", "weights": ClassWeights(7.0, 1.0)}
ROW_WEIGHTS = np.where(TRAINING[1] == 1, 1.0, 7.0)

#: tree methods, boosters and samples of rows and columns
CASES: list[dict[str, Any]] = [
    {},
    {"subsample": 0.8, "colsample_bytree": 0.6, "learning_rate": 0.05, "eval_metric": "aucpr"},
    {"max_bin": 16},
    {"tree_method": "hist", "grow_policy": "lossguide", "max_leaves": 5},
    {"tree_method": "auto", "base_score": 0.3},
    {"tree_method": "exact", "max_depth": 3},
    {"tree_method": "approx", "subsample": 0.5, "max_bin": 8},
    {"subsample": 0.7, "colsample_bylevel": 0.5, "colsample_bynode": 0.5},
    {"num_parallel_tree": 3, "subsample": 0.5},
    {"booster": "dart", "subsample": 0.7},
    {"booster": "gblinear"},
]


def fit(rounds: int, settings: dict[str, Any], rows: tuple[Any, Any] = TRAINING, **request: Any) -> Fitted:
    return fit_classifier("xgboost", {"n_estimators": rounds, **settings}, *rows, **request)


def fit_directly(rounds: int, settings: dict[str, Any], **fit_params: Any) -> XGBClassifier:
    """Fit with the library alone."""
    model = XGBClassifier(n_estimators=rounds, random_state=0, n_jobs=1, **settings)
    return model.fit(*TRAINING, **fit_params)


def stored(model: XGBClassifier, folder: Path) -> bytes:
    dump_model(Pipeline([("classifier", model)]), folder / "model.skops")
    return (folder / "model.skops").read_bytes()


@pytest.mark.parametrize("eval_set", [None, VALIDATION], ids=["alone", "watched"])
@pytest.mark.parametrize("weighted", [False, True], ids=["even", "weighted"])
@pytest.mark.parametrize("settings", CASES, ids=str)
def test_the_model_file_is_that_of_the_library(
    settings: dict[str, Any], weighted: bool, eval_set: Any, tmp_path: Path
) -> None:
    fitted = fit(7, settings, eval_set=eval_set, **(PREVALENCE if weighted else {})).classifier
    direct = fit_directly(7, {"scale_pos_weight": 1.0, **settings}, sample_weight=ROW_WEIGHTS if weighted else None)
    assert np.array_equal(fitted.predict_proba(X), direct.predict_proba(X))
    assert fitted.get_params() == direct.get_params()
    if eval_set is None:  # otherwise the file names the metrics of the curve
        assert stored(fitted, tmp_path) == stored(direct, tmp_path)


@pytest.mark.parametrize(
    "settings", [{}, {"subsample": 0.5}, {"tree_method": "exact"}, {"booster": "dart"}, {"max_bin": 4}], ids=str
)
def test_the_curve_is_that_of_an_eval_set(settings: dict[str, Any]) -> None:
    """XGBoost measures every round, of which 60 are kept, the first and the last among them."""
    curve = fit(150, settings, eval_set=VALIDATION, class_weight={"negative": 1.0, "positive": 4.0}).curve
    every = {**settings, "scale_pos_weight": 4.0, "eval_metric": ["logloss", "error"]}
    direct = fit_directly(150, every, eval_set=[TRAINING, VALIDATION], verbose=False)
    train, held_out = direct.evals_result().values()
    assert len(curve) == 60
    assert (curve[0]["epoch"], curve[-1]["epoch"]) == (1, 150)
    for point in curve:
        index = point["epoch"] - 1
        assert point["train_loss"] == train["logloss"][index]
        assert point["validation_loss"] == held_out["logloss"][index]
        assert point["train_accuracy"] == 1 - train["error"][index]
        assert point["validation_accuracy"] == 1 - held_out["error"][index]


@pytest.mark.parametrize("weights", [{}, PREVALENCE], ids=["even", "weighted"])
def test_losses_are_log_losses_without_weights(weights: dict[str, Any]) -> None:
    fitted = fit(5, {"eval_metric": "aucpr"}, eval_set=VALIDATION, **weights)
    assert [point["epoch"] for point in fitted.curve] == [1, 2, 3, 4, 5]
    for point in fitted.curve:
        for part, (features, y) in (("train", TRAINING), ("validation", VALIDATION)):
            scores = truncated_scores(fitted.classifier, point["epoch"], features)
            assert point[f"{part}_loss"] == pytest.approx(log_loss(y, scores), abs=1e-5)  # type: ignore[literal-required]
            accuracy = accuracy_score(y, scores >= 0.5)
            assert point[f"{part}_accuracy"] == pytest.approx(accuracy, abs=1e-6)  # type: ignore[literal-required]


def test_row_weights_are_not_the_same_as_a_ratio() -> None:
    """Eight negatives stand for 80, beside two positives. With row weights, the positives are a leaf of two whole rows.
    A scale_pos_weight of a tenth makes them two tenths of a row, and min_child_weight forbids such a leaf."""
    rows = np.repeat([0.0, 1.0], [8, 2])[:, None], np.repeat([0, 1], [8, 2])
    least = {"base_score": 0.5, "min_child_weight": 0.3, "reg_lambda": 0, "max_depth": 1}
    by_row = fit(1, least, rows, class_weight="prevalence", weights=ClassWeights(10.0, 1.0))
    by_ratio = fit(1, least, rows, class_weight={"negative": 10.0, "positive": 1.0})
    assert len(set(by_row.scores(rows[0]))) == 2
    assert len(set(by_ratio.scores(rows[0]))) == 1
    assert by_row.weights == (10.0, 1.0)
    assert by_ratio.weights == pytest.approx((1.0, 0.1))


def test_one_matrix_serves_fits_with_the_same_bins(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    def count(**arguments: Any) -> QuantileDMatrix:
        made.append(arguments["max_bin"])
        return QuantileDMatrix(**arguments)

    monkeypatch.setattr(xgboost, "QuantileDMatrix", count)
    bins: dict[Any, Any] = {}
    for case in ({"max_depth": 2}, {"subsample": 0.5}, {"booster": "dart"}, {"max_depth": 2}):
        shared, alone = fit(7, case, bins=bins).classifier, fit_directly(7, {"scale_pos_weight": 1.0, **case})
        assert shared.get_booster().save_raw() == alone.get_booster().save_raw()
    assert made == [None]
    fit(7, {"max_bin": 16}, bins=bins)
    fit(7, {"max_bin": 16, "max_depth": 2}, bins=bins)
    fit(7, {"tree_method": "exact"}, bins=bins)
    fit(7, {"booster": "gblinear"}, bins=bins)
    assert made == [None, 16]


def test_the_folds_of_a_strategy_have_a_curve(
    make_table: Callable[..., Table], make_params: Callable[..., Any]
) -> None:
    result = fit_strategy(make_table(), "tried", make_params({}, ["xgboost"]), lambda _: None)
    assert [len(curves["xgboost"]) for curves in result.curves] == [5, 5]


@pytest.mark.parametrize("given_", [case for case in CASES if "booster" not in case], ids=str)
@pytest.mark.parametrize("class_weight", [None, {"negative": 1.0, "positive": 10.0}], ids=str)
def test_the_first_trees_are_the_smaller_fit(given_: dict[str, Any], class_weight: Any) -> None:
    assert can_truncate({**given_, "n_estimators": 12})
    largest = fit(12, given_, class_weight=class_weight)
    before = largest.scores(X)
    for size in (1, 5, 12):
        alone = fit(size, given_, class_weight=class_weight)
        assert np.array_equal(truncated_scores(largest.classifier, size, X), alone.scores(X))
    assert np.array_equal(largest.scores(X), before)


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 2**31),
    size=st.integers(1, 9),
    more=st.integers(0, 8),
    shape=st.tuples(st.integers(20, 90), st.integers(1, 6)),
)
def test_any_table_and_any_two_sizes(seed: int, size: int, more: int, shape: tuple[int, int]) -> None:
    random = np.random.RandomState(seed % 2**16)
    rows = random.normal(size=shape).round(1), (np.arange(shape[0]) < max(3, shape[0] // 5)).astype(np.int64)
    largest, alone = (fit(rounds, {}, rows, random_state=seed) for rounds in (size + more, size))
    assert np.array_equal(truncated_scores(largest.classifier, size, rows[0]), alone.scores(rows[0]))


@pytest.mark.parametrize("size", [0, 9])
def test_a_size_that_was_not_fitted_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} trees of 8"):
        truncated_scores(fit(8, {}).classifier, size, X)


@pytest.mark.parametrize(
    "given_",
    [
        {"n_estimators": 10, "booster": "dart"},
        {"n_estimators": 10, "booster": "gblinear"},
        {},
        {"n_estimators": 0},
        {"n_estimators": True},
    ],
)
def test_other_settings_are_fitted_one_by_one(given_: dict[str, Any]) -> None:
    assert not can_truncate(given_)


def test_dart_is_excluded_because_it_changes_earlier_trees() -> None:
    settings = {"booster": "dart", "rate_drop": 0.5}
    long, short = (fit_directly(size, settings) for size in (12, 5))
    assert not np.array_equal(truncated_scores(long, 5, X), short.predict_proba(X)[:, 1])
