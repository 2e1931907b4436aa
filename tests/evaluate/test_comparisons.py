"""Differences from the reference: their direction, their intervals, and how often they claim too much."""

import numpy as np
import pytest

from stages.evaluate.bootstrap import Measured, measure_all
from stages.evaluate.comparisons import COMPARED, Difference, compare, simultaneous_intervals, verdict
from stages.evaluate.metrics import METRICS, Meter
from tests.evaluate.tables import made


def measured(y: np.ndarray, *scores: np.ndarray, n_resamples: int = 400) -> list[Measured]:
    return measure_all(y, [Meter(y, one, 0.5) for one in scores], n_resamples, 0)


def by_metric(differences: list[Difference]) -> dict[tuple[str, str], Difference]:
    return {(found.family, found.metric): found for found in differences}


def test_identical_candidates_tie_with_an_interval_of_no_width() -> None:
    y, scores = made(30, 270, 1.5)
    one, other = measured(y, scores, scores.copy())
    found = compare([(one, other)], 0.95)
    assert [(item.family, item.metric) for item in found] == [
        (family, metric) for family, metrics in COMPARED.items() for metric in metrics
    ]
    assert {(item.difference, item.low, item.high, item.verdict) for item in found} == {(0.0, 0.0, 0.0, "tie")}


def test_a_clear_gain_is_better_and_its_mirror_worse() -> None:
    y, good = made(60, 540, 3.0)
    _, poor = made(60, 540, 0.0)
    one, other = measured(y, good, poor)
    gains, losses = by_metric(compare([(one, other)], 0.95)), by_metric(compare([(other, one)], 0.95))
    assert gains["ranking", "average_precision"].verdict == "better"
    assert losses["ranking", "average_precision"].verdict == "worse"
    for key, gain in gains.items():
        assert gain.low <= gain.difference <= gain.high
        assert (losses[key].low, losses[key].high) == pytest.approx((-gain.high, -gain.low), abs=1e-6)


def test_a_lower_brier_score_is_better() -> None:
    y, scores = made(60, 540, 3.0)
    one, other = measured(y, scores, np.clip(scores + 0.3, 0, 1))
    gain = by_metric(compare([(one, other)], 0.95))["probabilities", "brier_score"]
    assert gain.difference < 0
    assert gain.verdict == "better"


@pytest.mark.parametrize(
    ("metric", "low", "high", "expected"),
    [
        ("average_precision", 0.01, 0.02, "better"),
        ("average_precision", -0.02, -0.01, "worse"),
        ("average_precision", -0.01, 0.01, "tie"),
        ("average_precision", 0.0, 0.01, "tie"),  # 0 is inside
        ("brier_score", 0.01, 0.02, "worse"),
        ("brier_score", -0.02, -0.01, "better"),
        ("log_loss", -0.02, 0.0, "tie"),
    ],
)
def test_verdicts(metric: str, low: float, high: float, expected: str) -> None:
    assert verdict(metric, low, high) == expected


def test_the_verdict_is_read_off_the_written_numbers() -> None:
    y, scores = made(30, 270, 1.5)
    one, other = measured(y, scores, scores + 1e-8)  # a Brier score that differs in the ninth digit, always
    found = by_metric(compare([(other, one)], 0.95))["probabilities", "brier_score"]
    assert other.values["probabilities"]["brier_score"] != one.values["probabilities"]["brier_score"]
    assert (found.low, found.high, found.verdict) == (0.0, 0.0, "tie")


def test_every_compared_metric_is_a_metric_of_its_family() -> None:
    for family, metrics in COMPARED.items():
        kind = "decisions" if family == "decisions_at_half" else family
        assert {METRICS[metric].family for metric in metrics} == {kind}


def test_nothing_to_compare() -> None:
    assert compare([], 0.95) == []


def normal_draws(rows: int) -> np.ndarray:
    return np.random.RandomState(0).normal(size=(rows, 20_000))


def test_one_comparison_has_the_usual_interval() -> None:
    low, high = simultaneous_intervals(np.array([0.0]), normal_draws(1), 0.95)
    assert (low[0], high[0]) == pytest.approx((-1.96, 1.96), abs=0.03)


def test_ten_independent_comparisons_widen_the_interval() -> None:
    _, high = simultaneous_intervals(np.zeros(10), normal_draws(10), 0.95)
    assert high == pytest.approx(2.80, abs=0.06)  # Šidák: the quantile at 1 - (1 - 0.95^(1/10)) / 2


def test_a_comparison_made_twice_costs_nothing() -> None:
    twice = np.repeat(normal_draws(1), 2, axis=0)
    assert simultaneous_intervals(np.zeros(2), twice, 0.95)[1][0] == pytest.approx(1.96, abs=0.03)


def test_each_comparison_keeps_its_own_scale() -> None:
    draws = normal_draws(2) * np.array([[1.0], [100.0]])
    _, high = simultaneous_intervals(np.zeros(2), draws, 0.95)
    assert high[1] / high[0] == pytest.approx(100, rel=0.03)


def test_a_difference_without_noise_is_left_out_of_the_band() -> None:
    draws = np.vstack([normal_draws(1), np.full((1, 20_000), 0.25)])
    low, high = simultaneous_intervals(np.array([0.0, 0.25]), draws, 0.95)
    assert (low[1], high[1]) == (0.25, 0.25)
    assert high[0] == pytest.approx(1.96, abs=0.03)


def test_equals_are_seldom_called_different() -> None:
    claims = 0
    for number in range(60):
        y, scores = made(60, 540, 1.5, random_state=number)
        rng = np.random.RandomState(number)
        noisy = [
            np.clip(scores + rng.normal(scale=0.05, size=len(y)), 0, 1) for _ in range(5)
        ]  # as good as one another
        reference, *others = measured(y, *noisy, n_resamples=200)
        found = compare([(other, reference) for other in others], 0.95)
        claims += any(item.verdict != "tie" for item in found if item.family == "ranking")
    assert claims <= 9  # 3 are expected of 60 families at 95 %; more than 9 comes once in a thousand
