"""The door, on a small repository with real models."""

from collections.abc import Callable
from dataclasses import replace
import json
import math
from pathlib import Path
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from stages.evaluate.__main__ import main
from stages.shared.errors import InputError, IntegrityError
from stages.shared.storage.files import sha256, write_json
from stages.shared.storage.manifest import write_manifest
from stages.shared.storage.model_file import load_model
from stages.shared.storage.parquet import Table, read_parquet, read_table, write_columns, write_table
from tests.evaluate.conftest import PARAMS, TRAINED, store_strategy, write_params

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

FLAT = [
    "classifier", "average_precision", "roc_auc", "brier_score", "log_loss", "threshold", "precision", "recall",
    "specificity", "f1", "g_mean", "balanced_accuracy", "accuracy", "tp", "fp", "fn", "tn", "cv_average_precision",
]  # fmt: skip


@pytest.fixture
def door(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Any]]:
    """Runs evaluate in the repository; gives the leaderboard."""

    def run() -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", ["evaluate"])
        main()
        leaderboard: dict[str, Any] = json.loads((repository / "metrics/leaderboard.json").read_text())
        return leaderboard

    return run


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def outputs(folder: Path) -> dict[str, bytes]:
    files = [folder / "data/test_scores.parquet", *sorted((folder / "metrics").rglob("*.json"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def files_of(folder: Path) -> list[Path]:
    return sorted(path for name in ("data", "metrics") for path in (folder / name).rglob("*"))


def numbers(content: Any) -> list[float]:
    if isinstance(content, dict | list):
        parts = content.values() if isinstance(content, dict) else content
        return [number for part in parts for number in numbers(part)]
    return [content] if isinstance(content, int | float) else []


def test_thresholds_agree_with_the_leaderboard(door: Callable[[], dict[str, Any]], repository: Path) -> None:
    candidates = door()["candidates"]
    found = json.loads((repository / "metrics/curves/thresholds.json").read_text())
    for candidate, counts in zip(candidates, found, strict=True):
        assert (candidate["strategy"], candidate["classifier"]) == (counts["strategy"], counts["classifier"])
        assert (counts["tp"][50], counts["fp"][50]) == (candidate["at_half"]["tp"], candidate["at_half"]["fp"])
        assert counts["tp"][0] == candidate["test"]["tp"] + candidate["test"]["fn"]
    overlays = json.loads((repository / "metrics/curves/overlays.json").read_text())
    assert [(one["strategy"], one["classifier"]) for one in overlays] == [
        (one["strategy"], one["classifier"]) for one in found
    ]


def test_every_file_is_as_the_docs_describe(door: Callable[[], dict[str, Any]], repository: Path) -> None:
    leaderboard = door()
    assert sorted(outputs(repository)) == [
        "data/test_scores.parquet",
        "metrics/curves/calibration.json", "metrics/curves/confusion.json", "metrics/curves/overlays.json",
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
        "notes",
    ]
    assert leaderboard["data"] == {
        "source": "data/raw/made.csv", "target": "sick", "positive": "yes",
        "train": {"rows": 260, "positives": 60}, "test": {"rows": 150, "positives": 30},
    }  # fmt: skip
    reference = {"strategy": "baseline", "classifier": "logistic_regression"}
    margins = leaderboard["settings"].pop("margins")
    assert {metric: 0.005 <= margin <= 0.02 for metric, margin in margins.items()} == dict.fromkeys(FLAT[1:3], True)
    assert leaderboard["settings"] == {
        "metric": "average_precision", "policy": "f1", "policy_key": {}, "confidence": 0.9, "n_resamples": 200,
        "reference": reference, "rows": "all",
    }  # fmt: skip
    assert leaderboard["strategies"] == [reference, {"strategy": "smote", "classifier": "naive_bayes"}]
    assert [row["cv"]["average_precision"]["mean"] for row in leaderboard["candidates"]] == [0.8, 0.75, 0.7, 0.6]
    decisions = FLAT[6:17]
    for row in leaderboard["candidates"]:
        assert list(row) == [
            "strategy", "classifier", "sampler", "tuned", "members", "cv", "threshold", "threshold_interval",
            "test", "at_half", "intervals", "mean_score_ratio", "calibration",
        ]  # fmt: skip
        assert list(row["calibration"]) == ["method", "before", "after"]
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


def test_curves_are_what_the_charts_need(door: Callable[[], dict[str, Any]], repository: Path) -> None:
    door()
    curves = repository / "metrics/curves"
    made = {"classifier": "logistic_regression", "epoch": 1}
    assert json.loads((curves / "training.json").read_text()) == [
        {"strategy": strategy, **made, "part": part, "loss": loss, "accuracy": accuracy}
        for strategy in ("baseline", "smote")
        for part, loss, accuracy in (("train", 0.5, 1.0), ("validation", 0.75, 0.5))
    ]
    # 30 of the 150 test rows
    assert {point["prevalence"] for point in json.loads((curves / "precision_recall.json").read_text())} == {0.2}


def test_stored_scores_and_thresholds_give_the_written_counts(door: Callable[[], Any], repository: Path) -> None:
    leaderboard = door()
    stored = read_parquet(repository / "data/test_scores.parquet")
    assert stored.column_names == ["row", "y", *(f"{s}/{c}" for s, means in TRAINED.items() for c in means)]
    y = stored["y"].to_numpy()
    for row in leaderboard["candidates"]:
        scores = stored[f"{row['strategy']}/{row['classifier']}"].to_numpy()
        model = load_model(repository / "models" / row["strategy"] / f"{row['classifier']}.skops")
        raw = model.predict_proba(read_table(repository / "data/test.parquet").features())[:, 1]
        assert scores == pytest.approx(raw / (raw + 5 * (1 - raw)) if row["strategy"] == "smote" else raw, rel=1e-6)
        for alarms, counts in ((scores >= row["threshold"], row["test"]), (scores >= 0.5, row["at_half"])):
            assert counts["tp"] == (alarms & (y == 1)).sum()
            assert counts["fp"] == (alarms & (y == 0)).sum()
            assert counts["precision"] == pytest.approx(counts["tp"] / alarms.sum(), abs=1e-6)
        assert row["mean_score_ratio"] == pytest.approx(scores.mean() / 0.2, abs=1e-6)


def test_the_threshold_comes_from_out_of_fold_scores_alone(door: Callable[[], Any], repository: Path) -> None:
    rows = {(row["strategy"], row["classifier"]): row["threshold"] for row in door()["candidates"]}
    for strategy, odds in (("baseline", 1), ("smote", 5)):  # smote's are calibrated, and so are its thresholds
        oof = read_parquet(repository / f"models/{strategy}/oof.parquet")
        y, raw = oof["y"].to_numpy(), oof["naive_bayes"].to_numpy()
        values = [f1(y, raw / (raw + odds * (1 - raw)), threshold) for threshold in np.linspace(0, 1, 2001)]
        found = rows[strategy, "naive_bayes"]
        assert f1(y, raw / (raw + odds * (1 - raw)), found) == max(values)


def f1(y: np.ndarray, scores: np.ndarray, threshold: float) -> float:
    return float(2 * ((scores >= threshold) & (y == 1)).sum() / ((scores >= threshold).sum() + y.sum()))


def test_calibration_is_told_before_and_after(door: Callable[[], Any], repository: Path) -> None:
    stored = (rows := door()["candidates"]) and read_parquet(repository / "data/test_scores.parquet")
    y = stored["y"].to_numpy()
    for row in rows:
        found, scores = row["calibration"], stored[f"{row['strategy']}/{row['classifier']}"].to_numpy()
        assert found["method"] == ("prior" if row["strategy"] == "smote" else "none")
        assert (found["before"] == found["after"]) is (row["strategy"] == "baseline")
        assert found["after"]["brier_score"] == row["test"]["brier_score"]
        assert found["after"]["log_loss"] == row["test"]["log_loss"]
        assert found["after"]["mean_score_ratio"] == row["mean_score_ratio"]
        skill = 1 - ((scores - y) ** 2).mean() / ((y.mean() - y) ** 2).mean()
        assert found["after"]["brier_skill"] == pytest.approx(skill, abs=1e-6)
    curve = json.loads((repository / "metrics/curves/calibration.json").read_text())
    assert {(point["strategy"], point["stage"]) for point in curve} == {
        ("baseline", "after"), ("smote", "before"), ("smote", "after"),
    }  # fmt: skip
    for row in rows:
        for stage in ("before", "after"):
            bins = [
                point
                for point in curve
                if [point[key] for key in ("strategy", "classifier", "stage")]
                == [row["strategy"], row["classifier"], stage]
            ]
            gap = sum(abs(point["mean_score"] - point["positive_share"]) * point["rows"] for point in bins) / 150
            assert not bins or gap == pytest.approx(row["calibration"][stage]["ece"], abs=1e-5)


def test_a_damaged_calibration_is_named(door: Callable[[], Any], repository: Path) -> None:
    place = repository / "models/smote"
    write_json(place / "calibration.json", {"logistic_regression": {"method": "magic"}})
    write_manifest(place, strategy="smote")
    path = repository / "metrics/cv/smote.json"
    write_json(path, json.loads(path.read_text()) | {"manifest": sha256(place / "manifest.json")})
    with pytest.raises(InputError, match=r"models/smote/calibration\.json: logistic_regression: .*run `dvc repro`"):
        door()


def test_a_bound_that_no_threshold_reaches_is_noted_and_few_positives_give_an_interval(
    door: Callable[[], Any], repository: Path, make_table: Callable[..., Table]
) -> None:
    table = make_table("numeric", negatives=200, positives=20, missing=False)
    models = {"naive_bayes": make_pipeline(GaussianNB()).fit(table.features(), table.target)}
    store_strategy(repository, "rare", models, {"naive_bayes": np.linspace(0, 0.9, 220)}, np.sort(table.target)[::-1])
    threshold = {"policy": "min_precision", "precision": 0.95}
    write_params(repository, strategies={"rare": {}}, evaluate=PARAMS["evaluate"] | {"threshold": threshold})
    leaderboard = door()
    assert leaderboard["settings"]["policy_key"] == {"precision": 0.95}
    low, high = leaderboard["candidates"][0]["threshold_interval"]
    assert 0 <= low <= high <= 1
    assert leaderboard["notes"][-1] == (
        "No threshold reaches min_precision (precision 0.95) on train: the nearest one is used for rare/naive_bayes."
    )


def test_enough_positives_give_no_interval(door: Callable[[], Any]) -> None:
    assert {row["threshold_interval"] for row in door()["candidates"]} == {None}


def test_equal_inputs_give_equal_bytes(door: Callable[[], Any], repository: Path) -> None:
    door()
    first = outputs(repository)
    door()
    assert outputs(repository) == first


def test_a_line_a_strategy_and_one_of_the_whole(door: Callable[[], Any], capsys: pytest.CaptureFixture[str]) -> None:
    door()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "evaluate baseline logistic_regression", "evaluate smote naive_bayes", "evaluate",
    ]  # fmt: skip
    assert lines[-1].startswith("evaluate: 4 candidates on 150 test rows, 30 positive; against baseline/logistic_reg")


def test_a_removed_strategy_leaves_nothing(door: Callable[[], Any], repository: Path) -> None:
    door()
    write_params(repository, strategies={"baseline": {}})
    (repository / "metrics/cv/.smote.json.ab12.tmp").write_text("{")  # what a run that is killed leaves behind
    leaderboard = door()
    assert [path.name for path in (repository / "metrics/cv").iterdir()] == ["baseline.json"]
    assert not [name for name in outputs(repository) if "smote" in name]
    assert {row["strategy"] for row in leaderboard["candidates"]} == {"baseline"}
    assert leaderboard["comparisons"] == []


def test_a_strategy_that_does_nothing_new_ties_with_nothing_between(door: Callable[[], Any], repository: Path) -> None:
    write_params(repository, strategies={"baseline": {}, "copy": {"class_weight": "balanced"}})
    models = {name: load_model(repository / f"models/baseline/{name}.skops") for name in TRAINED["baseline"]}
    oof = read_parquet(repository / "models/baseline/oof.parquet")
    columns = {name: oof[name].to_numpy() for name in models}
    store_strategy(repository, "copy", models, columns, oof["y"].to_numpy())
    comparisons = door()["comparisons"]
    assert len(comparisons) == 33
    assert {(item["difference"], item["low"], item["high"], item["verdict"]) for item in comparisons} == {
        (0.0, 0.0, 0.0, "tie")
    }


@pytest.mark.parametrize("constant", [0, 1])
def test_a_model_that_says_the_same_of_everyone_gives_numbers(
    door: Callable[[], Any], repository: Path, make_table: Callable[..., Table], constant: int
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
    leaderboard = door()
    row = next(row for row in leaderboard["candidates"] if row["strategy"] == "dull")
    assert all(math.isfinite(number) for number in numbers(leaderboard))
    assert row["test"]["average_precision"] == 0.2
    if constant == 0:
        assert row["test"]["precision"] == 0
        assert any("by dull/naive_bayes" in note for note in leaderboard["notes"])


def test_select_classifier_stands_for_every_strategy(door: Callable[[], Any], repository: Path) -> None:
    write_params(repository, select=PARAMS["select"] | {"classifier": "naive_bayes"})
    leaderboard = door()
    assert {row["classifier"] for row in leaderboard["strategies"]} == {"naive_bayes"}
    assert leaderboard["settings"]["reference"]["classifier"] == "naive_bayes"


def test_an_unknown_classifier_writes_nothing(door: Callable[[], Any], repository: Path) -> None:
    before = files_of(repository)
    write_params(repository, select=PARAMS["select"] | {"classifier": "svm"})
    with pytest.raises(InputError, match="allowed: auto, logistic_regression, naive_bayes"):
        door()
    assert files_of(repository) == before


def test_every_missing_strategy_is_named(door: Callable[[], Any], repository: Path) -> None:
    write_params(repository, strategies={"baseline": {}, "adasyn": {"sampler": "ADASYN"}, "tomek": {"sampler": "x"}})
    with pytest.raises(InputError) as error:
        door()
    assert [problem.split(":")[0] for problem in error.value.problems] == [
        "metrics/cv/adasyn.json", "metrics/cv/tomek.json",
    ]  # fmt: skip
    assert (repository / "metrics/cv/smote.json").exists()  # nothing is deleted before the input is known to be whole


def test_models_of_another_run_are_refused(door: Callable[[], Any], repository: Path) -> None:
    path = repository / "metrics/cv/smote.json"
    write_json(path, json.loads(path.read_text()) | {"manifest": "0" * 64})
    with pytest.raises(IntegrityError, match=r"models/smote/manifest\.json.*different runs"):
        door()


def test_a_changed_model_ends_with_exit_code_3(repository: Path) -> None:
    path = repository / "models/smote/naive_bayes.skops"
    path.write_bytes(path.read_bytes() + b" ")
    found = command(repository, "-m", "stages.evaluate")
    assert found.returncode == 3
    assert found.stderr.startswith("error: models/smote/naive_bayes.skops: its SHA-256 is")
    assert "Traceback" not in found.stderr
    assert not (repository / "metrics/leaderboard.json").exists()


def test_a_test_side_of_one_class_is_refused(
    door: Callable[[], Any], repository: Path, make_table: Callable[..., Table]
) -> None:
    path = repository / "data/test.parquet"
    table = read_table(path)
    write_table(path, replace(table, data=table.data.filter(table.target == 0)))
    with pytest.raises(InputError, match=r"data/test.parquet: needs rows of both classes; found 0 positive of 120"):
        door()


def test_scores_that_are_no_probabilities_are_refused(
    door: Callable[[], Any], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "stages.shared.storage.model_file.scores", lambda model, features: np.repeat([0.5, np.nan], [148, 2])
    )
    with pytest.raises(InputError) as error:
        door()
    assert len(error.value.problems) == 4
    assert error.value.problems[0].startswith(
        "models/baseline/logistic_regression.skops: scores lie between 0 and 1; found nan and 1 more"
    )
    assert not (repository / "metrics/leaderboard.json").exists()


def test_help_and_wrong_params_answer_before_any_heavy_import(repository: Path) -> None:
    write_params(repository, evaluate=PARAMS["evaluate"] | {"confidence": 95})
    script = """
import runpy, sys
sys.argv = ["evaluate", *sys.argv[1:]]
try:
    runpy.run_module("stages.evaluate", run_name="__main__")
except SystemExit as end:
    heavy = {"numpy", "pandas", "pyarrow", "sklearn"} & set(sys.modules)
    print("heavy:", *sorted(heavy))
    sys.exit(end.code)
"""
    shown = command(repository, "-c", script, "--help")
    assert (shown.returncode, "heavy:\n" in shown.stdout) == (0, True), shown
    refused = command(repository, "-c", script)
    assert (refused.returncode, refused.stdout) == (2, "heavy:\n"), refused
    assert refused.stderr == "error: params.yaml: evaluate.confidence: input should be less than 1; found 95\n"


def test_effects_come_from_all_rows_or_from_test_alone(door: Callable[[], Any], repository: Path) -> None:
    """Half of the out-of-fold scores changed: the effects from all rows change, those from test do not."""

    def estimates(rows: str) -> list[float]:
        write_params(repository, evaluate=PARAMS["evaluate"] | {"rows": rows})
        found = door()
        assert {item["rows"] for item in found["effects"]} == {rows}
        return [item["estimate"] for item in found["effects"]]

    before = {rows: estimates(rows) for rows in ("all", "test")}
    folder = repository / "models/smote"
    oof = read_parquet(folder / "oof.parquet")
    columns = {name: oof[name].to_numpy().copy() for name in oof.column_names}
    columns["naive_bayes"][::2] = 0.5
    write_columns(folder / "oof.parquet", columns)
    trust_again(repository, "smote")
    assert estimates("all") != before["all"]
    assert estimates("test") == before["test"]


def test_other_folds_than_those_of_the_first_strategy_are_refused(door: Callable[[], Any], repository: Path) -> None:
    folder = repository / "models/smote"
    oof = read_parquet(folder / "oof.parquet")
    columns = {name: oof[name].to_numpy().copy() for name in oof.column_names}
    columns["fold"][:] = 0
    write_columns(folder / "oof.parquet", columns)
    trust_again(repository, "smote")
    with pytest.raises(InputError, match=r"models/smote/oof\.parquet: has other rows or folds than the first strategy"):
        door()


def trust_again(repository: Path, strategy: str) -> None:
    """Make the manifest and the record of a strategy agree with its changed files."""
    folder = repository / "models" / strategy
    (folder / "manifest.json").unlink()
    write_manifest(folder, strategy=strategy)
    path = repository / f"metrics/cv/{strategy}.json"
    write_json(path, json.loads(path.read_text()) | {"manifest": sha256(folder / "manifest.json")})
