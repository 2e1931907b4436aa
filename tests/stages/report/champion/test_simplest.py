"""The simplest candidate beside the champion: its difference over the folds, and the word for it."""

import pytest

from stages.report.champion.simplest import describe_simplest, find_simplest
from stages.shared.schemas.leaderboard import CvComparison
from tests.stages.report.made.factory import Treatment, leaderboard

BASELINE = Treatment("baseline", classifiers=("blend", "random_forest", "logistic_regression"), cv=0.82)


def ranked(low, high, margin):
    comparison = CvComparison(
        metric="average_precision", strategy="baseline", classifier="logistic_regression",
        reference_strategy="baseline", reference_classifier="blend", difference=-0.02, low=low, high=high,
    )  # fmt: skip
    made = leaderboard(Treatment("smote", sampler="SMOTE"), baseline=BASELINE)
    settings = made.settings.model_copy(update={"margins": {"average_precision": margin}})
    return made.model_copy(update={"cv_comparisons": [comparison], "settings": settings})


@pytest.mark.parametrize(
    ("low", "high", "margin", "word"),
    [
        (-0.03, -0.01, 0.01, "worse"),
        (-0.03, 0.01, 0.01, "cannot tell"),
        (-0.009, 0.01, 0.01, "same"),
        (0.01, 0.03, 0.01, "better"),
    ],
)
def test_the_difference_from_the_champion_is_judged(low, high, margin, word):
    made = ranked(low, high, margin)
    champion = made.candidate("baseline", "blend")
    assert str(find_simplest(made)) == "baseline × logistic_regression"
    said = describe_simplest(made, champion)
    assert said.startswith(
        "The simplest candidate, baseline × logistic_regression, has a cross-validated average precis"
    )
    assert said.endswith(
        f"the difference from the champion is −0.020 ({low:+.3f} to {high:+.3f}): {word}.".replace("-", "−")
    )


def test_nothing_is_said_where_it_is_the_champion_itself():
    made = ranked(-0.03, -0.01, 0.01)
    assert describe_simplest(made, made.candidate("baseline", "logistic_regression")) == ""


def test_without_a_comparison_over_the_folds_there_is_no_word():
    made = ranked(-0.03, -0.01, 0.01)
    said = describe_simplest(made, made.candidate("smote", "random_forest"))
    assert said.endswith("the difference from the champion is 0.000.")
