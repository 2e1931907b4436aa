"""What is compared with what over a suite."""

import pytest

from benchmarks.verdict.directions import DECISIONS, QUESTIONS, STRONG, TREATMENTS, WEAK, differences, pooled

METRICS = sorted({metric for pair in QUESTIONS.values() for metric in pair})
TUNED = "F1, treated at 0.5, untreated at its tuned threshold"


def measured(treated: float, untreated: float) -> dict[str, dict[str, dict[str, float]]]:
    """A data set on which every metric has one value with a treatment, and another without."""
    return {
        name: {
            classifier: dict.fromkeys(METRICS, treated if name in TREATMENTS else untreated)
            for classifier in (*WEAK, *STRONG)
        }
        for name in ("baseline", *TREATMENTS)
    }


def test_the_untreated_is_taken_from_the_treated_by_data_set() -> None:
    results = {"a": measured(0.5, 0.25), "b": measured(0.5, 0.75)}
    assert differences(results, "Ranking: ROC-AUC", "smote", "mlp") == {"a": 0.25, "b": -0.25}


def test_a_moved_threshold_stands_against_a_treatment_at_half() -> None:
    one = measured(0.0, 0.0)
    one["smote"]["mlp"]["f1, 0.5"], one["baseline"]["mlp"]["f1, tuned"] = 0.75, 0.5
    assert differences({"a": one}, TUNED, "smote", "mlp") == {"a": 0.25}


def test_treatments_and_classifiers_are_pooled_in_each_data_set() -> None:
    one = measured(0.0, 0.0)
    one["smote"]["mlp"]["roc_auc"] = 0.8  # one of four treatments, one of two weak learners
    assert pooled({"a": one}, "Ranking: ROC-AUC", WEAK) == {"a": pytest.approx(0.1)}
    assert pooled({"a": one}, "Ranking: ROC-AUC", STRONG) == {"a": 0.0}


def test_each_metric_of_decisions_is_asked_about_at_both_thresholds() -> None:
    for metric in DECISIONS:
        pairs = [pair for pair in QUESTIONS.values() if pair[0].startswith(metric)]
        assert pairs == [
            (f"{metric}, 0.5", f"{metric}, 0.5"),
            (f"{metric}, 0.5", f"{metric}, tuned"),
            (f"{metric}, tuned", f"{metric}, tuned"),
        ]
