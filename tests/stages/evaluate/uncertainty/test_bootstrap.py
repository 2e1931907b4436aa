"""The resamples: what they keep and what they share."""

import tracemalloc

import numpy as np
import pytest
from sklearn import metrics as sk

from stages.evaluate.uncertainty.bootstrap import bootstrap, bootstrap_weights
from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator
from tests.stages.evaluate.made.tables import BALANCED, Y, made

LABELS = np.array([0, 1, 0, 0, 1, 0, 0, 0, 1, 0])


def drawn(random_state: int = 0, cells: int = 1_000_000, count: int = 4000) -> np.ndarray:
    return np.vstack(list(bootstrap_weights(LABELS, count, random_state, cells)))


def test_each_class_keeps_its_size() -> None:
    weights = drawn()
    assert weights.shape == (4000, 10)
    assert (weights[:, LABELS == 1].sum(axis=1) == 3).all()
    assert (weights[:, LABELS == 0].sum(axis=1) == 7).all()


def test_rows_stand_in_a_resample_as_often_as_a_multinomial_says() -> None:
    weights = drawn()
    sizes = np.where(LABELS == 1, 3, 7)
    assert weights.mean(axis=0) == pytest.approx(1, abs=0.08)  # five standard errors
    assert weights.var(axis=0) == pytest.approx(1 - 1 / sizes, abs=0.13)
    assert np.corrcoef(weights[:, 1], weights[:, 4])[0, 1] == pytest.approx(-1 / 2, abs=0.08)  # -1 / (3 - 1)


def test_the_size_of_the_pieces_changes_nothing() -> None:
    assert [len(piece) for piece in bootstrap_weights(LABELS, 7, 0, cells=20)] == [2, 2, 2, 1]
    assert (drawn(cells=1, count=50) == drawn(count=50)).all()
    assert (drawn(cells=130, count=50) == drawn(count=50)).all()


def test_the_seed_decides() -> None:
    assert (drawn(1) == drawn(1)).all()
    assert (drawn(1) != drawn(2)).any()


def test_equal_to_scikit_learn_on_the_resampled_rows() -> None:
    y, scores = made(12, 60, 1.0)
    scores = scores.round(1)  # ties
    found = bootstrap(y, [MetricEvaluator(y, scores, 0.3)], 30, 7, cells=500)[0].replicates
    for number, weights in enumerate(np.vstack(list(bootstrap_weights(y, 30, 7)))):
        rows = np.repeat(np.arange(len(y)), weights.astype(int))
        expected = {
            ("ranking", "average_precision"): sk.average_precision_score(y[rows], scores[rows]),
            ("ranking", "roc_auc"): sk.roc_auc_score(y[rows], scores[rows]),
            ("probabilities", "brier_score"): sk.brier_score_loss(y[rows], scores[rows]),
            ("probabilities", "log_loss"): sk.log_loss(y[rows], scores[rows]),
            ("decisions", "f1"): sk.f1_score(y[rows], scores[rows] >= 0.3),
            ("decisions_at_half", "recall"): sk.recall_score(y[rows], scores[rows] >= 0.5),
        }
        for (family, name), value in expected.items():
            assert found[family][name][number] == pytest.approx(value, abs=1e-12), (family, name)


def test_candidates_share_their_resamples() -> None:
    y, scores = made(12, 60, 1.0)
    other = scores.copy()
    other[y == 0] *= 0.999  # another candidate in between
    first, _, last = bootstrap(y, [MetricEvaluator(y, item, 0.3) for item in (scores, other, scores)], 200, 0)
    for family, metrics in first.replicates.items():
        for name, draws in metrics.items():
            assert (draws == last.replicates[family][name]).all(), (family, name)


def test_values_are_those_of_the_rows_themselves() -> None:
    found = bootstrap(Y, [MetricEvaluator(Y, BALANCED, 0.25)], 200, 0)[0]
    assert found.values["decisions"]["f1"] == pytest.approx(4 / 5)
    assert found.counts == {
        "decisions": {"tp": 2, "fp": 1, "fn": 0, "tn": 1},
        "decisions_at_half": {"tp": 1, "fp": 1, "fn": 1, "tn": 1},
    }


def test_memory_stays_bounded() -> None:
    y, scores = made(200, 19_800, 1.0)
    meters = [MetricEvaluator(y, scores, 0.3)]
    tracemalloc.start()
    bootstrap(y, meters, 200, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200e6
