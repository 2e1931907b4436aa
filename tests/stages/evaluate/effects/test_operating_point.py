"""Metrics at an operating point over row sets: values, paired errors, margins, folds."""

import numpy as np
import pyarrow as pa
import pytest

from stages.evaluate.effects.effects import choose_margins
from stages.evaluate.effects.estimates import estimate_difference
from stages.evaluate.effects.folds import score_folds
from stages.evaluate.effects.row_sets import RankingValue, RowSets
from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.outputs import notes
from stages.evaluate.uncertainty.bootstrap import bootstrap
from stages.evaluate.uncertainty.differences import compare
from stages.evaluate.uncertainty.intervals import compute_intervals
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.registry import METRICS

TOP, BENEFIT = "precision_in_top(0.25)", "net_benefit(0.5)"


def made_sets(rows=400, groups=None, repeats=1):
    """A fold and a test set, half of the rows in each; one row in four is positive."""
    y = (np.arange(rows) % 4 == 0).astype(np.int64)
    return RowSets(y, np.repeat([0, 1], rows // 2), np.arange(rows) if groups is None else groups, repeats)


def noisy(y, seed, separation=1.0):
    return 1 / (1 + np.exp(-np.random.RandomState(seed).normal(size=len(y)) - separation * y))


def measure(sets, metric, scores):
    half = len(scores) // 2
    return sets.measure_one(metric, scores[:half], scores[half:])


def test_the_value_is_the_mean_over_the_sets():
    sets = made_sets()
    scores = noisy(sets.y, 0)
    for metric in (TOP, BENEFIT):
        values = [METRICS[metric].score(sets.y[part], scores[part]) for part in (slice(0, 200), slice(200, 400))]
        assert measure(sets, metric, scores).value == pytest.approx(np.mean(values))


@pytest.mark.slow
def test_the_error_of_the_top_is_that_of_the_estimate_over_many_tables():
    sets, found = made_sets(), []
    for seed in range(150):
        item = measure(sets, TOP, noisy(sets.y, seed))
        found.append((item.value, np.sqrt((item.influence**2).sum())))
    values, errors = np.array(found).T
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.15)


def test_differences_are_paired():
    sets = made_sets()
    scores = noisy(sets.y, 0)
    one, same = measure(sets, TOP, scores), measure(sets, TOP, scores + 1)
    assert estimate_difference(one, same, TOP, 0.0, 0.95).high == 0
    other = measure(sets, TOP, scores + 0.01 * noisy(sets.y, 1))
    errors = [np.sqrt((item**2).sum()) for item in (one.influence - other.influence, one.influence)]
    assert errors[0] < errors[1] / 2


def test_rows_of_one_group_count_as_one():
    """Every row twice: as groups the error is that of half of the rows."""
    single = made_sets(200)
    scores = np.tile(noisy(single.y[:100], 0), 2)
    pairs = RowSets(np.repeat(single.y, 2), np.repeat(single.row_set, 2), np.repeat(np.arange(200), 2))
    errors = [
        np.sqrt((measure(sets, TOP, row).influence ** 2).sum())
        for sets, row in ((single, scores), (pairs, np.repeat(scores, 2)))
    ]
    assert errors[0] == pytest.approx(errors[1], rel=0.1)


def test_a_number_of_rows_is_a_share_of_the_test_set():
    """The fold is twice as large as the test set, so its top has twice as many rows."""
    y = np.array([1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
    sets, scores = RowSets(y, np.repeat([0, 1], [8, 4]), np.arange(12)), np.linspace(1, 0, 12)
    assert sets.measure_one("recall_in_top(1)", scores[:8], scores[8:]).value == 1
    oof = pa.table({"y": y[:8], "fold": np.repeat([0, 1], 4)})
    assert score_folds("recall_in_top(1)", oof.slice(0, 8), scores[:8], 4).folds[0] == 0.5


def test_folds_are_weighted():
    oof = pa.table({"y": [1, 0, 1, 0], "fold": [0, 0, 1, 1], "weight": [3.0, 1.0, 1.0, 1.0]})
    found = score_folds("net_benefit(0.5)", oof, np.array([0.9, 0.9, 0.9, 0.1]), 4)
    assert found.folds == [(3 - 1) / 4, 1 / 2]
    assert found.mean == 0.5


def test_the_margin_is_a_share_of_what_a_perfect_ranking_has():
    measured = {CandidateKey("baseline", "mlp"): {BENEFIT: RankingValue(0.02, np.zeros(3))}}
    assert choose_margins(None, measured, "baseline", {BENEFIT: 0.05}) == {BENEFIT: 0.001}  # 0.02 × 0.05
    assert choose_margins(None, measured, "baseline", {BENEFIT: 0.026}) == {BENEFIT: 0.0005}  # a tenth of 0.006


def test_with_few_positives_a_kind_is_a_number_alone():
    metric = "precision_at_recall(0.5)"
    measured = {CandidateKey("baseline", "mlp"): {metric: RankingValue(0.6, np.zeros(3))}}
    assert choose_margins(None, measured, "baseline", n_positives=149) == {}
    assert choose_margins(None, measured, "baseline", n_positives=150) == {metric: 0.02}
    (note,) = notes.about_metric(metric, 149)
    assert note.startswith("precision_at_recall(0.5) selects the champion and has no verdict: with 149 positives")
    assert "too high where few positives" in notes.about_metric("recall_at_precision(0.9)", 40)[0]
    assert notes.about_metric(metric, 150) == notes.about_metric(TOP, 40) == notes.about_metric("roc_auc", 40) == []


POINTS = ("recall_at_precision(0.5)", "precision_at_recall(0.5)", TOP, "recall_in_top(20)", "lift_in_top(20)", BENEFIT)


@pytest.mark.parametrize("separation", [0.0, 1.0, 40.0])
def test_intervals_on_test_hold_the_value_and_stay_in_range(separation):
    """With a separation of 40 the ranking is perfect, and no resample differs."""
    y = (np.arange(200) % 4 == 0).astype(np.int64)
    rows = [noisy(y, seed, separation) for seed in (0, 1)]
    results = bootstrap(y, [MetricEvaluator(y, row, 0.5, points=POINTS) for row in rows], 200, 0)
    intervals = compute_intervals(results[0], 0.95)
    for name in POINTS:
        value, perfect = (METRICS[name].score(y, row) for row in (rows[0], y.astype(float)))
        low, high = intervals[name]
        assert METRICS[name].floor <= low <= value <= high <= perfect + 1e-9, name
        assert low < high, name
    found = {item.metric: item for item in compare([(results[1], results[0])], 0.95, points=POINTS)}
    assert set(POINTS) <= set(found)
    if separation == 40:
        assert intervals[TOP] == pytest.approx((0.929, 1), abs=0.001)  # Wilson's of 50 of 50
        assert all(found[name].verdict == "tie" for name in POINTS)
