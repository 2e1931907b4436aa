from dataclasses import replace
import io
import zipfile

import pytest

from stages.report.champion.artifacts import card_facts, describe_rank, describe_uncertainty, needs_imblearn, section
from stages.report.champion.selection import ChampionChoice, choose
from stages.report.context import ReportContext
from stages.report.loading import merge_values
from stages.report.params import ReportParams
from stages.report.sections.leaderboard import candidates, leaderboard_section
from stages.report.sections.methods import how_to_read
from stages.report.verdict.sentences import describe_verdict
from stages.report.verdict.summary import answer
from stages.shared.schemas.contract import Contract
from stages.shared.schemas.leaderboard import CvComparison
from stages.shared.schemas.trace import Trace
from tests.report.factory import BASELINE, SELECT, Treatment, contract_json, leaderboard, trace_json


def make_context(*treatments, champion=("baseline", "random_forest"), baseline=BASELINE, **select):
    every = (baseline, *treatments)
    strategies = {item.name: {"sampler": item.sampler, "class_weight": item.class_weight} for item in every}
    select = {**SELECT, **select}
    params = ReportParams.model_validate({"random_state": 42, "select": select, "strategies": strategies})
    traces = {item.name: Trace.model_validate(trace_json(item)) for item in every}
    contract = Contract.model_validate(contract_json())
    found = leaderboard(*treatments, baseline=baseline)
    choice = replace(choose(params, found), champion=found.candidate(*champion))
    return ReportContext(params, contract, found, choice, traces, {}, {}, {}, {}, {}, {})


def test_the_rival_does_nothing_only_where_it_does_nothing():
    assert make_context().reference_name == "doing nothing"
    weighted = Treatment("class_weight", class_weight="balanced")
    champion = ("class_weight", "random_forest")
    assert make_context(baseline=weighted, champion=champion).reference_name == "class_weight (the reference)"


@pytest.mark.parametrize(
    ("select", "sentence"),
    [
        ({}, "It has the best cross-validated average precision on train, among 2 candidates; test had no say."),
        (
            {"strategy": "a"},
            "It has the best cross-validated average precision on train, among the candidates of strategy a, "
            "which params.yaml names (select).",
        ),
        (
            {"strategy": "a", "classifier": "random_forest"},
            "It is named in params.yaml (select), not chosen by the numbers.",
        ),
    ],
)
def test_why_the_champion_is_the_champion(select, sentence):
    assert make_context(Treatment("a"), champion=("a", "random_forest"), **select).why_champion == sentence


def test_where_the_folds_cannot_tell_it_says_that_the_blend_goes_first():
    found = make_context(Treatment("smote", sampler="SMOTE", cv=0.9), champion=("baseline", "random_forest"))
    best, champion = found.leaderboard.candidates[0], found.leaderboard.candidate("baseline", "random_forest")
    doubt = CvComparison(
        metric="average_precision", strategy="smote", classifier="random_forest", reference_strategy="baseline",
        reference_classifier="blend", difference=0.08, low=-0.01, high=0.17,
    )  # fmt: skip
    why = replace(found, choice=ChampionChoice(champion, best, doubt)).why_champion
    assert why.startswith("smote × random_forest, 0.900, has the best cross-validated average precision on train")
    assert (
        "the folds cannot tell it from baseline × random_forest, 0.820 (+0.080, 95 % interval −0.010 to +0.170)" in why
    )
    assert "a tie." in why
    assert why.endswith("share the vote, and with nothing done about the imbalance.")


def test_of_equals_it_says_that_the_simplest_was_taken():
    # 0.820 and 0.815: one candidate is behind by exactly the tolerance
    assert make_context(Treatment("a", cv=0.815), tolerance=0.005).why_champion == (
        "baseline × random_forest, 0.820, has the best cross-validated average precision on train, among 2 candidates; "
        "test had no say. 1 candidate ties with it (within 0.005, or the same classifier with nothing done, from which "
        "the folds cannot tell it), and a tie goes to the simplest: the fewest moving parts in the treatment, then "
        "logistic regression before other classifiers, and these before a blend."
    )


def test_the_champions_threshold_is_called_unsure_where_positives_are_few():
    found = make_context()
    assert section(found).blocks[0].text == "baseline × random_forest (no sampler), threshold 0.190 (chosen for f1)."
    unsure_one = found.champion.model_copy(update={"threshold_interval": (0.12, 0.31)})
    few = replace(found, choice=replace(found.choice, champion=unsure_one))
    assert (
        section(few)
        .blocks[0]
        .text.endswith(
            "(chosen for f1). Only 111 train positives stand behind that threshold: its 95 % bootstrap interval is "
            "0.120 to 0.310."
        )
    )
    assert card_facts(few, False)["uncertainty"] == describe_uncertainty(few) != "" == describe_uncertainty(found)


def test_a_calibrated_champion_says_before_and_after():
    smote = Treatment("smote", sampler="SMOTE", calibration="sigmoid")
    found = make_context(smote, champion=("smote", "random_forest"))
    sentence = (
        " These numbers are of calibrated scores (sigmoid, learned from train alone): the mean of the raw ones is "
        "9.000 times the prevalence, their Brier score 0.0800."
    )
    assert section(found).blocks[1].entries[1].endswith(f"Its mean score is 3.500 times the prevalence.{sentence}")
    assert card_facts(found, False)["calibrated"] == sentence
    assert "calibration" not in section(make_context(smote)).blocks[1].entries[1]


def test_the_table_of_candidates_shows_before_and_after_where_there_was_calibration():
    found = candidates(make_context(Treatment("smote", sampler="SMOTE", calibration="sigmoid"))).blocks[0].blocks[0]
    plain, changed = (dict(zip(found.header, row, strict=True)) for row in found.rows)
    assert (plain["Calibration"], plain["Brier"], plain["Mean score / prevalence"]) == ("none", "0.0300", "1.013")
    assert (changed["Calibration"], changed["Brier"]) == ("sigmoid", "0.0800 → 0.0300")
    assert (changed["ECE"], changed["Mean score / prevalence"]) == ("0.2000 → 0.0100", "9.000 → 3.500")


def test_how_to_read_says_who_was_calibrated():
    def told(*treatments):
        return how_to_read(make_context(*treatments)).blocks[0].entries[-1]

    assert told(Treatment("a")).startswith("No candidate was calibrated (calibration in params.yaml)")
    assert told(Treatment("a", calibration="sigmoid")).startswith("Calibrated: 1 of 2 candidates (sigmoid). ")


def test_a_policy_is_said_with_its_own_key():
    found = make_context()
    settings = found.leaderboard.settings.model_copy(update={"policy": "min_recall", "policy_key": {"recall": 0.9}})
    told = replace(found, leaderboard=found.leaderboard.model_copy(update={"settings": settings}))
    assert "(chosen for min_recall (recall 0.9))" in section(told).blocks[0].text
    assert "chosen for min_recall (recall 0.9) on out-of-fold" in " ".join(how_to_read(told).blocks[0].entries)


def near_sentence(*cvs):
    blocks = section(make_context(*(Treatment(f"t{place}", cv=cv) for place, cv in enumerate(cvs)))).blocks
    return blocks[1].entries[-1]


def test_candidates_near_the_champion_are_named_and_many_are_counted():
    # the champion has 0.82 ± 0.021
    assert near_sentence(0.81, 0.79) == (
        "Of the 2 other candidates 1 has a cross-validated average precision within one standard deviation (0.021) of "
        "the champion's: t0 × random_forest."
    )
    assert near_sentence(0.7).startswith(
        "Of the 1 other candidates none have a cross-validated average precision within"
    )
    assert near_sentence(*[0.81] * 8).startswith("Of the 8 other candidates 8 have")
    assert near_sentence(*[0.81] * 8).endswith("of the champion's.")


def test_another_classifier_on_the_other_side_is_said_and_the_same_is_not():
    table = candidates(make_context(Treatment("a"), Treatment("b", classifiers=("easy_ensemble",)))).blocks[0].blocks[0]
    cells = {row[0]: row[-1] for row in table.rows}
    assert cells == {
        "baseline": "reference",
        "a": "tie −0.014 (−0.058 to +0.016)",
        "b": "tie −0.014 (−0.058 to +0.016), against random_forest",
    }


def test_mixed_versions_are_all_listed():
    assert merge_values([{"numpy": "2.1", "scipy": "1.15"}, {"numpy": "2.0"}]) == {
        "numpy": ["2.0", "2.1"],
        "scipy": ["1.15"],
    }


@pytest.mark.parametrize(("module", "needed"), [("imblearn.ensemble._forest", True), ("sklearn.ensemble", False)])
def test_a_model_says_whether_it_needs_imbalanced_learn(module, needed):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", f'{{"__module__":"{module}"}}')
    with zipfile.ZipFile(buffer) as archive:
        assert needs_imblearn(archive) is needed


def add_blend(**select):
    """The blend of the baseline is the champion, its forest stands for it."""
    baseline = Treatment("baseline", classifiers=("random_forest", "blend"), cv=0.82)
    return make_context(
        Treatment("smote", sampler="SMOTE", cv=0.7), baseline=baseline, champion=("baseline", "blend"), **select
    )


def test_a_champion_that_does_nothing_though_another_stands_for_that():
    found = add_blend()
    use, _, _, sure = answer(found).entries
    assert use.note.startswith("the imbalance is left as it is")
    assert sure.answer == "No treatment ranks better; 1 of 1 tie"
    assert describe_verdict(found.leaderboard, found.champion, found.reference_name).champion.endswith(
        "; its strategy is doing nothing."
    )
    (sentence,) = describe_rank(found)
    assert sentence.startswith("The other strategies are compared with baseline × random_forest, which has the best")


def test_the_champion_has_a_row_of_its_own_where_another_stands_for_its_strategy():
    (table,) = leaderboard_section(add_blend()).blocks
    assert [row[:3] for row in table.rows] == [
        ["baseline", "random_forest", "reference"],
        ["baseline (champion)", "blend", ""],
        ["smote", "random_forest", table.rows[2][2]],
    ]
    assert table.marked == 1
    assert "and the champion beside its own" in table.caption
    (plain,) = leaderboard_section(make_context(Treatment("smote", cv=0.7))).blocks
    assert "beside its own" not in plain.caption
