"""Every clause of the verdict must be read off the numbers: each test changes them and expects another sentence."""

from dataclasses import replace

import pytest

from stages.report.verdict.counts import count_verdicts
from stages.report.verdict.sentences import describe_verdict
from stages.report.verdict.smote import smote, smote_rows
from tests.report.factory import BASELINE, Treatment, leaderboard

IDLE = "doing nothing"
SMOTE = Treatment("smote", sampler="SMOTE")


def with_ranking(name, word):
    return Treatment(name, verdicts={"ranking": word})


def verdict_of(*treatments, champion=("baseline", "random_forest"), **kwargs):
    found = leaderboard(*treatments, **kwargs)
    return describe_verdict(found, found.candidate(*champion), IDLE)


class TestRanking:
    def test_nothing_helped(self):
        found = verdict_of(with_ranking("a", "tie"), with_ranking("b", "tie"), with_ranking("c", "worse"))
        assert found.ranking == "No treatment of the imbalance ranked better than doing nothing (2 tie, 1 worse)."

    def test_some_helped_and_are_named_with_their_intervals(self):
        found = verdict_of(with_ranking("a", "better"), with_ranking("b", "tie"), with_ranking("c", "worse"))
        assert found.ranking == (
            "1 of 3 treatments of the imbalance ranked better than doing nothing, in average precision: "
            "a (+0.030, 95 % interval +0.010 to +0.050); 1 tie, 1 worse."
        )

    def test_nothing_to_compare(self):
        found = verdict_of()
        assert found.ranking == "Only doing nothing was tried, so there is nothing to compare."
        assert found.beyond == found.smote == ""

    def test_a_reference_that_does_something_is_called_by_its_name(self):
        found = leaderboard(with_ranking("a", "tie"))
        sentence = describe_verdict(found, found.reference, "class_weight (the reference)").ranking
        assert "better than class_weight (the reference) (1 tie" in sentence


class TestChampion:
    def test_doing_nothing_names_its_ties(self):
        found = verdict_of(with_ranking("a", "tie"), with_ranking("b", "worse"), with_ranking("c", "tie"))
        assert found.champion == (
            "Champion: baseline × random_forest, average precision 0.850 on test (0.740 to 0.920); "
            "it ties with a and c."
        )

    def test_many_ties_are_counted(self):
        found = verdict_of(*(with_ranking(name, "tie") for name in "abcd"), with_ranking("e", "worse"))
        assert found.champion.endswith("; it ties with 4 of the 5 treatments.")

    def test_doing_nothing_without_a_tie_claims_none(self):
        assert verdict_of(with_ranking("a", "worse")).champion.endswith("on test (0.740 to 0.920).")

    @pytest.mark.parametrize(
        ("word", "clause"),
        [
            ("better", "it ranks better than doing nothing, baseline × random_forest (+0.030"),
            ("tie", "it ties with doing nothing, baseline × random_forest (−0.014"),
            ("worse", "it ranks worse than doing nothing, baseline × random_forest (−0.030"),
        ],
    )
    def test_a_treatment_is_held_against_doing_nothing(self, word, clause):
        assert clause in verdict_of(with_ranking("a", word), champion=("a", "random_forest")).champion

    def test_a_candidate_that_is_not_compared_claims_nothing(self):
        two = replace(BASELINE, classifiers=("random_forest", "mlp"))
        found = verdict_of(with_ranking("a", "tie"), baseline=two, champion=("baseline", "mlp"))
        assert found.champion == (
            "Champion: baseline × mlp, average precision 0.850 on test (0.740 to 0.920); its strategy is doing nothing."
        )


def test_beyond_ranking_counts_brier_and_f1():
    found = verdict_of(
        Treatment("a", verdicts={"probabilities": "worse", "decisions": "better"}),
        Treatment("b", verdicts={"probabilities": "worse"}),
        Treatment("c", verdicts={"probabilities": "better", "decisions": "worse"}),
    )
    assert found.beyond == (
        "Of the 3 treatments 2 made the probabilities worse and 1 better (Brier score); with every threshold tuned, "
        "1 decided better and 1 worse (F1)."
    )


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        (("none", "none"), "(Brier score);"),
        (("sigmoid", "sigmoid"), "(Brier score, after calibration);"),
        (("sigmoid", "none"), "(Brier score, after calibration of 1 of them);"),
    ],
)
def test_beyond_ranking_says_what_was_calibrated(methods, words):
    one, other = (Treatment(name, calibration=method) for name, method in zip("ab", methods, strict=True))
    assert words in verdict_of(one, other).beyond


class TestSmote:
    def test_no_sampler_of_the_family(self):
        assert (
            smote(leaderboard(Treatment("class_weight"), Treatment("random_over", sampler="RandomOverSampler"))) == ""
        )

    @pytest.mark.parametrize(
        ("word", "clause"),
        [
            ("better", "improved ranking here (average precision +0.030, 95 % interval +0.010 to +0.050)"),
            (
                "tie",
                "did not measurably improve ranking here (average precision −0.014, 95 % interval −0.058 to +0.016)",
            ),
            ("worse", "worsened ranking here (average precision −0.030, 95 % interval −0.050 to −0.010)"),
        ],
    )
    def test_ranking(self, word, clause):
        sentence = smote(leaderboard(replace(SMOTE, verdicts={"ranking": word})))
        assert sentence.startswith(f"SMOTE (smote × random_forest) {clause}; ")

    def test_another_classifier_on_the_other_side_is_said(self):
        sentence = smote(leaderboard(replace(SMOTE, classifiers=("xgboost",))))
        assert sentence.startswith("SMOTE (smote × xgboost, against baseline × random_forest) did not")

    def test_the_categorical_form_is_said(self):
        assert smote(leaderboard(replace(SMOTE, sampler="SMOTENC"))).startswith(
            "SMOTE (smote × random_forest, run as SMOTENC)"
        )

    @pytest.mark.parametrize(
        ("word", "clause"),
        [
            ("better", "it improved the Brier score (from 0.0300 to 0.0368)"),
            ("tie", "it did not measurably change the Brier score (from 0.0300 to 0.0368)"),
            ("worse", "it worsened the Brier score (from 0.0300 to 0.0368)"),
        ],
    )
    def test_probabilities(self, word, clause):
        sentence = smote(leaderboard(replace(SMOTE, brier=0.0368, verdicts={"probabilities": word})))
        assert sentence.endswith(f"; {clause}.")

    def test_after_calibration_the_clauses_say_so(self):
        treatment = replace(SMOTE, brier=0.031, recall_at_half=0.71, calibration="sigmoid")
        sentence = smote(leaderboard(treatment))
        assert "; it did not measurably change recall at 0.5 (from 0.700 to 0.710, after calibration); " in sentence
        assert sentence.endswith(
            "; it did not measurably change the Brier score "
            "(from 0.0300 to 0.0310 after calibration; 0.0800 without it)."
        )

    @pytest.mark.parametrize(
        ("word", "clause"),
        [
            ("worse", "; it lowered recall at 0.5 from 0.700 to 0.910; "),
            ("tie", "; it did not measurably change recall at 0.5 (from 0.700 to 0.910); "),
        ],
    )
    def test_recall_that_did_not_rise_has_no_word_on_thresholds(self, word, clause):
        treatment = replace(SMOTE, recall_at_half=0.91, verdicts={"decisions_at_half": word})
        assert clause in smote(leaderboard(treatment, baseline=replace(BASELINE, recall=0.95)))

    @pytest.mark.parametrize(
        ("moved", "clause"),
        [
            (0.92, ", which moving the threshold also does (0.920 at 0.190 for baseline × random_forest)"),
            (
                0.88,  # its interval reaches to 0.93
                ", which moving the threshold also does within the noise (0.880 at 0.190 for baseline × random_forest, "
                "95 % interval 0.830 to 0.930)",
            ),
            (
                0.80,
                ", of which moving the threshold alone gives a part (0.800 at 0.190 for baseline × random_forest)",
            ),
            (0.70, ""),  # the tuned threshold raises nothing
            (0.60, ""),
        ],
    )
    def test_recall_that_rose_is_held_against_a_moved_threshold(self, moved, clause):
        treatment = replace(SMOTE, recall_at_half=0.91, verdicts={"decisions_at_half": "better"})
        sentence = smote(leaderboard(treatment, baseline=replace(BASELINE, recall=moved)))
        assert f"; it raised recall at 0.5 from 0.700 to 0.910{clause}; " in sentence

    def test_plain_smote_speaks_for_the_family_and_the_family_is_counted(self):
        found = leaderboard(
            Treatment("adasyn", sampler="ADASYN", verdicts={"ranking": "worse"}),
            Treatment("smote_tomek", sampler="SMOTENC + TomekLinks"),
            Treatment("smote", sampler="SMOTENC"),
            Treatment("random_over", sampler="RandomOverSampler", verdicts={"ranking": "better"}),
        )
        assert [row.strategy for row in smote_rows(found)] == ["smote", "adasyn", "smote_tomek"]
        assert smote(found).startswith("SMOTE (smote × random_forest, run as SMOTENC)")
        assert smote(found).endswith("Of the 3 strategies of the SMOTE family 0 ranked better, 2 tie, 1 worse.")


def test_a_tally_looks_at_the_main_metric_of_its_family_alone():
    found = leaderboard(Treatment("a", verdicts={"ranking": "worse", "decisions": "better"}))
    assert [item.metric for item in count_verdicts(found, "decisions").better] == ["f1"]
    assert [item.metric for item in count_verdicts(found, "ranking").worse] == ["average_precision"]
    assert count_verdicts(found, "probabilities").total == 1


def test_few_positives_are_a_caution_that_comes_first():
    """The factory's test side has 40 positives."""
    enough = leaderboard(SMOTE)
    assert describe_verdict(enough, enough.reference, IDLE).caution == ""
    test = enough.data.test.model_copy(update={"positives": 19})
    few = enough.model_copy(update={"data": enough.data.model_copy(update={"test": test})})
    assert describe_verdict(few, few.reference, IDLE).sentences[0] == (
        "The test side has only 19 positives: read every number here as an anecdote."
    )
