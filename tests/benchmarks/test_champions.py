"""The champion beside fixed recipes, and rules for its choice."""

from typing import Any

import pytest

from benchmarks.suites import champions
from benchmarks.suites.champions import find_untreated, get_recipes, print_results
from benchmarks.suites.choice import choose_blend_or_better, make_rules
from stages.shared.schemas.leaderboard import Leaderboard
from tests.stages.report.made.factory import BASELINE, Treatment, leaderboard_json

SMOTE = Treatment("smote", sampler="SMOTE", cv=0.9, classifiers=("random_forest", "blend"))


def content(forest: float, blend: float, *treatments: Treatment) -> Any:
    """A leaderboard on which every forest and every blend has one average precision on test."""
    result = leaderboard_json(*treatments)
    for candidate in result["candidates"]:
        candidate["test"]["average_precision"] = blend if candidate["classifier"] == "blend" else forest
    return result


def leaderboard(forest: float, blend: float, *treatments: Treatment) -> Leaderboard:
    return Leaderboard.model_validate(content(forest, blend, *treatments))


def test_a_recipe_has_one_value_for_each_data_set_and_the_best_mean_comes_first() -> None:
    recipes = get_recipes([leaderboard(0.5, 0.7, SMOTE), leaderboard(0.6, 0.2, SMOTE)], "average_precision")
    assert recipes["smote × random_forest"] == [0.5, 0.6]
    assert recipes["smote × blend"] == [0.7, 0.2]
    assert list(recipes)[-1] == "smote × blend"


def test_a_lower_brier_score_is_better() -> None:
    other = Treatment("smote", sampler="SMOTE", brier=0.01)
    assert next(iter(get_recipes([leaderboard(0.5, 0.5, other)], "brier_score"))) == "smote × random_forest"


def test_a_recipe_must_be_on_every_leaderboard() -> None:
    leaderboards = [leaderboard(0.5, 0.7, SMOTE), leaderboard(0.6, 0.2)]
    assert "smote × blend" not in get_recipes(leaderboards, "average_precision")


def test_the_untreated_candidate_has_the_same_classifier() -> None:
    one = leaderboard(0.5, 0.7, SMOTE)
    assert find_untreated(one, one.candidate("smote", "random_forest")) == one.candidate("baseline", "random_forest")
    assert find_untreated(one, one.candidate("smote", "blend")) is None


def test_the_rules_differ_where_the_folds_do_not_show_that_a_treatment_is_better() -> None:
    # smote is 0.08 better over the folds, but these cannot distinguish it from doing nothing
    one = leaderboard(0.5, 0.7, Treatment("smote", sampler="SMOTE", cv=BASELINE.cv + 0.08, cv_ties=True))
    rules = make_rules()
    assert rules["best by cross-validation"](one).strategy == "smote"
    assert rules["tolerance 0.005 alone"](one).strategy == "smote"
    assert rules["tolerance 0.005, treatments earn their place"](one).strategy == "baseline"


def test_the_blend_stays_unless_another_is_better_by_more_than_noise() -> None:
    plain = Treatment("baseline", cv=0.82, classifiers=("blend",))
    # the standard error of every mean here is 0.021 / √5 = 0.0094
    near, far = (Treatment("smote", sampler="SMOTE", cv=cv) for cv in (0.829, 0.83))
    for treatment, chosen in ((near, "baseline"), (far, "smote")):
        one = Leaderboard.model_validate(leaderboard_json(treatment, baseline=plain))
        assert choose_blend_or_better(one).strategy == chosen


def test_a_library_that_did_not_run_has_no_row(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(champions, "print_rules", lambda leaderboards: None)  # the baseline has no blend here
    monkeypatch.setattr(champions, "choose_shipped", lambda one: one.candidate("smote", "random_forest"))
    clock = {"wall": 10.0, "cpu": 9.0}
    library = {"clock": clock, "test": {"average_precision": 0.4, "brier_score": 0.1, "f1": 0.3}}
    run = {"rows": 100, "positives": 10, "clock": clock, "leaderboard": content(0.5, 0.7, SMOTE)}
    print_results({(name, 0): {**run, "libraries": {"flaml": library}} for name in ("one", "two")})
    printed = capsys.readouterr().out
    assert "| average_precision, flaml | 2 | 0.5000 | 0.4000 | +0.1000 [+0.1000, +0.1000] 2:0 |" in printed
    assert "autogluon |  |" not in printed
    assert "average_precision, autogluon" not in printed
