"""The champion against fixed recipes, and other ways of choosing it."""

from typing import Any

import pytest

from benchmarks.verdict.bar import best_recipe, by_more_than_noise, recipes, report, rules, untreated
from stages.shared.schemas.leaderboard import Leaderboard
from tests.report.factory import BASELINE, Treatment, leaderboard_json

SMOTE = Treatment("smote", sampler="SMOTE", cv=0.9, classifiers=("random_forest", "blend"))


def content(forest: float, blend: float, *treatments: Treatment) -> Any:
    """A leaderboard on which every forest and every blend has one average precision on test."""
    found = leaderboard_json(*treatments)
    for candidate in found["candidates"]:
        is_blend = candidate["classifier"] == "blend"
        candidate["test"]["average_precision"] = blend if is_blend else forest
    return found


def leaderboard(forest: float, blend: float, *treatments: Treatment) -> Leaderboard:
    return Leaderboard.model_validate(content(forest, blend, *treatments))


def test_a_recipe_has_one_value_a_data_set_and_the_best_mean_comes_first() -> None:
    boards = [leaderboard(0.5, 0.7, SMOTE), leaderboard(0.6, 0.2, SMOTE)]
    found = recipes(boards, "average_precision")
    assert found["smote × random_forest"] == [0.5, 0.6]
    assert list(found)[-1] == "smote × blend"
    assert best_recipe(boards, "average_precision", blend=True) == ("smote × blend", [0.7, 0.2])


def test_a_lower_brier_score_is_better() -> None:
    other = Treatment("smote", sampler="SMOTE", brier=0.01)
    assert best_recipe([leaderboard(0.5, 0.5, other)], "brier_score")[0] == "smote × random_forest"


def test_a_recipe_that_a_data_set_lacks_is_none() -> None:
    assert "smote × blend" not in recipes([leaderboard(0.5, 0.7, SMOTE), leaderboard(0.6, 0.2)], "average_precision")


def test_the_untreated_is_the_same_classifier() -> None:
    found = leaderboard(0.5, 0.7, SMOTE)
    assert untreated(found, found.candidate("smote", "random_forest")) == found.candidate("baseline", "random_forest")
    assert untreated(found, found.candidate("smote", "blend")) is None


def test_the_rules_differ_where_a_treatment_has_not_earned_its_place() -> None:
    # smote is 0.08 better over the folds, but these cannot tell it from doing nothing
    found = leaderboard(0.5, 0.7, Treatment("smote", sampler="SMOTE", cv=BASELINE.cv + 0.08, cv_ties=True))
    ways = rules()
    assert ways["best by cross-validation"](found).strategy == "smote"
    assert ways["tolerance 0.005 alone"](found).strategy == "smote"
    assert ways["tolerance 0.005, treatments earn their place"](found).strategy == "baseline"


def test_the_report_leaves_out_the_peers_that_were_not_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.verdict.bar.report_rules", lambda boards: None)  # the baseline has no blend here
    clock = {"wall": 10.0, "cpu": 9.0, "load": 0.5}
    peer = {"clock": clock, "test": {"average_precision": 0.4, "brier_score": 0.1, "f1": 0.3}}
    runs = [
        {
            "data": name, "seed": 0, "rows": 100, "positives": 10, "champion": ["smote", "random_forest"],
            "clock": clock, "peers": {"flaml": peer}, "board": content(0.5, 0.7, SMOTE),
        }
        for name in ("one", "two")
    ]  # fmt: skip
    report(runs)
    printed = capsys.readouterr().out
    assert "| average_precision, peer flaml | 2 | 0.5000 | 0.4000 | +0.1000 [+0.1000, +0.1000] 2:0 |" in printed
    assert "peer autogluon" not in printed


def test_the_blend_stays_unless_another_is_better_by_more_than_noise() -> None:
    plain = Treatment("baseline", cv=0.82, classifiers=("blend",))
    # the standard error of every mean here is 0.021 / √5 = 0.0094
    near, far = (Treatment("smote", sampler="SMOTE", cv=cv) for cv in (0.829, 0.83))
    for treatment, chosen in ((near, "baseline"), (far, "smote")):
        found = Leaderboard.model_validate(leaderboard_json(treatment, baseline=plain))
        assert by_more_than_noise(found, "baseline").strategy == chosen
