"""Which candidate stands for a strategy, and which is compared with which."""

import pytest

from stages.evaluate.models.candidates import choose_representatives, find_reference, list_pairs, rank_candidates
from stages.shared.errors import InputError
from tests.stages.evaluate.made.records import RECORDS, record


def test_the_reference_does_nothing() -> None:
    assert find_reference({"smote": {"sampler": "SMOTE"}, "plain": {}, "other": {}}) == "plain"
    assert find_reference({"smote": {"sampler": "SMOTE"}, "weights": {"class_weight": "balanced"}}) == "smote"


def test_best_first_and_equals_as_listed() -> None:
    assert [str(candidate) for candidate in rank_candidates(RECORDS, "average_precision")] == [
        "smote/random_forest", "ensemble/rus_boost", "baseline/logistic_regression", "baseline/random_forest",
        "smote/logistic_regression", "ensemble/easy_ensemble",
    ]  # fmt: skip


def test_a_low_brier_score_comes_first() -> None:
    assert str(rank_candidates(RECORDS, "brier_score")[0]) == "ensemble/easy_ensemble"


def standing(classifier: str, metric: str = "average_precision") -> list[str]:
    return [str(candidate) for candidate in choose_representatives(RECORDS, classifier, metric).values()]


def test_the_best_by_cross_validation_stands_for_a_strategy() -> None:
    assert standing("auto") == ["smote/random_forest", "baseline/logistic_regression", "ensemble/rus_boost"]
    assert standing("auto", "log_loss") == [
        "smote/logistic_regression", "baseline/logistic_regression", "ensemble/easy_ensemble"
    ]  # fmt: skip


def test_the_classifier_asked_for_stands_where_there_is_one() -> None:
    assert standing("random_forest") == ["smote/random_forest", "baseline/random_forest", "ensemble/rus_boost"]


def test_an_unknown_classifier_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError, match=r"select\.classifier: .*found 'svm'; allowed: auto, logistic_regression, ran"):
        standing("svm")


def test_pairs() -> None:
    ranked = rank_candidates(RECORDS, "average_precision")
    found = list_pairs(ranked, choose_representatives(RECORDS, "auto", "average_precision"), "baseline")
    assert [(pair.scope, str(pair.candidate), str(pair.reference)) for pair in found] == [
        ("strategy", "smote/random_forest", "baseline/logistic_regression"),
        ("strategy", "ensemble/rus_boost", "baseline/logistic_regression"),
        ("classifier", "smote/random_forest", "baseline/random_forest"),
        ("classifier", "ensemble/rus_boost", "baseline/logistic_regression"),  # nothing of its kind: the reference
        ("classifier", "smote/logistic_regression", "baseline/logistic_regression"),
        ("classifier", "ensemble/easy_ensemble", "baseline/logistic_regression"),
    ]


def test_the_blend_with_nothing_done_is_compared_with_what_stands_for_doing_nothing() -> None:
    records = {
        "baseline": record("baseline", {"random_forest": 0.7, "blend": 0.6}),
        "smote": record("smote", {"blend": 0.5}, "SMOTE", "SMOTE"),
    }
    ranked = rank_candidates(records, "average_precision")
    found = list_pairs(ranked, choose_representatives(records, "auto", "average_precision"), "baseline")
    assert [(pair.scope, str(pair.candidate), str(pair.reference)) for pair in found] == [
        ("strategy", "smote/blend", "baseline/random_forest"),
        ("classifier", "smote/blend", "baseline/blend"),
        ("classifier", "baseline/blend", "baseline/random_forest"),
    ]
    standing = choose_representatives(records, "blend", "average_precision")
    assert [str(pair.candidate) for pair in list_pairs(ranked, standing, "baseline")] == ["smote/blend", "smote/blend"]
