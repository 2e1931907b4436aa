"""The interval of a threshold is that of a bootstrap of rows, though no row is drawn."""

import numpy as np
import pytest

from stages.evaluate.params import EvaluateParams
from stages.evaluate.thresholds.policies import POLICIES, Policy
from stages.evaluate.thresholds.tuning import choose_threshold, tune_threshold
from stages.evaluate.thresholds.uncertainty import compute_interval
from tests.stages.evaluate.made.tables import made
from tests.stages.evaluate.test_params import GOOD
from tests.stages.evaluate.thresholds.test_tuning import MISSES_HURT, OWN

SETTINGS = {"confidence": 0.9, "n_resamples": 2000, "random_state": 0}


def by_brute_force(y: np.ndarray, scores: np.ndarray, policy: str, n_resamples: int = 400) -> tuple[float, float]:
    """Rows drawn from each class, and the threshold tuned anew."""
    random, chosen = np.random.RandomState(1), []
    for _ in range(n_resamples):
        rows = np.concatenate([random.choice(np.flatnonzero(y == label), (y == label).sum()) for label in (0, 1)])
        chosen.append(tune_threshold(y[rows], scores[rows], Policy(policy, OWN.get(policy), MISSES_HURT)))
    low, high = np.quantile(chosen, [0.05, 0.95])
    return float(low), float(high)


@pytest.mark.parametrize("policy", POLICIES)
def test_it_is_the_interval_of_a_bootstrap_of_rows(policy: str) -> None:
    y, scores = made(30, 300, 1.5)
    found = compute_interval(y, scores, Policy(policy, OWN.get(policy), MISSES_HURT), **SETTINGS)
    # as shares of the rows, because thresholds between two far scores are one and the same decision
    ours, theirs = ([(scores >= end).mean() for end in ends] for ends in (found, by_brute_force(y, scores, policy)))
    assert ours == pytest.approx(theirs, abs=0.02)


@pytest.mark.slow
def test_more_rows_make_it_narrower() -> None:
    few, many = (made(size, 10 * size, 1.5) for size in (20, 2000))
    (a, b), (c, d) = (compute_interval(y, scores, Policy("g_mean"), **SETTINGS) for y, scores in (few, many))
    assert d - c < (b - a) / 3


def test_a_gap_without_rows_leaves_no_doubt() -> None:
    y, scores = np.repeat([1, 0], [5, 50]), np.repeat([0.8, 0.2], [5, 50])
    assert compute_interval(y, scores, Policy("balanced_accuracy"), **SETTINGS) == (0.5, 0.5)


def test_equal_seeds_give_equal_numbers() -> None:
    y, scores = made(20, 200, 1.0)
    found = [
        compute_interval(y, scores, Policy("g_mean"), **SETTINGS | {"random_state": seed, "n_resamples": 20})
        for seed in (0, 0, 1, 2, 3)
    ]
    assert found[0] == found[1]
    assert len(set(found)) > 1


def test_repeated_scores_of_a_row_are_not_more_rows() -> None:
    y, scores = made(20, 200, 1.5)
    once = compute_interval(y, scores, Policy("g_mean"), **SETTINGS)
    thrice = compute_interval(np.tile(y, 3), np.tile(scores, 3), Policy("g_mean"), repeats=3, **SETTINGS)
    assert thrice == pytest.approx(once, abs=0.02)


@pytest.mark.parametrize(("positives", "repeats", "told"), [(49, 1, True), (50, 1, False), (25, 2, True)])
def test_it_is_told_where_train_has_few_positives(positives: int, repeats: int, told: bool) -> None:
    y, scores = made(positives, 200, 1.5)
    rows = np.tile(np.arange(len(y)), repeats)
    choice = choose_threshold(
        rows, rows, np.tile(y, repeats), np.tile(scores, repeats), EvaluateParams.model_validate(GOOD)
    )
    assert (choice.interval is not None) is told
    assert choice.satisfies_constraint
