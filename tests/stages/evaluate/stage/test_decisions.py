"""The stage evaluate: thresholds, calibration, promises and the prevalence in use."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from stages.shared.errors import InputError
from stages.shared.storage.files import sha256, write_json
from stages.shared.storage.manifest import write_manifest
from stages.shared.storage.model_file import load_model
from stages.shared.storage.parquet import Table, read_parquet, read_table
from tests.stages.evaluate.conftest import PARAMS, TRAINED, outputs, store_strategy, write_params

pytestmark = pytest.mark.slow


def test_thresholds_agree_with_the_leaderboard(run_stage: Callable[[], dict[str, Any]], repository: Path) -> None:
    candidates = run_stage()["candidates"]
    found = json.loads((repository / "metrics/curves/thresholds.json").read_text())
    for candidate, counts in zip(candidates, found, strict=True):
        assert (candidate["strategy"], candidate["classifier"]) == (counts["strategy"], counts["classifier"])
        assert (counts["tp"][50], counts["fp"][50]) == (candidate["at_half"]["tp"], candidate["at_half"]["fp"])
        assert counts["tp"][0] == candidate["test"]["tp"] + candidate["test"]["fn"]
    overlays = json.loads((repository / "metrics/curves/overlays.json").read_text())
    assert [(one["strategy"], one["classifier"]) for one in overlays] == [
        (one["strategy"], one["classifier"]) for one in found
    ]


def test_stored_scores_and_thresholds_give_the_written_counts(run_stage: Callable[[], Any], repository: Path) -> None:
    leaderboard = run_stage()
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


def test_the_threshold_comes_from_out_of_fold_scores_alone(run_stage: Callable[[], Any], repository: Path) -> None:
    rows = {(row["strategy"], row["classifier"]): row["threshold"] for row in run_stage()["candidates"]}
    for strategy, odds in (("baseline", 1), ("smote", 5)):  # smote's are calibrated, and so are its thresholds
        oof = read_parquet(repository / f"models/{strategy}/oof.parquet")
        y, raw = oof["y"].to_numpy(), oof["naive_bayes"].to_numpy()
        values = [f1(y, raw / (raw + odds * (1 - raw)), threshold) for threshold in np.linspace(0, 1, 2001)]
        found = rows[strategy, "naive_bayes"]
        assert f1(y, raw / (raw + odds * (1 - raw)), found) == max(values)


def f1(y: np.ndarray, scores: np.ndarray, threshold: float) -> float:
    return float(2 * ((scores >= threshold) & (y == 1)).sum() / ((scores >= threshold).sum() + y.sum()))


def test_calibration_is_told_before_and_after(run_stage: Callable[[], Any], repository: Path) -> None:
    stored = (rows := run_stage()["candidates"]) and read_parquet(repository / "data/test_scores.parquet")
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


def test_a_damaged_calibration_is_named(run_stage: Callable[[], Any], repository: Path) -> None:
    place = repository / "models/smote"
    write_json(place / "calibration.json", {"logistic_regression": {"method": "magic"}})
    write_manifest(place, strategy="smote", inputs=json.loads((place / "manifest.json").read_text())["inputs"])
    path = repository / "metrics/cv/smote.json"
    write_json(path, json.loads(path.read_text()) | {"manifest": sha256(place / "manifest.json")})
    with pytest.raises(InputError, match=r"models/smote/calibration\.json: logistic_regression: .*run `dvc repro`"):
        run_stage()


def test_a_bound_that_no_threshold_reaches_is_noted_and_few_positives_give_an_interval(
    run_stage: Callable[[], Any], repository: Path, make_table: Callable[..., Table]
) -> None:
    table = make_table("numeric", negatives=200, positives=20, missing=False)
    models = {"naive_bayes": make_pipeline(GaussianNB()).fit(table.features(), table.target)}
    store_strategy(repository, "rare", models, {"naive_bayes": np.linspace(0, 0.9, 220)}, np.sort(table.target)[::-1])
    threshold = {"policy": "min_precision", "precision": 0.95}
    write_params(repository, strategies={"rare": {}}, evaluate=PARAMS["evaluate"] | {"threshold": threshold})
    leaderboard = run_stage()
    assert leaderboard["settings"]["policy_key"] == {"precision": 0.95}
    low, high = leaderboard["candidates"][0]["threshold_interval"]
    assert 0 <= low <= high <= 1
    assert leaderboard["notes"][-1] == (
        "No threshold reaches min_precision (precision 0.95) on train: the nearest one is used for rare/naive_bayes."
    )


def test_a_promise_that_cannot_be_given_is_noted_with_the_rows_that_it_needs(
    run_stage: Callable[[], Any], repository: Path
) -> None:
    threshold = {"policy": "min_recall", "recall": 0.97, "promise": 0.9}  # 0.97 ** 60 is 0.16
    write_params(repository, evaluate=PARAMS["evaluate"] | {"threshold": threshold})
    leaderboard = run_stage()
    assert leaderboard["settings"]["promise"] == 0.9
    assert [row["promise"]["kept"] for row in leaderboard["candidates"]] == [False] * 4
    assert leaderboard["notes"][-1].startswith(
        "No threshold promises min_recall (recall 0.97) in 90 % of tables: the safest one is used for baseline/logistic"
    )
    assert "needs at least 76 train positives, all found" in leaderboard["notes"][-1]
    for row in leaderboard["candidates"]:  # every positive of train is above the safest threshold
        oof = read_parquet(repository / f"models/{row['strategy']}/oof.parquet")
        y, raw = oof["y"].to_numpy(), oof[row["classifier"]].to_numpy()
        odds = 5 if row["strategy"] == "smote" else 1
        assert row["threshold"] < (raw / (raw + odds * (1 - raw)))[y == 1].min()
        assert row["promise"]["at_threshold"] <= row["promise"]["at_point"]


def test_the_prevalence_in_use_moves_decisions_and_nothing_else(run_stage: Callable[[], Any], repository: Path) -> None:
    """Costs of 1 : 1 at a prevalence of 0.02, of which train has 60 of 260 and test 30 of 150."""
    costs = {"threshold": {"policy": "cost"}, "cost": {"false_negative": 1.0, "false_positive": 1.0}}
    write_params(repository, evaluate=PARAMS["evaluate"] | costs)
    before = run_stage()
    files = outputs(repository)
    write_params(repository, evaluate=PARAMS["evaluate"] | costs | {"deployment_prevalence": 0.02})
    after = run_stage()
    assert outputs(repository)["data/test_scores.parquet"] == files["data/test_scores.parquet"]
    assert after["effects"] == before["effects"]
    assert after["settings"]["prevalence_in_use"] == 0.02
    assert any(note.startswith("In use 2 % of the rows are positive") for note in after["notes"])
    stored = read_parquet(repository / "data/test_scores.parquet")
    y = stored["y"].to_numpy()
    for one, other in zip(before["candidates"], after["candidates"], strict=True):
        assert one["in_use"] is None
        for metric in ("average_precision", "roc_auc", "brier_score", "log_loss"):
            assert other["test"][metric] == one["test"][metric]
        assert other["calibration"] == one["calibration"]
        assert other["test"]["fp"] <= one["test"]["fp"]  # an alarm is more often false
        table = stored[f"{other['strategy']}/{other['classifier']}"].to_numpy()
        odds = table / (1 - table) * (0.02 / 0.98) / (60 / 200)
        flagged = odds / (1 + odds) >= other["threshold"]
        tp, fp = (int((flagged & (y == label)).sum()) for label in (1, 0))
        assert (other["test"]["tp"], other["test"]["fp"]) == (tp, fp)
        found, alarms = 0.02 * tp / 30, 0.98 * fp / 120
        use = other["in_use"]
        assert use["precision"] == pytest.approx(found / (found + alarms) if tp else 0, abs=1e-5)
        assert use["flagged"] == pytest.approx(found + alarms, abs=1e-5)
        assert use["cost_per_1000"] == pytest.approx(1000 * (0.02 - found + alarms), abs=1e-3)
        low, high = use["precision_interval"]
        assert low <= use["precision"] <= high


def test_enough_positives_give_no_interval(run_stage: Callable[[], Any]) -> None:
    assert {row["threshold_interval"] for row in run_stage()["candidates"]} == {None}
