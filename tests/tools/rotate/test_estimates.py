"""The effects on all test sets, by numbers that can be checked by hand."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score

from stages.evaluate.models.candidates import CandidateKey
from stages.shared.metrics.registry import list_compared
from tools.rotate.estimates import (
    FAMILIES,
    SHARED_ROWS,
    Rotation,
    RotationSettings,
    estimate_rotations,
    find_spread,
    list_candidates,
    make_sets,
    measure_family,
)

PLAIN, TREATED = CandidateKey("baseline", "mlp"), CandidateKey("smote", "mlp")
SETTINGS = RotationSettings("baseline", 0.95, 500, 0)


def made(number: int, shift: float = 1.5, cut: float = 0.5) -> Rotation:
    """A test set of 10 positives and 90 negatives; the treated scores are others of equal quality."""
    random, y = np.random.RandomState(number), np.repeat([1, 0], [10, 90])
    rows = np.arange(100) + 100 * number
    scores = {candidate: 1 / (1 + np.exp(-(random.normal(size=100) + shift * y - 1))) for candidate in (PLAIN, TREATED)}
    decisions = {candidate: values >= cut for candidate, values in scores.items()}
    return Rotation(rows, y, rows, scores, decisions)


ROTATIONS = [made(number) for number in range(4)]


def of(metric: str, rotations: list[Rotation], settings: RotationSettings = SETTINGS):
    """The mean effect on a metric."""
    found = estimate_rotations(rotations, settings)
    return next(item for item in found.effects if item.metric == metric and item.classifier is None)


def joined(name: str, candidate: CandidateKey) -> np.ndarray:
    return np.concatenate([getattr(rotation, name)[candidate] for rotation in ROTATIONS])


def test_a_ranking_is_measured_inside_each_test_set() -> None:
    values = [
        average_precision_score(rotation.y, rotation.scores[TREATED])
        - average_precision_score(rotation.y, rotation.scores[PLAIN])
        for rotation in ROTATIONS
    ]
    assert of("average_precision", ROTATIONS).estimate == pytest.approx(np.mean(values), abs=1e-6)
    first = ROTATIONS[0]  # other scores of the same order, as another model would give
    halved = replace(first, scores={name: scores / 2 for name, scores in first.scores.items()})
    assert of("average_precision", [halved, *ROTATIONS[1:]]) == of("average_precision", ROTATIONS)


def test_losses_and_decisions_are_counted_over_all_rows() -> None:
    y = np.concatenate([rotation.y for rotation in ROTATIONS])
    f1 = f1_score(y, joined("decisions", TREATED)) - f1_score(y, joined("decisions", PLAIN))
    assert of("f1", ROTATIONS).estimate == pytest.approx(f1, abs=1e-6)
    brier = brier_score_loss(y, joined("scores", TREATED)) - brier_score_loss(y, joined("scores", PLAIN))
    assert of("brier_score", ROTATIONS).estimate == pytest.approx(brier, abs=1e-6)


def test_the_rows_and_metrics_are_those_of_all_test_sets() -> None:
    found = estimate_rotations(ROTATIONS, SETTINGS)
    assert (found.rows, found.positives) == (400, 40)
    metrics = [name for family in FAMILIES for name in list_compared()[family]]
    assert [item.metric for item in found.effects] == [name for name in metrics for _ in range(2)]
    assert list(found.margins) == list(found.spread) == metrics


def find_more(*counts: int) -> list[Rotation]:
    """Rotations in which the treated model finds so many of ten positives more than the other, which finds none."""
    rows = np.arange(100)
    return [
        replace(rotation, decisions={PLAIN: np.zeros(100, dtype=bool), TREATED: rows < count})
        for rotation, count in zip(ROTATIONS, counts, strict=True)
    ]


def test_recall_has_the_error_of_a_binomial_difference() -> None:
    found, share = of("recall", find_more(2, 2, 2, 2)), 0.2
    error = np.sqrt(share * (1 - share) / 39)  # of the mean of 40 differences, which are 0 or 1
    assert found.estimate == share
    assert (found.high - found.low) / 2 == pytest.approx(SHARED_ROWS * 1.96 * error, rel=0.1)


def test_a_spread_beyond_that_of_the_rows_widens_the_intervals() -> None:
    even, uneven = find_more(4, 4, 4, 4), find_more(8, 8, 0, 0)
    assert estimate_rotations(even, SETTINGS).spread["recall"] == 1
    spread = estimate_rotations(uneven, SETTINGS).spread["recall"]
    of_rows = (0.8 * 0.2 / 9 + 0) / 2  # of the mean of ten, with and without differences
    assert spread == pytest.approx(np.sqrt(np.var([0.8, 0.8, 0, 0], ddof=1) / of_rows))
    one, other = (of("recall", rotations) for rotations in (even, uneven))
    assert one.estimate == other.estimate == 0.4
    assert (other.high - other.low) / (one.high - one.low) == pytest.approx(spread, rel=0.1)


def test_the_spread_is_the_variance_over_rotations_by_that_of_the_rows() -> None:
    by_rotation = [measure_family([rotation], [PLAIN, TREATED], "decisions", ["recall"]) for rotation in ROTATIONS]
    comparisons = [item for item in estimate_comparisons() if item.classifier is None]
    values, variances = [], []
    for rotation in ROTATIONS:
        gain = rotation.decisions[TREATED][:10].astype(int) - rotation.decisions[PLAIN][:10]
        values.append(gain.mean())
        variances.append(gain.var(ddof=1) / 10)
    expected = max(np.sqrt(np.var(values, ddof=1) / np.mean(variances)), 1)
    assert find_spread(by_rotation, comparisons, "recall") == pytest.approx(expected)
    assert find_spread(by_rotation[:1], comparisons, "recall") == 1


def estimate_comparisons():
    from stages.evaluate.effects.effects import list_comparisons

    return list_comparisons(measure_family(ROTATIONS, [PLAIN, TREATED], "decisions", ["recall"]), "baseline")


def test_equal_candidates_are_the_same() -> None:
    same = [
        replace(
            rotation,
            scores=dict.fromkeys((PLAIN, TREATED), rotation.scores[PLAIN]),
            decisions=dict.fromkeys((PLAIN, TREATED), rotation.decisions[PLAIN]),
        )
        for rotation in ROTATIONS
    ]
    assert {item.verdict for item in estimate_rotations(same, SETTINGS).effects} == {"same"}


def test_margins_are_shares_of_what_is_perfect_or_of_what_a_constant_loses() -> None:
    found = estimate_rotations(ROTATIONS, replace(SETTINGS, margin=0.03)).margins
    assert found["average_precision"] == found["roc_auc"] == 0.03
    assert found["f1"] == found["recall"] == 0.02
    assert found["brier_score"] == pytest.approx(0.02 * 0.1 * 0.9)  # the constant 0.1
    entropy = -(0.1 * np.log(0.1) + 0.9 * np.log(0.9))
    assert found["log_loss"] == pytest.approx(0.02 * entropy, abs=1e-6)


def test_only_what_every_rotation_has_is_compared() -> None:
    third = CandidateKey("smote", "xgboost")
    scores, decisions = ({**values, third: values[PLAIN]} for values in (ROTATIONS[0].scores, ROTATIONS[0].decisions))
    rotations = [replace(ROTATIONS[0], scores=scores, decisions=decisions), *ROTATIONS[1:]]
    assert list_candidates(rotations) == [PLAIN, TREATED]
    assert estimate_rotations(rotations, SETTINGS) == estimate_rotations(ROTATIONS, SETTINGS)


def test_groups_and_weights_reach_the_rows() -> None:
    pairs = [replace(rotation, groups=rotation.rows // 2, weights=np.ones(100)) for rotation in ROTATIONS]
    sets = make_sets(pairs)
    assert (int(sets.groups.max()) + 1, sets.n_positives) == (200, 40)
    assert sets.weights is not None
    weighed = [replace(rotation, weights=np.repeat([4.6, 0.6], [10, 90])) for rotation in ROTATIONS]
    assert of("recall", weighed).estimate == of("recall", ROTATIONS).estimate  # equal in each class
    assert of("precision", weighed).estimate != of("precision", ROTATIONS).estimate
