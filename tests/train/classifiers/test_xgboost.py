"""The curve of boosting rounds: the same losses as scikit-learn's, and no influence on the model."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss
from xgboost import XGBClassifier

from stages.shared.storage.parquet import Table
from stages.train.classifiers.xgb_data import CachedDMatrix
from stages.train.classifiers.xgboost import fit_by_round
from stages.train.cross_validation import fit_strategy

RNG = np.random.RandomState(0)
X = RNG.normal(size=(120, 3))
Y = (X[:, 0] + RNG.normal(size=120) > 1).astype(np.int64)
TRAINING, VALIDATION = (X[:80], Y[:80]), (X[80:], Y[80:])


def model(rounds: int, **settings: Any) -> XGBClassifier:
    return XGBClassifier(n_estimators=rounds, max_depth=2, random_state=0, n_jobs=1, **settings)


def test_losses_are_log_losses_of_the_model_so_far() -> None:
    fitted = model(5, scale_pos_weight=4.0, eval_metric="aucpr")
    curve = fit_by_round(fitted, TRAINING, VALIDATION)
    assert [point["epoch"] for point in curve] == [1, 2, 3, 4, 5]
    for point in curve:
        so_far = (0, point["epoch"])
        for part, (features, y) in (("train", TRAINING), ("validation", VALIDATION)):
            scores = fitted.predict_proba(features, iteration_range=so_far)[:, 1]
            assert point[f"{part}_loss"] == pytest.approx(log_loss(y, scores), abs=1e-5)  # type: ignore[literal-required]
            right = accuracy_score(y, scores >= 0.5)
            assert point[f"{part}_accuracy"] == pytest.approx(right, abs=1e-6)  # type: ignore[literal-required]


@pytest.mark.parametrize(
    "settings",
    [
        {"eval_metric": "aucpr"},
        {"subsample": 0.5, "scale_pos_weight": 4.0},
        {"tree_method": "exact"},
        {"tree_method": "approx"},
        {"booster": "dart", "subsample": 0.5},
        {"booster": "gblinear"},
    ],
    ids=str,
)
def test_being_watched_changes_nothing(settings: dict[str, Any]) -> None:
    if settings.get("booster") == "gblinear":
        watched, alone = (XGBClassifier(n_estimators=20, random_state=0, n_jobs=1, **settings) for _ in range(2))
    else:
        watched, alone = model(20, **settings), model(20, **settings)
    fit_by_round(watched, TRAINING, VALIDATION)
    assert fit_by_round(alone, TRAINING, None) == []
    assert np.array_equal(watched.predict_proba(X), alone.predict_proba(X))
    assert watched.get_params() == alone.get_params()


@pytest.mark.parametrize(
    "settings",
    [{}, {"subsample": 0.5, "scale_pos_weight": 4.0}, {"tree_method": "exact"}, {"booster": "dart"}, {"max_bin": 4}],
    ids=str,
)
def test_the_curve_is_that_of_an_eval_set(settings: dict[str, Any]) -> None:
    """What XGBoost measures after every round, of which 60 are kept."""
    curve = fit_by_round(model(150, **settings), TRAINING, VALIDATION)
    every = model(150, **settings, eval_metric=["logloss", "error"])
    every.fit(*TRAINING, eval_set=[TRAINING, VALIDATION], verbose=False)
    train, held_out = every.evals_result().values()
    for point in curve:
        index = point["epoch"] - 1
        assert point["train_loss"] == train["logloss"][index]
        assert point["validation_loss"] == held_out["logloss"][index]
        assert point["train_accuracy"] == 1 - train["error"][index]
        assert point["validation_accuracy"] == 1 - held_out["error"][index]


@pytest.mark.parametrize("validation", [None, VALIDATION])
def test_rows_weigh_in_the_model_and_not_in_the_curve(validation: Any) -> None:
    weights = np.where(Y[:80] == 1, 1.0, 7.0)
    weighted, by_hand = model(5), model(5)
    curve = fit_by_round(weighted, TRAINING, validation, weights)
    by_hand.fit(*TRAINING, sample_weight=weights)
    assert np.array_equal(weighted.predict_proba(X), by_hand.predict_proba(X))
    for point in curve:
        scores = by_hand.predict_proba(TRAINING[0], iteration_range=(0, point["epoch"]))[:, 1]
        assert point["train_loss"] == pytest.approx(log_loss(TRAINING[1], scores), abs=1e-5)


def test_a_row_that_stands_for_many_is_not_the_same_as_a_positive_that_counts_for_little() -> None:
    """Eight negatives that stand for 80 and two positives. By rows, the positives are a leaf of two whole rows; at a
    scale_pos_weight of a tenth they are two tenths of a row, which min_child_weight does not let stand alone."""
    x, y = np.repeat([0.0, 1.0], [8, 2])[:, None], np.repeat([0, 1], [8, 2])
    least = {"base_score": 0.5, "min_child_weight": 0.3, "reg_lambda": 0, "max_depth": 1}
    rows, ratio = XGBClassifier(n_estimators=1, **least), XGBClassifier(n_estimators=1, scale_pos_weight=0.1, **least)
    fit_by_round(rows, (x, y), None, np.where(y == 1, 1.0, 10.0))
    fit_by_round(ratio, (x, y), None)
    assert len(set(rows.predict_proba(x)[:, 1])) == 2
    assert len(set(ratio.predict_proba(x)[:, 1])) == 1


def test_a_long_curve_is_thinned_but_keeps_both_ends() -> None:
    curve = fit_by_round(model(150), TRAINING, VALIDATION)
    assert len(curve) == 60
    assert (curve[0]["epoch"], curve[-1]["epoch"]) == (1, 150)


@pytest.mark.parametrize("validation", [None, VALIDATION])
@pytest.mark.parametrize("weights", [None, np.where(Y[:80] == 1, 1.0, 7.0)], ids=["even", "weighted"])
def test_rows_that_were_binned_before_give_the_same(validation: Any, weights: Any) -> None:
    binned = CachedDMatrix(*TRAINING, weights)
    for settings in ({"subsample": 0.5}, {"subsample": 0.5, "learning_rate": 0.1}):
        alone, shared = model(9, **settings), model(9, **settings)
        expected = fit_by_round(alone, TRAINING, validation, weights)
        assert fit_by_round(shared, TRAINING, validation, weights, binned) == expected
        assert shared.get_booster().save_raw() == alone.get_booster().save_raw()


def test_the_folds_of_a_strategy_have_it(make_table: Callable[..., Table], make_params: Callable[..., Any]) -> None:
    result = fit_strategy(make_table(), "tried", make_params({}, ["xgboost"]), lambda _: None)
    assert [len(record.curves["xgboost"]) for record in result.summaries] == [5, 5]
