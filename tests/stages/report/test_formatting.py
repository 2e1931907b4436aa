import pytest

from stages.report.formatting import (
    format_axis_title,
    format_count,
    format_difference,
    format_difference_interval,
    format_interval,
    format_metric,
    format_percent,
    format_range,
    join_names,
)


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("recall", 0.85, "0.850"),
        ("brier_score", 0.0285, "0.0285"),
        ("net_benefit(0.1)", 0.0285, "0.0285"),
        ("recall", -0.5, "−0.500"),
        ("threshold", 0.0004, "0.0004"),  # "0.000" would be another threshold
        ("recall", 0, "0.000"),
    ],
)
def test_a_value_has_the_digits_of_its_metric(metric, value, text):
    assert format_metric(metric, value) == text


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("recall", 0.012, "+0.012"),
        ("recall", -0.0144, "−0.014"),
        ("brier_score", -0.0052, "−0.0052"),
        ("recall", 0.0003, "+0.0003"),  # "+0.000" with the verdict better would be confusing
        ("recall", -0.000004, "−0.000004"),
        ("recall", 0.0, "0.000"),
    ],
)
def test_a_difference_has_a_sign_and_never_rounds_to_zero(metric, value, text):
    assert format_difference(metric, value) == text


def test_intervals():
    assert format_interval("recall", 0.74, 0.92) == "0.740 to 0.920"
    assert format_difference_interval("recall", -0.058, 0.016) == "−0.058 to +0.016"


def test_shares_counts_lists_and_ranges():
    assert [format_percent(share) for share in (0.95, 0.048, 0.995)] == ["95 %", "4.8 %", "99.5 %"]
    assert format_count(12345) == "12,345"
    assert [join_names(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert format_range([1440, 1440]) == "1,440"
    assert format_range([1440, 1438, 1439]) == "1,438 to 1,440"


def test_an_axis_title_contains_the_direction():
    assert [format_axis_title(metric) for metric in ("recall", "log_loss")] == ["recall", "log loss (lower is better)"]
