import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from stages.evaluate.effects.row_sets import MAX_GROUPS, RowSets, encode_groups
from stages.evaluate.uncertainty.jackknife import jackknife_error, metric_without
from stages.shared.metrics.registry import METRICS

Y = np.array([1, 1, 0, 0, 0, 0])
SCORES = np.array([0.9, 0.3, 0.8, 0.4, 0.2, 0.1])


def two_sets():
    """A fold and a test set of six rows each; the second has one positive more."""
    y = np.concatenate([Y, Y | np.array([0, 0, 1, 0, 0, 0])])
    return RowSets(y, np.repeat([0, 1], 6), np.arange(12))


def test_the_value_is_the_mean_over_the_sets_weighted_by_their_positives():
    sets = two_sets()
    found = sets.measure(SCORES, SCORES[::-1])
    parts = [(sets.y[:6], SCORES), (sets.y[6:], SCORES[::-1])]
    for name, score in (("average_precision", average_precision_score), ("roc_auc", roc_auc_score)):
        values = [score(y, scores) for y, scores in parts]
        assert found[name].value == pytest.approx((2 * values[0] + 3 * values[1]) / 5)


def test_scores_of_different_sets_are_never_ranked_together():
    """Raising all scores of one set changes nothing, as another model's scores may be on another scale."""
    sets = two_sets()
    first, second = sets.measure(SCORES, SCORES), sets.measure(SCORES + 5, SCORES)
    assert first["average_precision"].value == second["average_precision"].value
    assert np.array_equal(first["average_precision"].influence, second["average_precision"].influence)


@pytest.mark.parametrize("metric", ["average_precision", "roc_auc"])
def test_the_influences_give_the_error_of_the_jackknife(metric):
    random = np.random.RandomState(0)
    y = np.repeat([1, 0], [20, 180])
    scores = random.normal(size=200) + y
    sets = RowSets(y, np.zeros(200, dtype=np.int64), np.arange(200))
    influence = sets.measure(scores[:0], scores)[metric].influence
    error = jackknife_error(metric_without(METRICS[metric], y, scores), y == 1).error
    assert np.sqrt((influence**2).sum()) == pytest.approx(error, rel=1e-12)


def test_rows_of_one_group_count_as_one():
    """Every row twice: as rows of their own the error falls by the root of two, as groups it does not."""
    random = np.random.RandomState(0)
    y = np.repeat([1, 0], [40, 160])
    scores = random.normal(size=200) + y
    twice = np.repeat(np.arange(200), 2)

    def error(y, scores, groups):
        found = RowSets(y, np.zeros(len(y), dtype=np.int64), groups).measure(scores[:0], scores)
        return np.sqrt((found["roc_auc"].influence ** 2).sum())

    once = error(y, scores, np.arange(200))
    assert error(y[twice], scores[twice], np.arange(400)) == pytest.approx(once / np.sqrt(2), rel=0.02)
    assert error(y[twice], scores[twice], twice) == pytest.approx(once, rel=0.02)


def test_repeats_count_every_row_once(make_table):
    test = make_table("numeric", negatives=30, positives=10)
    fold, y = np.repeat([0, 1, 2, 3], 20), np.tile(np.repeat([0, 1], [15, 5]), 4)
    row = np.tile(np.arange(40), 2)
    oof = pa.table({"row": row, "fold": fold, "y": y, "group": row + 1000})
    sets = RowSets.make(test.target, test.groups, oof)
    assert (sets.repeats, sets.n_rows, sets.n_positives, sets.n_test) == (2, 80, 20, 40)
    scores = np.random.RandomState(0).uniform(size=80)
    found = sets.measure(np.concatenate([scores[:40]] * 2), np.linspace(0, 1, 40))["roc_auc"]
    once = RowSets.make(test.target, test.groups, oof.slice(0, 40))
    single = once.measure(scores[:40], np.linspace(0, 1, 40))["roc_auc"]
    assert found.value == pytest.approx(single.value)
    assert (found.influence**2).sum() == pytest.approx((single.influence**2).sum())


def test_many_rows_share_units():
    groups = encode_groups(np.arange(3 * MAX_GROUPS) + 7)
    assert np.array_equal(np.bincount(groups), np.full(MAX_GROUPS, 3))


@pytest.mark.parametrize("weights", [None, np.array([2, 1, 0.5, 1, 1, 0.5, 1, 1, 1, 1, 1, 1])])
def test_decisions_have_the_values_and_influences_of_their_counts(weights):
    sets = two_sets() if weights is None else RowSets(two_sets().y, two_sets().row_set, np.arange(12), weights=weights)
    decided = np.array([1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1], dtype=float)
    w = np.ones(12) if weights is None else weights
    found = sets.measure_one("recall", decided[:6], decided[6:])
    hits, positive = sets.y * decided * w, sets.y * w
    assert found.value == pytest.approx(hits.sum() / positive.sum())  # means of both sets, weighted by positives
    if weights is None:  # recall of a set moves by the row's own hit, and by no negative
        assert found.influence[sets.y == 0].tolist() == [0.0] * 7
        first = 2 / 5 * np.sqrt(1 / 2) * np.array([0.5, -0.5])
        assert found.influence[:2] == pytest.approx(first)
