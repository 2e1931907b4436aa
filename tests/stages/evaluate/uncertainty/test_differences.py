"""Differences from the reference: their direction, their intervals, and how often they claim too much."""

import numpy as np
import pytest

from stages.evaluate.uncertainty.bootstrap import BootstrapResult, bootstrap, bootstrap_weights, measure_samples
from stages.evaluate.uncertainty.differences import (
    Difference,
    PairedErrors,
    compare,
    compute_simultaneous_intervals,
    verdict,
)
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.registry import METRICS, list_compared
from tests.stages.evaluate.made.tables import made

pytestmark = pytest.mark.slow


def measured(y: np.ndarray, *scores: np.ndarray, n_resamples: int = 400) -> list[BootstrapResult]:
    return bootstrap(y, [MetricEvaluator(y, one, 0.5) for one in scores], n_resamples, 0)


def by_metric(differences: list[Difference]) -> dict[tuple[str, str], Difference]:
    return {(found.family, found.metric): found for found in differences}


def test_identical_candidates_tie_with_an_interval_of_no_width() -> None:
    y, scores = made(30, 270, 1.5)
    one, other = measured(y, scores, scores.copy())
    found = compare([(one, other)], 0.95)
    assert [(item.family, item.metric) for item in found] == [
        (family, metric) for family, metrics in list_compared().items() for metric in metrics
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
    for family, metrics in list_compared().items():
        kind = "decisions" if family == "decisions_at_half" else family
        assert {METRICS[metric].family for metric in metrics} == {kind}


def test_nothing_to_compare() -> None:
    assert compare([], 0.95) == []


def normal_replicates(rows: int) -> np.ndarray:
    return np.random.RandomState(0).normal(size=(rows, 20_000))


def half_widths(draws: np.ndarray, differences: np.ndarray | None = None, **known: float) -> np.ndarray:
    """Of 95 % intervals; the errors are known without doubt unless said otherwise."""
    count = len(draws)
    centres = np.zeros(count) if differences is None else differences
    noise = PairedErrors(
        draws,
        minimum=np.full(count, known.get("minimum", 0.0)),
        df=np.full(count, known.get("df", np.inf)),
        inflation=known.get("inflation", 1.0),
    )
    low, high = compute_simultaneous_intervals(centres, noise, 0.95)
    assert high - centres == pytest.approx(centres - low)
    return np.asarray(high - centres)


def test_one_comparison_has_the_usual_interval() -> None:
    assert half_widths(normal_replicates(1)) == pytest.approx([1.96], abs=0.05)


def test_ten_independent_comparisons_widen_the_interval() -> None:
    assert half_widths(normal_replicates(10)) == pytest.approx(2.80, abs=0.06)  # Šidák: at 1 - (1 - 0.95^(1/10)) / 2


def test_a_comparison_made_twice_costs_nothing() -> None:
    assert (half_widths(np.repeat(normal_replicates(1), 2, axis=0)) == half_widths(normal_replicates(1))).all()


def test_each_comparison_keeps_its_own_scale() -> None:
    widths = half_widths(normal_replicates(2) * np.array([[1.0], [100.0]]))
    assert widths[1] / widths[0] == pytest.approx(100, rel=0.03)


def test_a_difference_without_noise_is_left_out_of_the_band() -> None:
    draws = np.vstack([normal_replicates(1), np.full((1, 20_000), 0.25)])
    assert half_widths(draws, np.array([0.0, 0.25])) == pytest.approx([1.96, 0], abs=0.05)


def test_an_error_that_is_badly_known_widens_the_interval_as_students_t_does() -> None:
    widths = half_widths(normal_replicates(1), df=4)
    assert widths / half_widths(normal_replicates(1)) == pytest.approx(2.776 / 1.96, rel=0.02)


def test_an_error_that_is_too_small_is_inflated_and_has_a_least_size() -> None:
    usual = half_widths(normal_replicates(1))
    assert half_widths(normal_replicates(1), inflation=1.5) == pytest.approx(1.5 * usual)
    assert half_widths(normal_replicates(1), minimum=2.0) == pytest.approx(2 * usual, rel=0.02)
    assert half_widths(np.zeros((1, 300)), minimum=2.0) == pytest.approx(2 * 1.96, rel=0.001)  # no noise at all


def test_few_resamples_widen_the_interval() -> None:
    draws = normal_replicates(1)
    few = [half_widths(draws[:, start : start + 200])[0] for start in range(0, 20_000, 200)]
    assert np.mean(few) > 1.05 * half_widths(draws)[0]


def test_models_that_decide_all_test_rows_alike_are_not_called_the_same() -> None:
    y = np.repeat([1, 0], [20, 80])
    scores = np.where(np.arange(100) < 15, 0.9, 0.1)  # recall 15/20, no false alarm
    one, other = measured(y, scores, scores + np.linspace(0, 0.05, 100))
    recall = by_metric(compare([(one, other)], 0.95))["decisions", "recall"]
    assert (recall.difference, recall.verdict) == (0, "tie")
    # one positive more that only the one finds and one that only the other finds: an error of √2 / 21
    assert recall.high == pytest.approx(2**0.5 / 21 * 2.093, rel=0.01)  # Student's t with 19 degrees of freedom


def test_a_single_positive_row_decides_nothing() -> None:
    y = np.repeat([1, 0], [1, 30])
    good, poor = np.linspace(1, 0, 31), np.linspace(0, 1, 31)
    found = by_metric(compare([tuple(measured(y, good, poor))], 0.95))
    for name in ("average_precision", "roc_auc"):
        assert (found["ranking", name].low, found["ranking", name].high) == (-1, 1)
        assert found["ranking", name].verdict == "tie"


def test_perfect_on_three_positives_is_not_surely_better_than_chance() -> None:
    y = np.repeat([1, 0], [3, 30])
    found = by_metric(compare([tuple(measured(y, y * 0.9, np.full(33, 0.1)))], 0.95))["ranking", "roc_auc"]
    assert (found.difference, found.verdict) == (0.5, "tie")  # no resample differs, yet it is three rows


def test_an_interval_stays_within_the_possible() -> None:
    for number in range(20):
        y, good = made(3, 12, 2.0, random_state=number)
        _, poor = made(3, 12, -2.0, random_state=number)
        for found in compare([tuple(measured(y, good, poor))], 0.95):
            limit = METRICS[found.metric].limit
            assert -limit <= found.low <= found.difference <= found.high <= limit


@pytest.mark.parametrize(("positives", "alike"), [(20, 0.5), (20, 0.95), (60, 0.5)])
def test_equals_are_seldom_called_different(positives: int, alike: float) -> None:
    claims = dict.fromkeys(list_compared(), 0)
    y = np.repeat([1, 0], [positives, 9 * positives])
    samples = list(bootstrap_weights(y, 300, 0))
    rng = np.random.RandomState(positives)
    for _ in range(100):
        noise = np.sqrt(alike) * rng.normal(size=len(y)) + np.sqrt(1 - alike) * rng.normal(size=(5, len(y)))
        scores = 1 / (1 + np.exp(1.5 - noise - 1.5 * y))  # all five as good as one another
        reference, *others = measure_samples([MetricEvaluator(y, row, 0.3) for row in scores], samples)
        found = compare([(other, reference) for other in others], 0.95)
        for family in {item.family for item in found if item.verdict != "tie"}:
            claims[family] += 1
    assert max(claims.values()) <= 12, claims  # 5 of 100 are allowed; more than 12 would come once in a thousand


def test_a_single_difference_holds_the_truth_about_as_often_as_it_says() -> None:
    positives, held = 30, {"average_precision": 0, "roc_auc": 0, "brier_score": 0, "recall": 0}
    y = np.repeat([1, 0], [positives, 9 * positives])
    samples = list(bootstrap_weights(y, 400, 0))
    rng = np.random.RandomState(0)
    for _ in range(250):
        noise = rng.normal(size=len(y)) + rng.normal(size=(2, len(y)))
        one, other = measure_samples(
            [MetricEvaluator(y, row, 0.3) for row in 1 / (1 + np.exp(2 - noise - 2 * y))], samples
        )
        for metric in held:
            (found,) = compare([(one, other)], 0.95, {METRICS[metric].family: (metric,)})
            held[metric] += found.low <= 0 <= found.high
    assert all(0.92 <= times / 250 < 1 for times in held.values()), held


def test_a_true_gain_is_found() -> None:
    found = 0
    for number in range(20):
        y, good = made(60, 540, 2.5, random_state=number)
        _, poor = made(60, 540, 1.5, random_state=number)
        one, other = measured(y, good, poor)
        found += by_metric(compare([(one, other)], 0.95))["ranking", "average_precision"].verdict == "better"
    assert found >= 18
