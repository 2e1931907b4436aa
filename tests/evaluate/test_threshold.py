"""The threshold is the best that a metrics file can hold, and what is stored is what was measured."""

from collections.abc import Callable
from fractions import Fraction
import json
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from stages.evaluate.decisions import Counts
from stages.evaluate.metrics import Meter
from stages.evaluate.params import CostParams, ThresholdParams
from stages.evaluate.threshold import POLICIES, counts_at, possible_thresholds, tuned_threshold
from stages.shared.files import rounded
from tests.evaluate.tables import BALANCED, PERFECT, TIED, WORST, Y

MISSES_HURT = CostParams(false_negative=10.0, false_positive=1.0)
ALARMS_HURT = CostParams(false_negative=1.0, false_positive=10.0)


@pytest.mark.parametrize(
    ("scores", "policy", "cost", "expected"),
    [
        (PERFECT, "f1", None, 0.5),
        (PERFECT, "g_mean", None, 0.5),
        (BALANCED, "f1", None, 0.25),  # both positives and one false alarm: 4/5
        (BALANCED, "g_mean", None, 0.75),  # 0.25 and 0.75 are as good: the highest, with the fewest alarms
        (BALANCED, "balanced_accuracy", None, 0.75),
        (BALANCED, "cost", MISSES_HURT, 0.25),
        (BALANCED, "cost", ALARMS_HURT, 0.75),
        (WORST, "f1", None, 0.0),  # everybody: 2/3; with any other one positive at most: 2/5
        (WORST, "cost", ALARMS_HURT, 1.0),  # an alarm never pays: flag nobody
        (TIED, "f1", None, 0.0),  # flag everybody: 2/3
        (TIED, "g_mean", None, 1.0),  # nothing helps: flag nobody
    ],
)
def test_by_hand(scores: np.ndarray, policy: str, cost: CostParams | None, expected: float) -> None:
    assert tuned_threshold(Y, scores, policy, cost) == expected


def test_every_policy_of_params_is_there() -> None:
    assert list(POLICIES) == list(get_args(ThresholdParams.model_fields["policy"].annotation))


def by_brute_force(y: np.ndarray, scores: np.ndarray, policy: str, cost: CostParams, threshold: float) -> Fraction:
    """The value of one threshold in whole numbers, row by row."""
    pairs = list(zip(y.tolist(), (scores >= threshold).tolist(), strict=True))
    tp, fp, fn, tn = (pairs.count(pair) for pair in ((1, True), (0, True), (1, False), (0, False)))
    values: dict[str, Callable[[], Fraction]] = {
        "f1": lambda: Fraction(2 * tp, 2 * tp + fp + fn),
        "g_mean": lambda: Fraction(tp, tp + fn) * Fraction(tn, tn + fp),  # squared
        "balanced_accuracy": lambda: Fraction(tp, tp + fn) + Fraction(tn, tn + fp),
        "cost": lambda: -(Fraction(cost.false_negative) * fn + Fraction(cost.false_positive) * fp),
    }
    return values[policy]()


def test_a_rare_positive_counts_as_much_as_all_negatives() -> None:
    y, scores = np.array([1, 0, 0, 0, 0]), np.array([0.3, 0.1, 0.2, 0.4, 0.5])
    assert tuned_threshold(y, scores, "g_mean") == 0.25  # accuracy would flag nobody
    assert tuned_threshold(y, scores, "balanced_accuracy") == 0.25


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20)), max_size=20),
    cost=st.sampled_from([MISSES_HURT, ALARMS_HURT]),
)
def test_no_threshold_is_better(rows: list[tuple[int, int]], policy: str, cost: CostParams) -> None:
    rows = [*rows, (1, 13), (0, 6)]  # both classes
    y, scores = np.array([label for label, _ in rows]), np.array([place / 20 for _, place in rows])
    everywhere = np.linspace(0, 1, 81)  # on every score and between any two
    values = [by_brute_force(y, scores, policy, cost, threshold) for threshold in everywhere]
    found = tuned_threshold(y, scores, policy, cost)
    assert by_brute_force(y, scores, policy, cost, found) == max(values)
    better_or_equal = [threshold for threshold, value in zip(everywhere, values, strict=True) if value == max(values)]
    assert (scores >= found).sum() == (scores >= better_or_equal[-1]).sum()  # of equals the fewest alarms


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), max_size=20),
    st.integers(-9, 0),
    st.sampled_from(sorted(POLICIES)),
)
def test_what_is_stored_decides_as_measured(rows: list[tuple[int, float]], power: int, policy: str) -> None:
    rows = [*rows, (1, 0.7), (0, 0.3)]
    y = np.array([label for label, _ in rows])
    scores = np.array([score for _, score in rows]) * 10.0**power  # down to scores closer than the digits stored
    chosen = tuned_threshold(y, scores, policy, MISSES_HURT)
    stored = json.loads(json.dumps(rounded(chosen)))
    assert stored == chosen
    counts = counts_at(np.array([chosen]), y, scores)
    measured = Meter(y, scores, stored).counts(np.ones((1, len(y))))["decisions"]
    assert [float(count[0]) for count in vars(counts).values()] == [
        float(count[0]) for count in vars(measured).values()
    ]
    assert counts.tp[0] == ((scores >= stored) & (y == 1)).sum()


def test_scores_too_close_for_six_digits_fall_together() -> None:
    scores = np.array([0.1234561, 0.1234564, 0.9, 0.1])
    thresholds = possible_thresholds(scores)
    assert thresholds.tolist() == [0.0, 0.111728, 0.123456, 0.511728, 1.0]
    alarms = [(scores >= threshold).sum() for threshold in thresholds]
    assert alarms == [4, 3, 3, 1, 0]


def test_counts_at_several_thresholds() -> None:
    found = counts_at(np.array([0.0, 0.4, 0.5, 1.0]), Y, BALANCED)
    expected = Counts(*(np.array(counts) for counts in ([2, 2, 1, 0], [2, 1, 1, 0], [0, 0, 1, 2], [0, 1, 1, 2])))
    assert [count.tolist() for count in vars(found).values()] == [count.tolist() for count in vars(expected).values()]
