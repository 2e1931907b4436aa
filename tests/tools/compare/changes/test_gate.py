"""The gate: one metric and one interval decide."""

from dataclasses import replace

import pytest

from tests.tools.compare.helpers import LIFTS, make_leaderboard, snapshot
from tools.compare.changes.gate import apply_gate, is_regression
from tools.compare.review_schema import Verdict
from tools.compare.revisions.records import Explanation, Slice
from tools.compare.revisions.snapshot import Snapshot


def primary(low: float, high: float, *, higher_is_better: bool = True) -> Verdict:
    return Verdict(
        metric="average_precision" if higher_is_better else "brier_score", rows="test", why="", n_rows=60, positives=20,
        before=0.5, after=0.5, estimate=0.0, low=low, high=high, word="cannot_tell", margin=0.0, minimum_detectable=0.1,
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


def test_the_tolerance_of_the_base_counts():
    strict, loose = (snapshot(params={"compare": {"tolerance": tolerance}}) for tolerance in (0.0, 1.0))
    assert apply_gate(strict, loose, primary(-0.3, -0.1)).result == "regression"
    assert apply_gate(loose, strict, primary(-0.3, -0.1)).result == "fine"
    older = snapshot(params={"compare": None})
    assert apply_gate(older, loose, primary(-0.3, -0.1)).tolerance == 1.0


def with_slices(*entries: tuple[str, str, bool], watched: tuple[str, ...] = ("sex",), gate: bool = True) -> Snapshot:
    """Return a snapshot whose champion has these slices: label, verdict, and whether it is watched."""
    slices = [
        Slice(column="sex", key=label, label=label, watched=is_watched, metric="recall", value=0.5, verdict=verdict)
        for label, verdict, is_watched in entries
    ]
    found = snapshot(params={"compare": {"tolerance": 0.0, "slices": gate}, "evaluate": {"slices": list(watched)}})
    other = Explanation(strategy="smote", classifier="forest", slices=[])
    return replace(found, explanations=[other, Explanation(strategy="baseline", classifier="forest", slices=slices)])


WORSE, EVEN = ("sex = M", "worse", True), ("sex = M", "cannot_tell", True)


@pytest.mark.parametrize(
    ("base", "head", "why"),
    [
        (with_slices(EVEN), with_slices(WORSE), ["recall is now worse where sex = M (0.500) than in all other rows"]),
        (with_slices(WORSE), with_slices(WORSE), []),  # it was so before
        (with_slices(WORSE), with_slices(EVEN), []),
        (with_slices(EVEN), with_slices(("age > 60", "worse", False)), []),  # nobody watches it
        (with_slices(EVEN, gate=False), with_slices(WORSE), []),  # nobody asked
        (with_slices(("sex = M", "worse", False)), with_slices(WORSE), []),  # it was, but nobody watched it
    ],
)
def test_a_watched_slice_that_gets_worse_is_a_regression(base, head, why):
    gate = apply_gate(base, head, primary(-0.1, 0.1))
    assert (gate.result, gate.why) == ("regression" if why else "fine", why)


def test_a_base_without_slices_says_nothing_of_them():
    older = replace(with_slices(EVEN), explanations=[])
    assert apply_gate(older, with_slices(WORSE), primary(-0.1, 0.1)).result == "fine"


def test_a_slice_must_be_watched_on():
    gate = apply_gate(with_slices(EVEN), with_slices(watched=()), primary(-0.1, 0.1))
    why = ["params.yaml: evaluate.slices: sex is no longer watched; land such a change by itself"]
    assert (gate.result, gate.why) == ("cannot compare", why)


def test_without_an_interval_nothing_is_fine():
    gate = apply_gate(snapshot(), snapshot(), None)
    assert (gate.result, gate.why) == ("cannot compare", ["there is no interval of the change"])


@pytest.mark.parametrize("doubts", [(["edited"], []), ([], ["edited"])])
def test_a_doubt_about_either_revision_cannot_be_compared(doubts):
    base, head = (snapshot(doubts=doubt) for doubt in doubts)
    assert apply_gate(base, head, primary(0.1, 0.3)).result == "cannot compare"


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("data", "target", "other", "data.target: was 'sick', is 'other'"),
        ("data", "positive", "other", "data.positive: was 'yes', is 'other'"),
        ("settings", "metric", "roc_auc", "select.metric: was average_precision, is roc_auc"),
    ],
)
def test_another_label_or_metric_cannot_be_compared(section, key, value, message):
    leaderboard = make_leaderboard(LIFTS)
    leaderboard[section][key] = value
    gate = apply_gate(snapshot(), snapshot(leaderboard=leaderboard), primary(0.1, 0.3))
    assert gate.result == "cannot compare"
    assert message in gate.why[0]
