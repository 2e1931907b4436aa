import pytest

from stages.report.formatting import count, interval, join_names, number, percent, signed, signed_interval, spread


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("recall", 0.85, "0.850"),
        ("brier_score", 0.0285, "0.0285"),
        ("recall", -0.5, "−0.500"),
        ("threshold", 0.0004, "0.0004"),  # "0.000" would be another threshold
        ("recall", 0, "0.000"),
    ],
)
def test_a_number_has_the_digits_of_its_metric(metric, value, text):
    assert number(metric, value) == text


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("recall", 0.012, "+0.012"),
        ("recall", -0.0144, "−0.014"),
        ("brier_score", -0.0052, "−0.0052"),
        ("recall", 0.0003, "+0.0003"),  # "+0.000" that counts as better would be a riddle
        ("recall", -0.000004, "−0.000004"),
        ("recall", 0.0, "0.000"),
    ],
)
def test_a_difference_has_a_true_sign_and_never_rounds_to_nothing(metric, value, text):
    assert signed(metric, value) == text


def test_intervals_read_from_low_to_high():
    assert interval("recall", 0.74, 0.92) == "0.740 to 0.920"
    assert signed_interval("recall", -0.058, 0.016) == "−0.058 to +0.016"


def test_shares_counts_lists_and_ranges():
    assert [percent(share) for share in (0.95, 0.048, 0.995)] == ["95 %", "4.8 %", "99.5 %"]
    assert count(12345) == "12,345"
    assert [join_names(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert spread([1440, 1440]) == "1,440"
    assert spread([1440, 1438, 1439]) == "1,438 to 1,440"
