"""The gate: one metric, one interval, and no guessing."""

import pytest

from tests.tools.compare.helpers import LIFTS, make_leaderboard, snapshot
from tools.compare.changes.gate import apply_gate, is_regression
from tools.compare.review_schema import Change


def primary(low: float | None, high: float | None, *, higher_is_better: bool = True) -> Change:
    metric = "average_precision" if higher_is_better else "brier_score"
    return Change(
        metric=metric, higher_is_better=higher_is_better, before=0.5, after=0.5, change=0.0, low=low, high=high,
        word="within noise",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "tolerance", "regressed"),
    [
        (-0.3, -0.1, 0.0, True),
        (-0.3, -0.1, 0.1, False),  # it reaches what is tolerated
        (-0.3, -0.1, 0.05, True),
        (-0.3, 0.0, 0.0, False),
        (-0.3, 0.1, 0.0, False),
        (0.1, 0.3, 0.0, False),  # an improvement is none
    ],
)
def test_a_regression_is_an_interval_beyond_the_tolerance_on_the_worse_side(low, high, tolerance, regressed):
    assert is_regression(primary(low, high), tolerance) is regressed
    mirrored = primary(-high, -low, higher_is_better=False)
    assert is_regression(mirrored, tolerance) is regressed


def test_nobody_loosens_the_gate_that_he_goes_through():
    strict, loose = (snapshot(params={"compare": {"tolerance": tolerance}}) for tolerance in (0.0, 1.0))
    assert apply_gate(strict, loose, primary(-0.3, -0.1)).result == "regression"
    assert apply_gate(loose, strict, primary(-0.3, -0.1)).result == "fine"
    older = snapshot(params={"compare": None})
    assert apply_gate(older, loose, primary(-0.3, -0.1)).tolerance == 1.0


def test_without_an_interval_nothing_is_fine():
    gate = apply_gate(snapshot(), snapshot(), primary(None, None))
    assert (gate.result, gate.why) == ("cannot compare", ["there is no interval of the change"])


@pytest.mark.parametrize("doubted", ["base", "head"])
def test_a_doubt_of_either_side_stops_it(doubted):
    sides = [snapshot(doubts=["metrics/selected.json: edited"] if side == doubted else []) for side in ("base", "head")]
    assert apply_gate(*sides, primary(0.1, 0.3)).result == "cannot compare"


@pytest.mark.parametrize("key", ["target", "positive"])
def test_another_question_has_other_answers(key):
    leaderboard = make_leaderboard(LIFTS)
    leaderboard["data"][key] = "other"
    gate = apply_gate(snapshot(), snapshot(leaderboard=leaderboard), primary(0.1, 0.3))
    assert gate.result == "cannot compare"
    assert f"data.{key}: was" in gate.why[0]
    assert "is 'other'" in gate.why[0]


def test_another_metric_cannot_be_gated():
    gate = apply_gate(snapshot(), snapshot(leaderboard=make_leaderboard(LIFTS, metric="roc_auc")), primary(0.1, 0.3))
    assert gate.result == "cannot compare"
    assert "select.metric: was average_precision, is roc_auc" in gate.why[0]
