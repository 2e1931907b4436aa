"""The threshold is the best that a metrics file can hold, and what is stored is what was measured."""

from fractions import Fraction
import json
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from stages.evaluate.params import CostParams, ThresholdParams
from stages.evaluate.thresholds.counts import counts_at, possible_thresholds
from stages.evaluate.thresholds.policies import POLICIES, Policy
from stages.evaluate.thresholds.tuning import satisfies_constraint, tune_threshold
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.confusion import Counts
from stages.shared.storage.files import round_floats
from tests.stages.evaluate.made.tables import BALANCED, PERFECT, TIED, WORST, Y

pytestmark = pytest.mark.slow

#: the number that a policy needs beside its name
OWN = {"f_beta": 2.0, "min_recall": 0.75, "min_precision": 0.6, "top_share": 0.3}
MISSES_HURT = CostParams(false_negative=10.0, false_positive=1.0)
ALARMS_HURT = CostParams(false_negative=1.0, false_positive=10.0)


@pytest.mark.parametrize(
    ("scores", "policy", "cost", "expected"),
    [
        (BALANCED, ("f_beta", 1.0), None, 0.25),  # the same as F1
        (BALANCED, ("f_beta", 0.25), None, 0.75),  # one sure alarm: 17/18 of precision 1, recall 1/2 beats 34/50
        (BALANCED, ("min_recall", 0.5), None, 0.75),  # precision 1 with one of two
        (BALANCED, ("min_recall", 0.51), None, 0.25),  # both, with one false alarm
        (PERFECT, ("min_recall", 0.5), None, 0.5),  # precision 1 with one or two of two: as precise, so the two
        (BALANCED, ("min_precision", 1.0), None, 0.75),
        (BALANCED, ("min_precision", 0.6), None, 0.25),  # 2/3 will do, and catches both
        (WORST, ("min_precision", 0.6), None, 0.0),  # out of reach: 1/2 is the most, with everybody
        (BALANCED, ("top_share", 0.25), None, 0.75),
        (BALANCED, ("top_share", 0.74), None, 0.5),  # three of four would be too many
        (BALANCED, ("top_share", 1.0), None, 0.0),
        (BALANCED, ("top_share", 0.2), None, 1.0),  # not even one of four
        (TIED, ("top_share", 0.5), None, 1.0),  # all or none
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
def test_by_hand(scores: np.ndarray, policy: str | tuple[str, float], cost: CostParams | None, expected: float) -> None:
    name, own = policy if isinstance(policy, tuple) else (policy, None)
    assert tune_threshold(Y, scores, Policy(name, own, cost)) == expected


@pytest.mark.parametrize(
    ("policy", "own", "kept"),
    [
        ("min_precision", 0.6, True),
        ("min_precision", 0.7, False),  # 2/3
        ("min_recall", 1.0, True),
        ("top_share", 0.75, True),
        ("top_share", 0.74, False),
        ("f1", None, True),  # promises nothing
    ],
)
def test_whether_a_bound_is_kept(policy: str, own: float | None, kept: bool) -> None:
    assert satisfies_constraint(Y, BALANCED, 0.25, Policy(policy, own)) is kept


def test_a_bound_as_written_is_reached_by_the_fraction() -> None:
    """27 of 30 is a recall of 0.9, and 29 of 100 rows are a share of 0.29, though 0.29 × 100 is less than 29."""
    y, scores = np.repeat([1, 0], [30, 70]), np.linspace(1, 0, 100)
    found = tune_threshold(y, np.where(np.arange(100) == 29, 0.0, scores), Policy("min_recall", 0.9))
    assert ((scores >= found) & (y == 1)).sum() >= 27
    assert (scores >= tune_threshold(y, scores, Policy("top_share", 0.29))).sum() == 29


def test_every_policy_of_params_is_there() -> None:
    assert list(POLICIES) == list(get_args(ThresholdParams.model_fields["policy"].annotation))


def by_brute_force(
    y: np.ndarray, scores: np.ndarray, policy: str, cost: CostParams, threshold: float
) -> tuple[Fraction, ...]:
    """The values of one threshold in whole numbers, row by row; of equals in the first the second decides."""
    pairs = list(zip(y.tolist(), (scores >= threshold).tolist(), strict=True))
    tp, fp, fn, tn = (pairs.count(pair) for pair in ((1, True), (0, True), (1, False), (0, False)))
    own, recall = Fraction(str(OWN.get(policy, 1))), Fraction(tp, tp + fn)
    precision, alarms = Fraction(tp, max(tp + fp, 1)), Fraction(tp + fp, len(y))
    values: dict[str, tuple[Fraction | bool, ...]] = {
        "f1": (Fraction(2 * tp, 2 * tp + fp + fn),),
        "f_beta": ((1 + own**2) * tp / ((1 + own**2) * tp + own**2 * fn + fp),),
        "g_mean": (recall * Fraction(tn, tn + fp),),  # squared
        "balanced_accuracy": (recall + Fraction(tn, tn + fp),),
        "cost": (-(Fraction(cost.false_negative) * fn + Fraction(cost.false_positive) * fp),),
        "min_recall": (recall >= own, precision, recall),
        "min_precision": (True, recall) if precision >= own else (False, precision, recall),
        "top_share": (True, alarms) if alarms <= own else (False, -alarms),
    }
    return tuple(Fraction(value) for value in values[policy])


def test_a_rare_positive_counts_as_much_as_all_negatives() -> None:
    y, scores = np.array([1, 0, 0, 0, 0]), np.array([0.3, 0.1, 0.2, 0.4, 0.5])
    assert tune_threshold(y, scores, Policy("g_mean")) == 0.25  # accuracy would flag nobody
    assert tune_threshold(y, scores, Policy("balanced_accuracy")) == 0.25


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
    found = tune_threshold(y, scores, Policy(policy, OWN.get(policy), cost))
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
    chosen = tune_threshold(y, scores, Policy(policy, OWN.get(policy), MISSES_HURT))
    stored = json.loads(json.dumps(round_floats(chosen)))
    assert stored == chosen
    counts = counts_at(np.array([chosen]), y, scores)
    measured = MetricEvaluator(y, scores, stored).counts(np.ones((1, len(y))))["decisions"]
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
