"""Rows with weights: every metric, its value without each row, its intervals, and thresholds."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics as sk

from stages.evaluate.effects.row_sets import RowSets
from stages.evaluate.outputs.calibration_metrics import compute_probability_metrics
from stages.evaluate.outputs.curves import calibration, threshold_counts
from stages.evaluate.outputs.leaderboard import build_data
from stages.evaluate.outputs.recalibration import fit_line
from stages.evaluate.params import FixedCosts
from stages.evaluate.thresholds.counts import counts_at, possible_thresholds
from stages.evaluate.thresholds.guarantee import compute_design_effect
from stages.evaluate.thresholds.policies import Policy
from stages.evaluate.thresholds.tuning import satisfies_constraint, tune_threshold
from stages.evaluate.thresholds.uncertainty import compute_interval
from stages.evaluate.uncertainty.bootstrap import bootstrap
from stages.evaluate.uncertainty.intervals import compute_intervals
from stages.evaluate.uncertainty.jackknife import metric_without, ranking_without
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from stages.shared.metrics.ranking import Ranking
from stages.shared.metrics.registry import METRICS, list_family
from stages.shared.schemas.candidate import CandidateName
from stages.shared.schemas.contract import Step
from stages.shared.storage.parquet import Table
from tests.stages.evaluate.made.tables import made

Y, RAW = made(60, 240, 1.0)
SCORES = np.round(RAW, 2)  # many ties
WEIGHTS = np.random.RandomState(1).choice([0.5, 1.0, 3.0], size=len(Y))
WEIGHTS = WEIGHTS / WEIGHTS.mean()
ONCE = np.ones((1, len(Y)))
THRESHOLD = 0.4


def measure(evaluator: MetricEvaluator) -> dict[str, float]:
    values = evaluator.measure(ONCE[:, : len(evaluator.positive)])
    return {name: float(values[metric.family][name][0]) for name, metric in METRICS.items()}


def test_every_metric_is_scikit_learns_with_sample_weight() -> None:
    predicted, given = (SCORES >= THRESHOLD).astype(int), {"sample_weight": WEIGHTS}
    expected = {
        "average_precision": sk.average_precision_score(Y, SCORES, **given),
        "roc_auc": sk.roc_auc_score(Y, SCORES, **given),
        "brier_score": sk.brier_score_loss(Y, SCORES, **given),
        "log_loss": sk.log_loss(Y, SCORES, **given),
        "precision": sk.precision_score(Y, predicted, **given),
        "recall": sk.recall_score(Y, predicted, **given),
        "specificity": sk.recall_score(1 - Y, 1 - predicted, **given),
        "f1": sk.f1_score(Y, predicted, **given),
        "balanced_accuracy": sk.balanced_accuracy_score(Y, predicted, **given),
        "accuracy": sk.accuracy_score(Y, predicted, **given),
    }
    found = measure(MetricEvaluator(Y, SCORES, THRESHOLD, weights=WEIGHTS))
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    for name, metric in METRICS.items():
        if metric.is_selectable:
            assert metric.score(Y, SCORES, WEIGHTS) == pytest.approx(found[name])


def test_a_whole_weight_is_so_many_rows() -> None:
    whole = np.random.RandomState(2).randint(1, 4, size=len(Y))
    repeated = np.repeat(np.arange(len(Y)), whole)
    weighted = MetricEvaluator(Y, SCORES, THRESHOLD, weights=whole.astype(float))
    rows = MetricEvaluator(Y[repeated], SCORES[repeated], THRESHOLD)
    values = rows.measure(np.ones((1, len(repeated))))
    assert measure(weighted) == pytest.approx({name: values[item.family][name][0] for name, item in METRICS.items()})
    assert calibration(Y, SCORES, whole.astype(float)) == [
        pytest.approx(point) for point in calibration(Y[repeated], SCORES[repeated])
    ]
    assert compute_probability_metrics(Y, SCORES, whole.astype(float)).model_dump() == pytest.approx(
        compute_probability_metrics(Y[repeated], SCORES[repeated]).model_dump()
    )
    name = CandidateName(strategy="smote", classifier="mlp")
    assert threshold_counts(name, Y, SCORES, whole.astype(float)) == threshold_counts(
        name, Y[repeated], SCORES[repeated]
    )
    line, of_rows = fit_line(Y, SCORES, 0.95, whole.astype(float)), fit_line(Y[repeated], SCORES[repeated], 0.95)
    assert line is not None
    assert of_rows is not None
    assert (line.slope, line.intercept) == pytest.approx((of_rows.slope, of_rows.intercept))
    assert np.diff(line.slope_interval) > np.diff(of_rows.slope_interval)  # as few rows as there are, not as many


@pytest.mark.parametrize("metric", list_family("ranking"))
def test_a_ranking_without_a_row_is_that_of_the_others_reweighted(metric: str) -> None:
    """The fast way is linear in the weight: of a row among sixty it misses a small part."""
    positive, spec = Y == 1, METRICS[metric]
    fast = metric_without(spec, Y, SCORES, WEIGHTS) - spec.score(Y, SCORES, WEIGHTS)
    exact = ranking_without(spec.load(), Ranking(Y, SCORES), positive, WEIGHTS) - spec.score(Y, SCORES, WEIGHTS)
    assert np.corrcoef(fast, exact)[0, 1] > 0.99
    assert (fast**2).sum() == pytest.approx((exact**2).sum(), rel=0.1)


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.family != "ranking"])
def test_another_metric_without_a_row_is_that_of_the_others_reweighted(name: str) -> None:
    family = METRICS[name].family
    evaluator = MetricEvaluator(Y, SCORES, THRESHOLD, weights=WEIGHTS)
    without = evaluator.without_each(family, name)
    for row in (0, 7, 130):
        same = Y[row] == Y
        left = np.where(same, WEIGHTS * WEIGHTS[same].sum() / (WEIGHTS[same].sum() - WEIGHTS[row]), WEIGHTS)
        left[row] = 0
        expected = MetricEvaluator(Y, SCORES, THRESHOLD, weights=left).measure(ONCE)[family][name][0]
        assert without[row] == pytest.approx(expected, abs=1e-12)


def test_equal_weights_give_the_intervals_of_rows_without_weights() -> None:
    equal = np.ones(len(Y))
    plain, weighted = (
        compute_intervals(bootstrap(Y, [MetricEvaluator(Y, SCORES, THRESHOLD, weights=given)], 200, 0)[0], 0.95)
        for given in (None, equal)
    )
    for name in METRICS:
        assert weighted[name] == pytest.approx(plain[name], abs=0.01 if name == "average_precision" else 1e-9)


def test_unequal_weights_widen_the_interval_of_recall_by_their_design_effect() -> None:
    evaluator = MetricEvaluator(Y, SCORES, THRESHOLD, weights=WEIGHTS)
    of_positives = WEIGHTS[Y == 1]
    found, _ = evaluator.design_effects("decisions")
    assert found >= (of_positives**2).sum() / of_positives.sum()  # Kish 1965


def test_row_sets_weigh_rows_and_sets() -> None:
    n = len(Y)
    folds = np.repeat([0, 1], n // 2)
    scores = np.random.RandomState(3).uniform(size=n)
    sets = RowSets(Y, folds, np.arange(n), weights=WEIGHTS)
    parts, weights = [], []
    for number in (0, 1):
        inside = folds == number
        parts.append(sk.average_precision_score(Y[inside], scores[inside], sample_weight=WEIGHTS[inside]))
        weights.append(WEIGHTS[inside & (Y == 1)].sum())
    found = sets.measure(scores[: n // 2], scores[n // 2 :])["average_precision"]
    assert found.value == pytest.approx(np.average(parts, weights=weights))
    assert found.influence.shape == (n,)


def test_counts_at_a_threshold_are_sums_of_weights() -> None:
    counts = counts_at(
        np.array([0.5]), np.array([1, 1, 0, 0]), np.array([0.9, 0.4, 0.6, 0.1]), np.array([2, 3, 5, 7.0])
    )
    assert [float(cell[0]) for cell in (counts.tp, counts.fp, counts.fn, counts.tn)] == [2, 5, 3, 7]


def test_the_cheapest_threshold_counts_the_amount_of_each_row() -> None:
    amounts = np.random.RandomState(4).exponential(size=len(Y))
    tried = possible_thresholds(SCORES)
    wrong = (SCORES[None] >= tried[:, None]) != (Y == 1)
    cheapest = tried[np.isclose(wrong @ amounts, (wrong @ amounts).min())].max()
    assert tune_threshold(Y, SCORES, Policy("cost", costs=FixedCosts(1.0, 1.0)), weights=amounts) == cheapest
    assert satisfies_constraint(Y, SCORES, cheapest, Policy("min_recall", 0.01), weights=amounts)


def test_the_interval_of_a_threshold_with_equal_weights_is_that_without() -> None:
    settings = {"confidence": 0.95, "n_resamples": 300, "random_state": 0}
    plain = compute_interval(Y, SCORES, Policy("f1"), **settings)
    assert compute_interval(Y, SCORES, Policy("f1"), weights=np.ones(len(Y)), **settings) == pytest.approx(plain)


def test_rows_of_unequal_weight_count_as_fewer() -> None:
    assert compute_design_effect(np.arange(4), np.ones(4)) == 1
    assert compute_design_effect(np.arange(2), np.array([0.5, 1.5])) == pytest.approx(1.25)  # (0.25 + 2.25) / 2


def test_rows_of_train_may_have_weights_alone() -> None:
    """As with split.negatives, where each row of test counts once."""
    folds = pa.table({"row": [0, 1, 2, 3], "y": [1, 0, 1, 0], "fold": [0, 0, 1, 1], "group": [0, 1, 2, 3]})
    weighted = folds.append_column("weight", [[1.0, 5.0, 1.0, 5.0]])
    sets = RowSets.make(np.array([1, 0]), np.array([4, 5]), weighted)
    assert sets.weights is not None
    assert sets.weights.tolist() == [1, 5, 1, 5, 1, 1]
    assert RowSets.make(np.array([1, 0]), np.array([4, 5]), folds).weights is None


def test_the_prevalence_of_train_is_that_before_negatives_were_left_out(make_table: Callable[..., Table]) -> None:
    table = make_table(negatives=60, positives=20)
    counts = {"rows": 30, "columns": 5, "negative": 24, "positive": 6}
    table = replace(table, flow=[*table.flow, Step(step="test", **counts)])
    thinned = replace(table, contract=table.contract.model_copy(update={"negatives_kept": 0.1}))
    assert build_data(table, None).train.prevalence == 0.25
    assert build_data(thinned, None).train.prevalence == pytest.approx(20 / 620)
    assert build_data(thinned, None).test.prevalence == 0.2
