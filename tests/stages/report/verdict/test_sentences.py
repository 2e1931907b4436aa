"""Every clause of the verdict follows from numbers: each test changes them and expects another sentence."""

from dataclasses import replace

import pytest

from stages.report.verdict.counts import count_verdicts
from stages.report.verdict.sentences import describe_verdict
from stages.report.verdict.smote import describe_smote, find_smote_rows
from tests.stages.report.made.factory import BASELINE, Treatment, leaderboard

REFERENCE = "doing nothing"
SMOTE = Treatment("smote", sampler="SMOTE")


def with_ranking(name, word):
    return Treatment(name, verdicts={"ranking": word})


def make_verdict(*treatments, champion=("baseline", "random_forest"), **kwargs):
    ranked = leaderboard(*treatments, **kwargs)
    return describe_verdict(ranked, ranked.candidate(*champion), REFERENCE)


class TestRanking:
    def test_no_better_treatment(self):
        verdict = make_verdict(with_ranking("a", "tie"), with_ranking("b", "tie"), with_ranking("c", "worse"))
        assert verdict.ranking == "No treatment of the imbalance ranked better than doing nothing (2 tie, 1 worse)."

    def test_better_treatments_are_named_with_their_intervals(self):
        verdict = make_verdict(with_ranking("a", "better"), with_ranking("b", "tie"), with_ranking("c", "worse"))
        assert verdict.ranking == (
            "1 of 3 treatments of the imbalance ranked better than doing nothing, in average precision: "
            "a (+0.030, 95 % interval +0.010 to +0.050); 1 tie, 1 worse."
        )

    def test_nothing_to_compare(self):
        verdict = make_verdict()
        assert verdict.ranking == "Only doing nothing was trained, so there is nothing to compare."
        assert verdict.other_families == verdict.smote == ""

    def test_a_treated_reference_has_its_name(self):
        ranked = leaderboard(with_ranking("a", "tie"))
        sentence = describe_verdict(ranked, ranked.reference, "class_weight (the reference)").ranking
        assert "better than class_weight (the reference) (1 tie" in sentence


class TestChampion:
    def test_doing_nothing_names_its_ties(self):
        verdict = make_verdict(with_ranking("a", "tie"), with_ranking("b", "worse"), with_ranking("c", "tie"))
        assert verdict.champion == (
            "Champion: baseline × random_forest, average precision 0.850 on test (0.740 to 0.920); "
            "it ties with a and c."
        )

    def test_many_ties_are_counted(self):
        verdict = make_verdict(*(with_ranking(name, "tie") for name in "abcd"), with_ranking("e", "worse"))
        assert verdict.champion.endswith("; it ties with 4 of the 5 treatments.")

    def test_doing_nothing_without_a_tie(self):
        assert make_verdict(with_ranking("a", "worse")).champion.endswith("on test (0.740 to 0.920).")

    @pytest.mark.parametrize(
        ("word", "clause"),
        [
            ("better", "it ranks better than doing nothing, baseline × random_forest (+0.030"),
            ("tie", "it ties with doing nothing, baseline × random_forest (−0.014"),
            ("worse", "it ranks worse than doing nothing, baseline × random_forest (−0.030"),
        ],
    )
    def test_a_treatment_is_compared_with_doing_nothing(self, word, clause):
        assert clause in make_verdict(with_ranking("a", word), champion=("a", "random_forest")).champion

    def test_another_untreated_candidate_is_not_compared(self):
        two = replace(BASELINE, classifiers=("random_forest", "mlp"))
        verdict = make_verdict(with_ranking("a", "tie"), baseline=two, champion=("baseline", "mlp"))
        assert verdict.champion == (
            "Champion: baseline × mlp, average precision 0.850 on test (0.740 to 0.920); its strategy is doing nothing."
        )


def test_other_families_count_brier_score_and_f1():
    verdict = make_verdict(
        Treatment("a", verdicts={"probabilities": "worse", "decisions": "better"}),
        Treatment("b", verdicts={"probabilities": "worse"}),
        Treatment("c", verdicts={"probabilities": "better", "decisions": "worse"}),
    )
    assert verdict.other_families == (
        "Of the 3 treatments 2 made the probabilities worse and 1 better (Brier score). With tuned thresholds, "
        "1 decided better and 1 worse (F1)."
    )


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        (("none", "none"), "(Brier score)."),
        (("sigmoid", "sigmoid"), "(Brier score, after calibration)."),
        (("sigmoid", "none"), "(Brier score, after calibration of 1 of them)."),
    ],
)
def test_other_families_name_calibration(methods, words):
    treatments = (Treatment(name, calibration=method) for name, method in zip("ab", methods, strict=True))
    assert words in make_verdict(*treatments).other_families


class TestSmote:
    def test_no_sampler_of_the_family(self):
        assert (
            describe_smote(
                leaderboard(Treatment("class_weight"), Treatment("random_over", sampler="RandomOverSampler"))
            )
            == ""
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
        sentence = describe_smote(leaderboard(replace(SMOTE, verdicts={"ranking": word})))
        assert sentence.startswith(f"SMOTE (smote × random_forest) {clause}. ")

    def test_a_comparison_with_another_classifier_names_it(self):
        sentence = describe_smote(leaderboard(replace(SMOTE, classifiers=("xgboost",))))
        assert sentence.startswith("SMOTE (smote × xgboost, against baseline × random_forest) did not")

    def test_the_categorical_form_is_named(self):
        assert describe_smote(leaderboard(replace(SMOTE, sampler="SMOTENC"))).startswith(
            "SMOTE (smote × random_forest, run as SMOTENC)"
        )

    @pytest.mark.parametrize(
        ("word", "clause"),
        [
            ("better", "It improved the Brier score (from 0.0300 to 0.0368)"),
            ("tie", "It did not measurably change the Brier score (from 0.0300 to 0.0368)"),
            ("worse", "It worsened the Brier score (from 0.0300 to 0.0368)"),
        ],
    )
    def test_probabilities(self, word, clause):
        sentence = describe_smote(leaderboard(replace(SMOTE, brier=0.0368, verdicts={"probabilities": word})))
        assert sentence.endswith(f". {clause}.")

    def test_clauses_name_calibration(self):
        treatment = replace(SMOTE, brier=0.031, recall_at_half=0.71, calibration="sigmoid")
        sentence = describe_smote(leaderboard(treatment))
        assert ". It did not measurably change recall at 0.5 (from 0.700 to 0.710, after calibration). " in sentence
        assert sentence.endswith(
            ". It did not measurably change the Brier score "
            "(from 0.0300 to 0.0310 after calibration; 0.0800 without it)."
        )

    @pytest.mark.parametrize(
        ("word", "clause"),
        [
            ("worse", ". It lowered recall at 0.5 (from 0.700 to 0.910). "),
            ("tie", ". It did not measurably change recall at 0.5 (from 0.700 to 0.910). "),
        ],
    )
    def test_recall_that_did_not_rise_is_not_compared_with_a_threshold(self, word, clause):
        treatment = replace(SMOTE, recall_at_half=0.91, verdicts={"decisions_at_half": word})
        assert clause in describe_smote(leaderboard(treatment, baseline=replace(BASELINE, recall=0.95)))

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
    def test_raised_recall_is_compared_with_a_moved_threshold(self, moved, clause):
        treatment = replace(SMOTE, recall_at_half=0.91, verdicts={"decisions_at_half": "better"})
        sentence = describe_smote(leaderboard(treatment, baseline=replace(BASELINE, recall=moved)))
        assert f". It raised recall at 0.5 (from 0.700 to 0.910){clause}. " in sentence

    def test_plain_smote_represents_its_family(self):
        ranked = leaderboard(
            Treatment("adasyn", sampler="ADASYN", verdicts={"ranking": "worse"}),
            Treatment("smote_tomek", sampler="SMOTENC + TomekLinks"),
            Treatment("smote", sampler="SMOTENC"),
            Treatment("random_over", sampler="RandomOverSampler", verdicts={"ranking": "better"}),
        )
        assert [row.strategy for row in find_smote_rows(ranked)] == ["smote", "adasyn", "smote_tomek"]
        assert describe_smote(ranked).startswith("SMOTE (smote × random_forest, run as SMOTENC)")


def test_verdicts_are_counted_for_the_main_metric_of_a_family():
    ranked = leaderboard(Treatment("a", verdicts={"ranking": "worse", "decisions": "better"}))
    assert [item.metric for item in count_verdicts(ranked, "decisions").better] == ["f1"]
    assert [item.metric for item in count_verdicts(ranked, "ranking").worse] == ["average_precision"]
    assert count_verdicts(ranked, "probabilities").total == 1


def test_few_positives_are_a_caution_before_the_verdict():
    """The test set of the factory has 40 positives."""
    enough = leaderboard(SMOTE)
    assert describe_verdict(enough, enough.reference, REFERENCE).caution == ""
    test = enough.data.test.model_copy(update={"positives": 19})
    few = enough.model_copy(update={"data": enough.data.model_copy(update={"test": test})})
    assert describe_verdict(few, few.reference, REFERENCE).sentences[0] == (
        "The test set has only 19 positives: all results are highly uncertain."
    )
