"""The command `python -m stages.evaluate`, on a small repository with real models: the files that it writes."""

from collections.abc import Callable
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline

from stages.shared.storage.model_file import load_model
from stages.shared.storage.parquet import Table, read_parquet
from tests.stages.evaluate.conftest import PARAMS, TRAINED, outputs, store_strategy, write_params

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]

FLAT = [
    "classifier", "average_precision", "roc_auc", "brier_score", "log_loss", "threshold", "precision", "recall",
    "specificity", "f1", "g_mean", "balanced_accuracy", "accuracy", "tp", "fp", "fn", "tn", "cv_average_precision",
]  # fmt: skip


def numbers(content: Any) -> list[float]:
    if isinstance(content, dict | list):
        parts = content.values() if isinstance(content, dict) else content
        return [number for part in parts for number in numbers(part)]
    return [content] if isinstance(content, int | float) else []


def test_every_file_is_as_the_docs_describe(run_stage: Callable[[], dict[str, Any]], repository: Path) -> None:
    leaderboard = run_stage()
    assert sorted(outputs(repository)) == [
        "data/test_scores.parquet",
        "metrics/curves/calibration.json", "metrics/curves/confusion.json",
        "metrics/curves/explanations.json", "metrics/curves/overlays.json",
        "metrics/curves/precision_recall.json", "metrics/curves/roc.json", "metrics/curves/thresholds.json",
        "metrics/curves/training.json",
        "metrics/cv/baseline.json", "metrics/cv/smote.json", "metrics/leaderboard.json",
        "metrics/strategies/baseline.json", "metrics/strategies/smote.json",
    ]  # fmt: skip
    assert list(leaderboard) == [
        "data",
        "settings",
        "candidates",
        "strategies",
        "comparisons",
        "cv_comparisons",
        "effects",
        "noticed",
        "not_applicable",
        "notes",
    ]
    assert leaderboard["data"] == {
        "source": "data/raw/made.csv", "target": "sick", "positive": "yes",
        "train": {"rows": 260, "positives": 60, "weighted_positives": None},
        "test": {"rows": 150, "positives": 30, "weighted_positives": None},
        "out_of_fold": None,
    }  # fmt: skip
    reference = {"strategy": "baseline", "classifier": "logistic_regression"}
    margins = leaderboard["settings"].pop("margins")
    assert {metric: 0.005 <= margin <= 0.02 for metric, margin in margins.items()} == dict.fromkeys(FLAT[1:3], True)
    assert leaderboard["settings"] == {
        "metric": "average_precision", "policy": "f1", "policy_key": {}, "promise": None,
        "prevalence_in_use": None, "confidence": 0.9, "n_resamples": 200,
        "reference": reference, "rows": "all",
    }  # fmt: skip
    assert leaderboard["strategies"] == [reference, {"strategy": "smote", "classifier": "naive_bayes"}]
    assert [row["cv"]["average_precision"]["mean"] for row in leaderboard["candidates"]] == [0.8, 0.75, 0.7, 0.6]
    decisions = FLAT[6:17]
    for row in leaderboard["candidates"]:
        assert list(row) == [
            "strategy", "classifier", "sampler", "tuned", "members", "cv", "threshold", "threshold_interval",
            "promise", "test", "at_half", "cost_per_1000", "in_use", "intervals", "mean_score_ratio", "calibration",
        ]  # fmt: skip
        assert list(row["calibration"]) == ["method", "before", "after", "line"]
        measures = ["brier_score", "brier_skill", "log_loss", "ece", "mean_score_ratio"]
        assert list(row["calibration"]["before"]) == list(row["calibration"]["after"]) == measures
        assert list(row["cv"]) == FLAT[1:5]
        assert list(row["test"]) == FLAT[1:5] + decisions
        assert list(row["at_half"]) == decisions
        assert list(row["intervals"]) == FLAT[1:5] + decisions[:-4]
    for strategy in TRAINED:
        flat = json.loads((repository / f"metrics/strategies/{strategy}.json").read_text())
        assert list(flat) == FLAT
        row = next(item for item in leaderboard["candidates"] if item["strategy"] == strategy)  # the best comes first
        assert flat == {
            "classifier": row["classifier"], **row["test"], "threshold": row["threshold"],
            "cv_average_precision": row["cv"]["average_precision"]["mean"],
        }  # fmt: skip
        confusion = json.loads((repository / "metrics/curves/confusion.json").read_text())
        cells = [point["rows"] for point in confusion if point["strategy"] == strategy]
        assert cells == [flat[cell] for cell in ("tp", "fn", "fp", "tn")]
    assert {len(item) for item in leaderboard["comparisons"]} == {11}
    assert len(leaderboard["comparisons"]) == 3 * 11  # one strategy, two classifiers; eleven metrics in four families
    names = [(item["metric"], item["classifier"]) for item in leaderboard["effects"]]
    assert names == [(metric, name) for metric in FLAT[1:3] for name in (None, "logistic_regression", "naive_bayes")]
    assert leaderboard["notes"] == [
        "smote: SMOTE added and removed no row in any fold, with the settings in params.yaml.",
        "Test has 30 positive rows, fewer than 50: intervals are wide, and only large differences stand out.",
    ]


def test_curves_are_what_the_charts_need(run_stage: Callable[[], dict[str, Any]], repository: Path) -> None:
    run_stage()
    curves = repository / "metrics/curves"
    made = {"classifier": "logistic_regression", "epoch": 1}
    assert json.loads((curves / "training.json").read_text()) == [
        {"strategy": strategy, **made, "part": part, "loss": loss, "accuracy": accuracy}
        for strategy in ("baseline", "smote")
        for part, loss, accuracy in (("train", 0.5, 1.0), ("validation", 0.75, 0.5))
    ]
    # 30 of the 150 test rows
    assert {point["prevalence"] for point in json.loads((curves / "precision_recall.json").read_text())} == {0.2}


def test_equal_inputs_give_equal_bytes(run_stage: Callable[[], Any], repository: Path) -> None:
    run_stage()
    first = outputs(repository)
    run_stage()
    assert outputs(repository) == first


def test_a_line_a_strategy_and_one_of_the_whole(
    run_stage: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    run_stage()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "evaluate baseline logistic_regression", "evaluate smote naive_bayes", "evaluate",
    ]  # fmt: skip
    assert lines[-1].startswith("evaluate: 4 candidates on 150 test rows, 30 positive; against baseline/logistic_reg")


def test_a_removed_strategy_leaves_nothing(run_stage: Callable[[], Any], repository: Path) -> None:
    run_stage()
    write_params(repository, strategies={"baseline": {}})
    (repository / "metrics/cv/.smote.json.ab12.tmp").write_text("{")  # what a run that is killed leaves behind
    leaderboard = run_stage()
    assert [path.name for path in (repository / "metrics/cv").iterdir()] == ["baseline.json"]
    assert not [name for name in outputs(repository) if "smote" in name]
    assert {row["strategy"] for row in leaderboard["candidates"]} == {"baseline"}
    assert leaderboard["comparisons"] == []


def test_a_strategy_that_does_nothing_new_ties_with_nothing_between(
    run_stage: Callable[[], Any], repository: Path
) -> None:
    write_params(repository, strategies={"baseline": {}, "copy": {"class_weight": "balanced"}})
    models = {name: load_model(repository / f"models/baseline/{name}.skops") for name in TRAINED["baseline"]}
    oof = read_parquet(repository / "models/baseline/oof.parquet")
    columns = {name: oof[name].to_numpy() for name in models}
    store_strategy(repository, "copy", models, columns, oof["y"].to_numpy())
    comparisons = run_stage()["comparisons"]
    assert len(comparisons) == 33
    assert {(item["difference"], item["low"], item["high"], item["verdict"]) for item in comparisons} == {
        (0.0, 0.0, 0.0, "tie")
    }


@pytest.mark.parametrize("constant", [0, 1])
def test_a_model_that_says_the_same_of_everyone_gives_numbers(
    run_stage: Callable[[], Any], repository: Path, make_table: Callable[..., Table], constant: int
) -> None:
    table = make_table("numeric", negatives=200, positives=60, missing=False)
    model = make_pipeline(DummyClassifier(strategy="constant", constant=constant)).fit(table.features(), table.target)
    write_params(
        repository,
        strategies={"baseline": {}, "smote": {"sampler": "SMOTE"}, "dull": {"class_weight": "balanced"}},
        evaluate=PARAMS["evaluate"] | {"threshold": {"policy": "g_mean"}},
    )
    scores = np.full(260, float(constant))
    store_strategy(repository, "dull", {"naive_bayes": model}, {"naive_bayes": scores}, table.target)
    leaderboard = run_stage()
    row = next(row for row in leaderboard["candidates"] if row["strategy"] == "dull")
    assert all(math.isfinite(number) for number in numbers(leaderboard))
    assert row["test"]["average_precision"] == 0.2
    if constant == 0:
        assert row["test"]["precision"] == 0
        assert any("dull/naive_bayes predict no positive" in note for note in leaderboard["notes"])


def test_select_classifier_stands_for_every_strategy(run_stage: Callable[[], Any], repository: Path) -> None:
    write_params(repository, select=PARAMS["select"] | {"classifier": "naive_bayes"})
    leaderboard = run_stage()
    assert {row["classifier"] for row in leaderboard["strategies"]} == {"naive_bayes"}
    assert leaderboard["settings"]["reference"]["classifier"] == "naive_bayes"
