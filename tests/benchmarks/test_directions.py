"""Which metrics are compared on a suite."""

import pytest

from benchmarks.suites.directions import (
    DECISIONS,
    QUESTIONS,
    STRONG,
    TREATMENTS,
    WEAK,
    average_differences,
    subtract_untreated,
)

METRICS = sorted({metric for pair in QUESTIONS.values() for metric in pair})
TUNED = "F1, treated at 0.5, untreated at its tuned threshold"


def make_metrics(treated: float, untreated: float) -> dict[str, dict[str, dict[str, float]]]:
    """A data set on which every metric has one value with a treatment, and another without."""
    return {
        name: {
            classifier: dict.fromkeys(METRICS, treated if name in TREATMENTS else untreated)
            for classifier in (*WEAK, *STRONG)
        }
        for name in ("baseline", *TREATMENTS)
    }


def test_the_difference_is_treated_minus_untreated_on_each_data_set() -> None:
    results = [make_metrics(0.5, 0.25), make_metrics(0.5, 0.75)]
    assert subtract_untreated(results, "Ranking: ROC-AUC", "smote", "mlp") == [0.25, -0.25]


def test_a_tuned_threshold_is_compared_with_a_treatment_at_half() -> None:
    one = make_metrics(0.0, 0.0)
    one["smote"]["mlp"]["f1, 0.5"], one["baseline"]["mlp"]["f1, tuned"] = 0.75, 0.5
    assert subtract_untreated([one], TUNED, "smote", "mlp") == [0.25]


def test_treatments_and_classifiers_are_averaged_on_each_data_set() -> None:
    one = make_metrics(0.0, 0.0)
    one["smote"]["mlp"]["roc_auc"] = 0.8  # one of four treatments, one of two weak learners
    assert average_differences([one], "Ranking: ROC-AUC", WEAK) == [pytest.approx(0.1)]
    assert average_differences([one], "Ranking: ROC-AUC", STRONG) == [0.0]


def test_each_metric_of_decisions_is_compared_at_both_thresholds() -> None:
    for metric in DECISIONS.values():
        pairs = [pair for pair in QUESTIONS.values() if pair[0].startswith(metric)]
        assert pairs == [
            (f"{metric}, 0.5", f"{metric}, 0.5"),
            (f"{metric}, 0.5", f"{metric}, tuned"),
            (f"{metric}, tuned", f"{metric}, tuned"),
        ]
