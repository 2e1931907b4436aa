"""Notes are said when they are true, and not otherwise."""

from dataclasses import replace

import numpy as np

from stages.evaluate.models.candidates import CandidateKey, choose_representatives
from stages.evaluate.outputs import notes
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.evaluate.uncertainty.bootstrap import bootstrap
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.schemas.candidate import Guarantee
from tests.stages.evaluate.made.records import RECORDS, record
from tests.stages.evaluate.made.tables import BALANCED, SILENT, TIED, Y


def test_a_reference_that_does_something() -> None:
    assert notes.about_reference({}, "baseline") == []
    assert notes.about_reference({"sampler": "SMOTE"}, "smote") == [
        "No strategy does nothing (an empty entry in params.yaml): smote, the first, is the reference."
    ]


def test_strategies_without_the_classifier_asked_for() -> None:
    standing = choose_representatives(RECORDS, "random_forest", "average_precision")
    assert notes.about_classifiers(RECORDS, standing, "random_forest") == [
        "ensemble has no random_forest: rus_boost, its best by cross-validation, represents it."
    ]
    assert notes.about_classifiers(RECORDS, standing, "auto") == []


def test_samplers_that_ran_in_place_of_others_or_did_nothing() -> None:
    records = {**RECORDS, "tomek": record("tomek", {"mlp": 0.5}, "TomekLinks", "TomekLinks")}
    assert notes.about_samplers(records, ["tomek"]) == [
        "smote: SMOTE ran as SMOTENC (2 categorical columns).",
        "tomek: TomekLinks added and removed no row in any fold, with the settings in params.yaml.",
    ]


def test_few_positives() -> None:
    assert notes.about_positives(50, 50) == []
    assert notes.about_positives(49, 12) == [
        "Train has 49 positive rows, fewer than 50: the tuned thresholds are uncertain.",
        "Test has 12 positive rows, fewer than 50: intervals are wide, and only large differences stand out.",
    ]


def test_bounds_that_no_threshold_keeps() -> None:
    scored = {
        CandidateKey("a", "x"): ScoredCandidate(0.5, TIED, TIED, "none"),
        CandidateKey("b", "x"): ScoredCandidate(0.5, TIED, TIED, "none", satisfies_constraint=False),
        CandidateKey("c", "x"): ScoredCandidate(0.5, TIED, TIED, "none", satisfies_constraint=False),
    }
    assert notes.about_constraints(scored, "top_share", {"share": 0.02}) == [
        "No threshold reaches top_share (share 0.02) on train: the nearest one is used for b/x, c/x."
    ]
    kept = Guarantee(
        kept=True, rows_needed=22, point_threshold=0.5, price="precision", at_point=0.5, at_threshold=0.25
    )  # fmt: skip
    guarantees = [kept, kept.model_copy(update={"kept": False})]
    scored = {name: replace(scored[name], guarantee=guarantees[name.strategy != "a"]) for name in scored}
    assert notes.about_constraints(scored, "min_recall", {"recall": 0.9}, 0.9) == [
        "No threshold promises min_recall (recall 0.9) in 90 % of tables: the safest one is used for b/x, c/x. A "
        "promise needs at least 22 train positives, all found; with errors among them it needs more."
    ]
    assert notes.about_prices(scored) == [
        "The promise of the threshold costs precision: its median over the candidates is 0.250 out of fold, and 0.500 "
        "at thresholds that promise nothing."
    ]
    assert notes.about_constraints({CandidateKey("a", "x"): ScoredCandidate(0.5, TIED, TIED, "none")}, "f1", {}) == []


def test_candidates_that_flag_nothing() -> None:
    names = [CandidateKey("a", "x"), CandidateKey("b", "x"), CandidateKey("c", "x")]
    thresholds = {"a": (BALANCED, 0.75), "b": (SILENT, 0.0), "c": (np.minimum(TIED, 0.4), 1.0)}
    measured = bootstrap(Y, [MetricEvaluator(Y, *thresholds[name.strategy]) for name in names], 200, 0)
    assert notes.about_no_positive_predictions(dict(zip(names, measured, strict=True))) == [
        "At the tuned threshold c/x predict no positive; precision is then written as 0.",
        "At 0.5 b/x, c/x predict no positive; precision is then written as 0.",
    ]


def test_folds_by_time_are_said():
    assert notes.about_time(None) == []
    assert notes.about_time("visit")[0].startswith("Test rows are later than train rows by `visit`, and each fold")


def test_a_share_of_the_negatives_is_told() -> None:
    assert notes.about_negatives(None) == []
    assert notes.about_negatives(0.05) == [
        "Train has 5 % of its negatives (split.negatives). Each counts 20 times in cross-validation, calibration and "
        "the tuned thresholds. Test has all of its rows."
    ]
