"""Cross-validation by hand on two small folds, and what trace.json holds."""

from collections.abc import Callable
import json
from math import log, sqrt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.schemas.contract import GROUP, ROW, Step
from stages.shared.schemas.trace import ClassCounts, FoldTrace
from stages.shared.storage.parquet import Table
from stages.train.classifiers.class_weights import ClassWeights
from stages.train.folds.splitter import Fold
from stages.train.params import TrainParams
from stages.train.samplers.plan import Plan
from stages.train.strategy.artifacts import cross_validation, make_trace, oof_columns
from stages.train.strategy.cross_validation import fit_strategy
from stages.train.strategy.results import StrategyResult

#: fold 0 ranks its one positive first, fold 1 ranks its one positive second of two
TOY = {
    "row": np.array([10, 30, 20, 40]),
    "fold": np.array([0, 0, 1, 1]),
    "y": np.array([1, 0, 1, 0]),
    "mlp": np.array([0.8, 0.4, 0.2, 0.5]),
}


def raw(oof: dict[str, Any], *classifiers: str) -> dict[str, Any]:
    """The scores as they are, in place of calibrated ones."""
    return {classifier: oof[classifier] for classifier in classifiers}


def result() -> StrategyResult:
    """Two folds of two rows, an epoch each, with XGBoost beside the perceptron."""
    epoch = {"epoch": 1, "train_loss": 0.5, "train_accuracy": 1.0, "validation_loss": 0.7, "validation_accuracy": 0.5}
    one, many = ClassCounts(rows=2, negative=1, positive=1), ClassCounts(rows=5, negative=2, positive=3)
    fold = FoldTrace(fold=0, train=one, resampled=many, validation=one, added=3, removed=0)
    return StrategyResult(
        plan=Plan({}, "SMOTE", "SMOTENC", "2 categorical columns"),
        folds=[Fold(np.array([1, 3]), np.array([0, 2])), Fold(np.array([0, 2]), np.array([1, 3]))],
        oof={"mlp": TOY["mlp"], "xgboost": TOY["mlp"]},
        fold_traces=[fold, fold.model_copy(update={"fold": 1})],
        curves=[{"mlp": [epoch]}] * 2,
        flow=[Step(step="train", rows=4, columns=2, negative=2, positive=2)],
        weights={"mlp": ClassWeights(0.5, 2.0), "xgboost": ClassWeights(0.5, 2.0)},
        models={"mlp": None, "xgboost": None},  # type: ignore[dict-item]
        calibration_specs={},
        n_failed_fits={"mlp": 1},
        tuning={},
        blend_weights={},
    )


def test_out_of_fold_columns_stand_in_fold_order(make_table: Callable[..., Table]) -> None:
    places = pa.array([10, 20, 30, 40])
    data = pa.table({ROW: places, GROUP: places, "sick": pa.array([1, 1, 0, 0], pa.int8())})
    columns = oof_columns(result(), Table(data, make_table("numeric").contract, []))
    assert list(columns) == ["row", "group", "fold", "y", "mlp", "xgboost"]
    assert columns["group"].tolist() == columns["row"].tolist()
    for name in TOY:
        assert columns[name].tolist() == TOY[name].tolist()


def test_cross_validation_is_per_fold_then_averaged() -> None:
    found = cross_validation(TOY, raw(TOY, "mlp"))["mlp"]
    assert list(found) == ["average_precision", "roc_auc", "brier_score", "log_loss"]
    expected = {
        "average_precision": [1.0, 0.5],
        "roc_auc": [1.0, 0.0],
        "brier_score": [(0.04 + 0.16) / 2, (0.64 + 0.25) / 2],
        "log_loss": [-(log(0.8) + log(0.6)) / 2, -(log(0.2) + log(0.5)) / 2],
    }
    for metric, (one, other) in expected.items():
        assert found[metric].folds == pytest.approx([one, other])
        assert found[metric].mean == pytest.approx((one + other) / 2)
        assert found[metric].sd == pytest.approx(abs(one - other) / sqrt(2))  # of two values, with n - 1 below


def test_probabilities_are_measured_on_the_calibrated_scores_and_ranking_on_the_raw() -> None:
    found = cross_validation(TOY, {"mlp": np.full(4, 0.5)})["mlp"]
    assert found["average_precision"].folds == pytest.approx([1.0, 0.5])
    assert found["roc_auc"].folds == pytest.approx([1.0, 0.0])
    assert found["brier_score"].folds == pytest.approx([0.25, 0.25])
    assert found["log_loss"].folds == pytest.approx([log(2), log(2)])


def test_pooling_the_folds_would_give_another_number() -> None:
    """Scores of different models do not compare: pooled, the positives would rank second and third of four."""
    shifted = {**TOY, "mlp": np.array([0.8, 0.4, 0.9, 0.95])}
    found = cross_validation(shifted, raw(shifted, "mlp"))["mlp"]["average_precision"]
    assert found.mean == pytest.approx((1 + 1 / 2) / 2)  # and not (1 / 2 + 2 / 3) / 2


def test_the_trace_has_the_documented_keys() -> None:
    both = {**TOY, "xgboost": TOY["mlp"]}
    cv = cross_validation(both, raw(both, "mlp", "xgboost"))
    found = make_trace("smote", result(), cv).model_dump()
    assert list(found) == [
        "strategy",
        "sampler",
        "flow",
        "folds",
        "class_weight",
        "blend",
        "epochs",
        "notes",
        "metrics",
    ]
    assert found["sampler"] == {"asked": "SMOTE", "ran": "SMOTENC", "why": "2 categorical columns"}
    assert found["flow"] == [{"step": "train", "rows": 4, "columns": 2, "negative": 2, "positive": 2, "note": ""}]
    assert found["folds"][1] == {
        "fold": 1,
        "train": {"rows": 2, "negative": 1, "positive": 1},
        "resampled": {"rows": 5, "negative": 2, "positive": 3},
        "validation": {"rows": 2, "negative": 1, "positive": 1},
        "added": 3,
        "removed": 0,
    }
    assert found["class_weight"] == {
        "mlp": {"negative": 0.5, "positive": 2.0},
        "xgboost": {"negative": 0.5, "positive": 2.0},
    }
    assert [(line["fold"], line["epoch"], line["validation_loss"]) for line in found["epochs"]["mlp"]] == [
        (0, 1, 0.7),
        (1, 1, 0.7),
    ]
    assert list(found["epochs"]) == ["mlp"]
    assert found["notes"] == [
        "smote × mlp: 1 of 3 fits failed, because the base learner is not better than chance; "
        "a constant score, the prevalence, replaces the classifier there."
    ]
    assert found["metrics"]["mlp"]["average_precision"] == pytest.approx(0.75)
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(("most", "fitted"), [(80 * 70, 70), (80 * 60, 60)])
def test_fewer_trees_than_asked_for_are_told(
    most: int, fitted: int, make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    """80 rows, and so 60 trees where all of them may see 4800 together."""
    requested: dict[str, dict[str, Any]] = {
        "random_forest": {"n_estimators": 70, "max_rows": most},
        "mlp": {"max_iter": 2},
    }
    found = fit_strategy(make_table(), "tried", make_params({"classifiers": requested}, ["mlp"]), lambda _: None)
    assert len(found.models["random_forest"]["classifier"].estimators_) == fitted
    told = (
        f"tried × random_forest: the final fit has {fitted} of 70 trees; all of them together would have used more "
        f"rows than max_rows, {most}."
    )
    assert make_trace("tried", found, {}, requested).notes == ([told] if fitted < 70 else [])


@pytest.mark.parametrize("scale", ["before_resampling", "after_resampling"])
def test_the_pipeline_trace_of_the_course(
    scale: str, make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    """800 rows of which 80 are positive become 1440 under full balance, and then the weights are 1 and 1."""
    table = make_table("numeric", negatives=720, positives=80)
    strategy: dict[str, Any] = {"sampler": "SMOTE", "sampling_strategy": 1.0, "class_weight": "balanced"}
    params = make_params(strategy, ["logistic_regression"], scale=scale, n_splits=4)
    found = fit_strategy(table, "tried", params, lambda _: None)
    oof = oof_columns(found, table)
    content = make_trace("tried", found, cross_validation(oof, raw(oof, "logistic_regression"))).model_dump()

    way = [(step["step"], step["rows"], step["negative"], step["positive"]) for step in content["flow"]]
    resampled = ("resampled", 1440, 720, 720)
    in_order = {
        "before_resampling": [("imputed", 800, 720, 80), ("scaled", 800, 720, 80), resampled],
        "after_resampling": [("imputed", 800, 720, 80), resampled, ("scaled", 1440, 720, 720)],
    }
    assert way == [("raw", 800, 720, 80), ("train", 800, 720, 80), *in_order[scale]]
    assert next(step["note"] for step in content["flow"] if step["step"] == "resampled") == "SMOTE: +640 rows"
    assert content["class_weight"] == {"logistic_regression": {"negative": 1.0, "positive": 1.0}}
    for fold in content["folds"]:
        assert fold["train"] == {"rows": 600, "negative": 540, "positive": 60}
        assert fold["resampled"] == {"rows": 1080, "negative": 540, "positive": 540}
        assert fold["validation"] == {"rows": 200, "negative": 180, "positive": 20}
        assert (fold["added"], fold["removed"]) == (480, 0)


def test_repeats_stand_side_by_side(make_table: Callable[..., Table], make_params: Callable[..., TrainParams]) -> None:
    table = make_table("numeric")
    params = make_params({}, ["logistic_regression"], n_splits=2, n_repeats=2)
    columns = oof_columns(fit_strategy(table, "tried", params, lambda _: None), table)
    assert sorted(columns["row"]) == sorted([*range(80), *range(80)])
    assert sorted(set(columns["fold"])) == [0, 1, 2, 3]
    assert sorted(columns["row"][columns["fold"] >= 2]) == list(range(80))
    found = cross_validation(columns, raw(columns, "logistic_regression"))["logistic_regression"]
    assert len(found["roc_auc"].folds) == 4
