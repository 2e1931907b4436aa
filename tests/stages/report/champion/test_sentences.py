from dataclasses import replace

import pytest

from stages.report.champion.model_card import make_card_values
from stages.report.champion.selection import ChampionChoice
from stages.report.champion.sentences import (
    describe_choice,
    describe_deployment_prevalence,
    describe_guarantee,
    describe_threshold_interval,
)
from stages.report.loading import merge_values
from stages.report.sections.champion.champion import make_section
from stages.report.sections.champion.operating_point import make_section as make_explorer_section
from stages.report.sections.leaderboard import make_candidates_section, make_leaderboard_section
from stages.report.sections.methods import make_reading_section
from stages.report.verdict.sentences import describe_verdict
from stages.report.verdict.summary import make_summary
from stages.shared.schemas.candidate import Candidate, Deployment, Guarantee
from stages.shared.schemas.leaderboard import CvComparison
from tests.stages.report.made.factory import Treatment
from tests.stages.report.made.helpers import make_context

FOREST = ("baseline", "random_forest")


def test_the_reference_is_doing_nothing_only_without_treatment():
    assert make_context().reference_name == "doing nothing"
    weighted = Treatment("class_weight", class_weight="balanced")
    assert make_context(baseline=weighted).reference_name == "class_weight (the reference)"


@pytest.mark.parametrize(
    ("select", "sentence"),
    [
        (
            {},
            "It has the best cross-validated average precision on train, among 2 candidates; the test set was not "
            "used.",
        ),
        (
            {"strategy": "a"},
            "It has the best cross-validated average precision on train, among the candidates of strategy a, "
            "which params.yaml names (select).",
        ),
        (
            {"classifier": "random_forest"},
            "It has the best cross-validated average precision on train, among the candidates of classifier "
            "random_forest, which params.yaml names (select).",
        ),
        (
            {"strategy": "a", "classifier": "random_forest"},
            "params.yaml names it (select); cross-validation did not choose it.",
        ),
    ],
)
def test_the_choice_of_the_best_or_of_a_name(select, sentence):
    assert describe_choice(make_context(Treatment("a"), champion=("a", "random_forest"), **select)) == sentence


def test_the_choice_of_the_blend_without_a_significant_difference():
    context = make_context(Treatment("smote", sampler="SMOTE", cv=0.9), champion=FOREST)
    doubt = CvComparison(
        metric="average_precision", strategy="smote", classifier="random_forest", reference_strategy="baseline",
        reference_classifier="blend", difference=0.08, low=-0.01, high=0.17,
    )  # fmt: skip
    choice = ChampionChoice(context.champion, context.leaderboard.candidates[0], doubt)
    assert describe_choice(replace(context, choice=choice)) == (
        "smote × random_forest, 0.900, has the best cross-validated average precision on train, among 2 candidates; "
        "the test set was not used. The difference from baseline × random_forest, 0.820, is not significant over the "
        "folds (+0.080, 95 % interval −0.010 to +0.170): a tie. The best score of many candidates is too "
        "good. A tie goes to the blend: the weighted vote of all classifiers without treatment of the imbalance."
    )


def test_the_choice_of_the_simplest():
    # 0.820 and 0.815: one candidate is behind by exactly the tolerance
    assert describe_choice(make_context(Treatment("a", cv=0.815), tolerance=0.005)) == (
        "baseline × random_forest, 0.820, has the best cross-validated average precision on train, among 2 candidates; "
        "the test set was not used. 1 candidate ties with it. Its score is within 0.005, or it is the same classifier "
        "untreated, without a significant difference over the folds. A tie goes to the simplest: the "
        "fewest parts in the treatment, then logistic regression before other classifiers, and these before a blend."
    )


def test_the_threshold_has_an_interval_if_train_has_few_positives():
    context = make_context()
    assert make_section(context).blocks[0].text == (
        "baseline × random_forest (no sampler), threshold 0.190 (tuned for f1)."
    )
    uncertain = context.champion.model_copy(update={"threshold_interval": (0.12, 0.31)})
    few = replace(context, choice=replace(context.choice, champion=uncertain))
    sentence = " That threshold depends on only 111 train positives: its 95 % bootstrap interval is 0.120 to 0.310."
    assert make_section(few).blocks[0].text.endswith(f"(tuned for f1).{sentence}")
    assert make_card_values(few, False)["threshold_interval"] == describe_threshold_interval(few) == sentence
    assert describe_threshold_interval(context) == ""


def test_calibrated_results_are_shown_before_and_after():
    smote = Treatment("smote", sampler="SMOTE", calibration="sigmoid")
    context = make_context(smote, champion=("smote", "random_forest"))
    sentence = (
        " These numbers are of calibrated scores (sigmoid, fitted on train alone). Without calibration the mean score "
        "is 9.000 times the prevalence and the Brier score 0.0800."
    )
    assert make_section(context).blocks[1].entries[1].endswith(f"score is 3.500 times the prevalence.{sentence}")
    assert make_card_values(context, False)["calibrated"] == sentence
    assert "calibration" not in make_section(make_context(smote)).blocks[1].entries[1]

    table = make_candidates_section(make_context(smote)).blocks[0]
    plain, changed = (dict(zip(table.header, row, strict=True)) for row in table.rows)
    assert (plain["Calibration"], plain["Brier"], plain["Mean score / prevalence"]) == ("none", "0.0300", "1.013")
    assert (changed["Calibration"], changed["Brier"]) == ("sigmoid", "0.0800 → 0.0300")
    assert (changed["ECE"], changed["Mean score / prevalence"]) == ("0.2000 → 0.0100", "9.000 → 3.500")


@pytest.mark.parametrize(
    ("calibration", "start"),
    [("none", "No candidate was calibrated (calibration"), ("sigmoid", "Calibrated: 1 of 2 candidates (sigmoid). ")],
)
def test_the_methods_name_the_calibrated_candidates(calibration, start):
    section = make_reading_section(make_context(Treatment("a", calibration=calibration)))
    assert section.blocks[0].entries[-1].startswith(start)


def test_a_policy_is_shown_with_its_parameter():
    context = make_context()
    settings = context.leaderboard.settings.model_copy(update={"policy": "min_recall", "policy_key": {"recall": 0.9}})
    changed = replace(context, leaderboard=context.leaderboard.model_copy(update={"settings": settings}))
    assert "(tuned for min_recall (recall 0.9))" in make_section(changed).blocks[0].text
    assert "tuned for min_recall (recall 0.9) on out-of-fold" in " ".join(
        make_reading_section(changed).blocks[0].entries
    )


def test_a_comparison_with_another_classifier_names_it():
    context = make_context(Treatment("a"), Treatment("b", classifiers=("easy_ensemble",)))
    table = make_candidates_section(context).blocks[0]
    assert {row[0]: row[-1] for row in table.rows} == {
        "baseline": "reference",
        "a": "tie −0.014 (−0.058 to +0.016)",
        "b": "tie −0.014 (−0.058 to +0.016), against random_forest",
    }


def test_mixed_versions_are_all_listed():
    versions = [{"numpy": "2.1", "scipy": "1.15"}, {"numpy": "2.0"}]
    assert merge_values(versions) == {"numpy": ["2.0", "2.1"], "scipy": ["1.15"]}


def test_an_untreated_champion_that_is_not_the_reference():
    baseline = Treatment("baseline", classifiers=("random_forest", "blend"), cv=0.82)
    context = make_context(
        Treatment("smote", sampler="SMOTE", cv=0.7), baseline=baseline, champion=("baseline", "blend")
    )
    use, *_ = make_summary(context).entries
    assert use.note.startswith("no treatment of the imbalance")
    verdict = describe_verdict(context.leaderboard, context.champion, context.reference_name)
    assert verdict.champion.endswith("; its strategy is doing nothing.")
    assert make_card_values(context, imblearn=False)["rank"] == "its strategy is doing nothing"

    (table,) = make_leaderboard_section(context).blocks
    assert [row[:3] for row in table.rows] == [
        ["baseline", "random_forest", "reference"],
        ["baseline (champion)", "blend", ""],
        ["smote", "random_forest", table.rows[2][2]],
    ]
    assert table.marked == 1
    assert "the champion in a row of its own" in table.caption
    (table,) = make_leaderboard_section(make_context(Treatment("smote", cv=0.7))).blocks
    assert "row of its own" not in table.caption


def with_decisions(settings, **changes):
    """Return a context whose settings and candidates have these values."""
    context = make_context()
    leaderboard = context.leaderboard.model_copy(
        update={
            "settings": context.leaderboard.settings.model_copy(update=settings),
            "candidates": [item.model_copy(update=changes) for item in context.leaderboard.candidates],
        }
    )
    champion: Candidate = leaderboard.candidates[0]
    return replace(context, leaderboard=leaderboard, choice=replace(context.choice, champion=champion))


def test_a_promise_is_told_with_its_price():
    assert describe_guarantee(make_context()) == ""
    promise = Guarantee(
        kept=True, rows_needed=22, point_threshold=0.3, price="precision", at_point=0.62, at_threshold=0.41
    )
    settings = {"policy": "min_recall", "policy_key": {"recall": 0.9}, "promise": 0.9}
    context = with_decisions(settings, promise=promise)
    assert describe_guarantee(context) == (
        " The promise is for new rows like those of train. The precision out of fold is 0.410 with it, and 0.620 at "
        "the threshold 0.300, which promises nothing."
    )
    page = str(make_section(context).blocks[0])
    assert "tuned for min_recall (recall 0.9 in 90 % of tables)" in page
    assert "Tuned is for min_recall (recall 0.9 in 90 % of tables)" in str(make_explorer_section(context).blocks[1])
    broken = with_decisions(settings, promise=promise.model_copy(update={"kept": False}))
    assert describe_guarantee(broken).startswith(
        " No threshold can promise that: this is the safest one. The precision"
    )
    assert describe_guarantee(broken) in make_card_values(broken, imblearn=False)["threshold_interval"]


def test_the_prevalence_in_use_is_told():
    assert describe_deployment_prevalence(make_context()) == []
    use = Deployment(
        prior_shift=-1.7, precision=0.4, precision_interval=(0.25, 0.6), f1=0.5, flagged=0.0182, cost_per_1000=61.2
    )
    context = with_decisions({"prevalence_in_use": 0.01}, in_use=use)
    (sentence,) = describe_deployment_prevalence(context)
    assert sentence == (
        "Its probabilities and its threshold are for the prevalence in use, 0.01; that of the test rows is 0.0506. In "
        "use expect precision 0.400 (0.250 to 0.600), F1 0.500 and 1.82 % of rows predicted positive, cost 61.2 per "
        "1,000 rows; recall does not change. All other metrics are of the test rows as they are."
    )
    assert sentence in make_card_values(context, imblearn=False)["in_use"]
    assert sentence in str(make_section(context).blocks[1])
    assert "in use precision 0.400" in str(make_summary(context))
    assert "Thresholds are of probabilities at the prevalence in use" in str(make_explorer_section(context).blocks[1])
