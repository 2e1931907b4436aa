"""Which thresholds promise a bound, on tables whose binomial tails can be done by hand."""

from math import comb

import numpy as np
import pytest

from stages.evaluate.thresholds.counts import counts_at, possible_thresholds
from stages.evaluate.thresholds.guarantee import (
    STARTS,
    choose_guaranteed,
    compute_design_effect,
    compute_tail,
    count_needed,
    find_guaranteed,
)
from stages.evaluate.thresholds.policies import Policy
from stages.evaluate.thresholds.tuning import tune_threshold


def draw(n_positives, n_negatives, separation=2.0, seed=0):
    random = np.random.default_rng(seed)
    y = np.repeat([1, 0], [n_positives, n_negatives])
    return y, 1 / (1 + np.exp(-random.normal(size=len(y)) - separation * y))


def choose(y, scores, policy, bound, promise=0.9, groups=None, negative_weight=1.0):
    policy = Policy(policy, bound, negative_weight=negative_weight)
    point = tune_threshold(y, scores, policy)
    groups = np.arange(len(y)) if groups is None else groups
    return choose_guaranteed(groups, y, scores, point, policy, promise)


def test_the_tail_is_the_binomial_one():
    by_hand = sum(comb(10, hits) * 0.8**hits * 0.2 ** (10 - hits) for hits in (9, 10))
    assert compute_tail(np.array([9.0]), np.array([1.0]), 0.8) == pytest.approx([by_hand])
    assert compute_tail(np.array([0.0]), np.array([3.0]), 0.8) == pytest.approx([1.0])


def test_rows_of_a_group_count_as_one():
    assert compute_design_effect(np.array([4, 7, 9])) == 1
    assert compute_design_effect(np.repeat([4, 7, 9], 3)) == 3
    assert compute_design_effect(np.array([1, 1, 1, 2])) == (9 + 1) / 4
    assert compute_design_effect(np.array([])) == 1


@pytest.mark.parametrize(("positives", "misses"), [(22, 0), (37, 0), (38, 1), (52, 2), (150, 9)])
def test_the_recall_of_an_order_statistic(positives, misses):
    """0.9 ** 22 is 0.098; of 38 positives one may be missed: the chance of at most one miss at a recall of 0.9."""
    y, scores = draw(positives, 400)
    threshold, guarantee = choose(y, scores, "min_recall", 0.9)
    assert guarantee.kept
    assert ((scores < threshold) & (y == 1)).sum() <= misses
    tail = sum(comb(positives, miss) * 0.1**miss * 0.9 ** (positives - miss) for miss in range(misses + 1))
    assert tail <= 0.1
    counts = counts_at(possible_thresholds(scores), y, scores)
    kept, _ = find_guaranteed(counts, "min_recall", 0.9, 0.9, 1.0)
    assert counts.fn[kept].max() == misses


def test_the_safest_threshold_of_a_precision_is_that_of_the_purest_rows():
    """The eight best rows are positive; of the 192 others one in six is. Eight rows are too few for a guarantee."""
    scores, y = np.linspace(0.99, 0.01, 200), np.zeros(200, dtype=int)
    y[:8] = y[10::6] = 1
    threshold, guarantee = choose(y, scores, "min_precision", 0.9)
    assert not guarantee.kept
    assert (scores >= threshold).sum() == 8


def test_too_few_positives_promise_nothing_and_the_safest_threshold_finds_all():
    y, scores = draw(21, 400)
    threshold, guarantee = choose(y, scores, "min_recall", 0.9)
    assert not guarantee.kept
    assert guarantee.rows_needed == 22
    assert threshold < scores[y == 1].min()
    assert threshold > scores[(y == 0) & (scores < scores[y == 1].min())].max()  # and flags no more than that takes


def test_copies_and_repeated_scores_of_a_row_promise_no_more_than_the_row():
    y, scores = draw(22, 200)
    once = choose(y, scores, "min_recall", 0.9)
    rows = np.arange(len(y))
    again = choose(np.tile(y, 3), np.tile(scores, 3), "min_recall", 0.9, groups=np.tile(rows, 3))
    assert again == once
    grouped = choose(y, scores, "min_recall", 0.9, groups=rows // 2)
    assert not grouped[1].kept


def test_the_price_is_told():
    y, scores = draw(60, 600)
    threshold, guarantee = choose(y, scores, "min_recall", 0.9)
    flagged = scores >= threshold
    assert guarantee.price == "precision"
    assert guarantee.at_threshold == pytest.approx(y[flagged].mean())
    assert guarantee.at_point == pytest.approx(y[scores >= guarantee.point_threshold].mean())
    assert guarantee.at_threshold < guarantee.at_point
    assert threshold < guarantee.point_threshold


def test_precision_is_tested_from_the_top_down_until_the_first_failure():
    """30 positives on top, then 30 negatives, then 300 positives: precision comes back, and is not tested again."""
    y = np.repeat([1, 0, 1], [30, 30, 3])
    scores = np.linspace(0.99, 0.01, len(y))
    threshold, guarantee = choose(y, scores, "min_precision", 0.8)
    assert guarantee.kept
    flagged = int((scores >= threshold).sum())
    assert 30 <= flagged < 40
    assert STARTS * compute_tail(np.array([30.0]), np.array([flagged - 30.0]), 0.8)[0] <= 0.1
    assert guarantee.rows_needed == np.ceil(np.log(0.1 / STARTS) / np.log(0.8)) == 16


def test_a_luck_among_many_thresholds_promises_nothing():
    """Scores without information, and a bound just above the prevalence: at most one table in ten is promised."""
    broken = alone = 0
    for seed in range(100):
        y, scores = draw(100, 1900, separation=0.0, seed=seed)
        counts = counts_at(possible_thresholds(scores), y, scores)
        kept, _ = find_guaranteed(counts, "min_precision", 0.052, 0.9, 1.0)
        broken += kept.any()
        alone += (compute_tail(counts.tp, counts.fp, 0.052) <= 0.1).any()
    assert broken <= 10
    assert alone >= 30


def test_a_precision_in_use_is_that_of_weighted_negatives():
    """Each negative stands for ten in use: a precision of 0.5 there is one of 10 / 11 in the table."""
    y, scores = draw(300, 900, separation=5.0)
    threshold, guarantee = choose(y, scores, "min_precision", 0.5, negative_weight=10.0)
    other, _ = choose(y, scores, "min_precision", 10 / 11)
    assert threshold == pytest.approx(other)
    assert guarantee.rows_needed == np.ceil(count_needed("min_precision", 10 / 11, 0.9))
