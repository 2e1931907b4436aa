"""Intervals of single metrics: what they always keep, their edges by hand, and how often they hold the truth."""

from math import erf

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from stages.evaluate.uncertainty.bootstrap import BootstrapResult, measure_samples
from stages.evaluate.uncertainty.intervals import compute_intervals, interval_of_decisions, wilson
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats, Ints
from tests.stages.evaluate.made.tables import PERFECT, SILENT, TIED, WORST, Y, made

pytestmark = pytest.mark.slow


def measured(y: Ints, scores: Floats, threshold: float = 0.5) -> BootstrapResult:
    (found,) = measure_samples([MetricEvaluator(y, scores, threshold)], [np.ones((1, len(y)))])
    return found


def test_wilson_by_hand() -> None:
    assert wilson(5, 10, 0.95) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(10, 10, 0.95) == pytest.approx((10 / (10 + 1.96**2), 1), abs=1e-4)
    assert wilson(0, 10, 0.95) == pytest.approx((0, 1.96**2 / (10 + 1.96**2)), abs=1e-4)


def test_recall_and_specificity_have_wilsons_interval() -> None:
    counts = {"tp": 5, "fp": 2, "fn": 5, "tn": 18}
    assert interval_of_decisions("recall", counts, 0.95) == pytest.approx(wilson(5, 10, 0.95))
    assert interval_of_decisions("specificity", counts, 0.95) == pytest.approx(wilson(18, 20, 0.95))


def test_balanced_accuracy_adds_two_rates_by_their_squares() -> None:
    counts = {"tp": 5, "fp": 10, "fn": 5, "tn": 10}  # both rates 1/2
    below = [1 / 2 - wilson(5, 10, 0.95)[0], 1 / 2 - wilson(10, 20, 0.95)[0]]
    assert interval_of_decisions("balanced_accuracy", counts, 0.95)[0] == pytest.approx(0.5 - np.hypot(*below) / 2)


def test_no_alarm_leaves_precision_open() -> None:
    assert interval_of_decisions("precision", {"tp": 0, "fp": 0, "fn": 5, "tn": 20}, 0.95) == (0, 1)


def test_every_metric_has_its_interval() -> None:
    y, scores = made(20, 60, 1.0)
    assert list(compute_intervals(measured(y, scores), 0.95)) == list(METRICS)


def test_perfect_separation_is_no_certainty() -> None:
    found = compute_intervals(measured(Y, PERFECT), 0.95)
    expected = (2 / (2 + 1.96**2), 1)  # as of two trials that both went well
    assert found["average_precision"] == pytest.approx(expected, abs=1e-4)
    assert found["roc_auc"] == pytest.approx(expected, abs=1e-4)
    assert compute_intervals(measured(Y, Y.astype(float)), 0.95)["brier_score"] == pytest.approx(
        (0, 1 - expected[0]), abs=1e-4
    )
    assert compute_intervals(measured(Y, WORST), 0.95)["roc_auc"] == pytest.approx((0, 1 - expected[0]), abs=1e-4)


def test_the_same_score_for_everyone_has_no_noise() -> None:
    found = compute_intervals(measured(Y, TIED), 0.95)
    assert found["roc_auc"] == pytest.approx((0.5, 0.5))
    assert found["average_precision"] == pytest.approx((0.5, 0.5))
    assert found["brier_score"] == pytest.approx((0.25, 0.25))
    assert compute_intervals(measured(Y, SILENT), 0.95)["brier_score"] == pytest.approx((0.5, 0.5))


def test_one_positive_leaves_everything_open() -> None:
    found = compute_intervals(measured(np.array([1, 0, 0, 0]), PERFECT), 0.95)
    assert found["average_precision"] == found["roc_auc"] == found["brier_score"] == (0, 1)
    assert found["recall"] == pytest.approx((1 / (1 + 1.96**2), 1), abs=1e-4)


def test_no_random_number_has_a_part() -> None:
    y, scores = made(20, 60, 1.0)
    assert compute_intervals(measured(y, scores), 0.95) == compute_intervals(measured(y, scores), 0.95)


@settings(max_examples=150, deadline=None)
@example([(0, 0), (0, 1), (1, 1), (1, 2), (1, 2)], 0, 0.6)  # ROC-AUC without a row is 1 but for rounding
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=2, max_size=20),
    st.integers(0, 6),
    st.sampled_from([0.6, 0.95, 0.999]),
)
def test_an_interval_holds_its_value_and_stays_within_the_possible(
    rows: list[tuple[int, int]], place: int, confidence: float
) -> None:
    y, scores = np.array([label for label, _ in rows]), np.array([score / 6 for _, score in rows])
    assume(0 < y.sum() < len(y))
    found = measured(y, scores, place / 6)
    for name, (low, high) in compute_intervals(found, confidence).items():
        value = found.values[METRICS[name].family][name]
        assert 0 <= low <= value <= high <= METRICS[name].limit, name


def test_more_confidence_is_wider_and_more_rows_are_narrower() -> None:
    y, scores = made(20, 180, 1.0)
    few, sure = compute_intervals(measured(y, scores), 0.95), compute_intervals(measured(y, scores), 0.99)
    many = compute_intervals(measured(np.tile(y, 4), np.tile(scores, 4)), 0.95)
    width = {name: [high - low for low, high in (few[name], sure[name], many[name])] for name in few}
    for name, (usual, surer, narrower) in width.items():
        assert surer > usual, name
        assert narrower < 0.6 * usual, name  # half, but for what is added for few rows


@pytest.mark.parametrize("positives", [20, 60])
def test_intervals_hold_the_truth_about_as_often_as_they_say(positives: int) -> None:
    y = np.repeat([1, 0], [positives, 9 * positives])
    separation, runs = 2.0, 400
    grid = np.linspace(-6, 9, 3001)
    tail = np.vectorize(lambda value: (1 - erf(value / 2**0.5)) / 2)
    hits, misses = tail(grid - separation), tail(grid)
    scores = 1 / (1 + np.exp(4 - 2 * grid))
    density = -np.diff(hits), -np.diff(misses)
    truth = {
        "average_precision": density[0] @ (hits / (hits + 9 * misses))[1:],
        "roc_auc": (1 + erf(separation / 2)) / 2,
        "brier_score": 0.1 * density[0] @ (1 - scores[1:]) ** 2 + 0.9 * density[1] @ scores[1:] ** 2,
        "recall": (1 + erf(0.0)) / 2,  # at the median of the positives
        "precision": 0.5 / (0.5 + 9 * (1 - erf(2 / 2**0.5)) / 2),
    }
    held, rng = dict.fromkeys(truth, 0), np.random.RandomState(positives)
    for _ in range(runs):
        values = rng.normal(size=len(y)) + separation * y
        found = compute_intervals(measured(y, 1 / (1 + np.exp(4 - 2 * values)), 0.5), 0.95)
        for name, value in truth.items():
            held[name] += found[name][0] <= value <= found[name][1]
    assert all(0.91 <= times / runs <= 0.99 for times in held.values()), held
