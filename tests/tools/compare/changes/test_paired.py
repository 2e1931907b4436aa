"""The change of each metric, its interval and its word."""

import json

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.errors import InputError
from tests.tools.compare.helpers import Y, as_candidate, scores
from tools.compare.changes.paired import (
    ORDER,
    Bootstrap,
    change,
    moved_first,
    mover,
    paired,
    unpaired,
    without_intervals,
)
from tools.compare.changes.test_scores import Scores
from tools.compare.revisions.records import Candidate

HOW = Bootstrap(n_resamples=200, random_state=0, confidence=0.95)


def with_value(metric: str, value: float, interval: list[float]) -> Candidate:
    """A candidate of which only one metric matters."""
    content = json.loads(as_candidate("a/b", 0.1).model_dump_json())
    content["test"][metric], content["intervals"][metric] = value, interval
    return Candidate.model_validate_json(json.dumps(content))


def kept(before: dict[str, float], after: dict[str, float]) -> Scores:
    """The scores of both sides, by the lift of each candidate."""
    tables = [pa.table({name: scores(lift) for name, lift in side.items()}) for side in (before, after)]
    return Scores(Y, *tables)


def test_mover_combines_the_distances_that_point_apart_by_their_squares():
    before = with_value("average_precision", 0.80, [0.70, 0.83])
    after = with_value("average_precision", 0.90, [0.86, 0.94])
    # down: after falls by .04 and before rises by .03; up: after rises by .04 and before falls by .10
    low, high = mover("average_precision", (before, after))
    assert (low, high) == (pytest.approx(0.10 - 0.05), pytest.approx(0.10 + np.hypot(0.04, 0.10)))


def test_mover_stays_within_the_possible():
    before, after = (with_value("recall", value, [0.0, 1.0]) for value in (0.0, 1.0))
    assert mover("recall", (before, after))[1] == 1.0


@pytest.mark.parametrize(
    ("metric", "before", "after", "interval", "word"),
    [
        ("recall", 0.5, 0.7, (0.1, 0.3), "better"),
        ("recall", 0.7, 0.5, (-0.3, -0.1), "worse"),
        ("brier_score", 0.1, 0.2, (0.05, 0.15), "worse"),
        ("brier_score", 0.2, 0.1, (-0.15, -0.05), "better"),
        ("recall", 0.5, 0.7, (-0.1, 0.5), "within noise"),
        ("recall", 0.5, 0.7, (0.0, 0.5), "within noise"),  # 0 itself is not left out
        ("recall", 0.5, 0.7, (0.0000004, 0.5), "within noise"),  # nor is what is written as 0
        ("recall", 0.5, 0.5, (-0.1, 0.1), "unchanged"),
        ("recall", 0.5, 0.7, None, "not compared"),
    ],
)
def test_the_word_is_read_off_the_interval(metric, before, after, interval, word):
    pair = (with_value(metric, before, [0, 1]), with_value(metric, after, [0, 1]))
    assert change(metric, pair, interval).word == word


def test_the_same_scores_have_changed_nothing_and_that_is_certain():
    one = as_candidate("a/b", 0.2)
    found = paired((one, one), {}, "average_precision", kept({"a/b": 0.2}, {"a/b": 0.2}), HOW)
    assert {item.word for item in found.champion.values()} == {"unchanged"}
    assert {(item.low, item.high) for item in found.champion.values()} == {(0.0, 0.0)}


@pytest.mark.parametrize(("before", "after", "word"), [(0.1, 0.4, "better"), (0.4, 0.1, "worse")])
def test_a_champion_that_ranks_far_otherwise_is_seen(before, after, word):
    pair = (as_candidate("a/b", before), as_candidate("a/b", after))
    found = paired(pair, {"a": pair}, "average_precision", kept({"a/b": before}, {"a/b": after}), HOW)
    assert found.champion["average_precision"].word == found.strategies["a"].word == word
    main = found.champion["average_precision"]
    assert main.low <= main.change <= main.high
    # both have an interval of one comparison
    assert (main.low, main.high) == (found.strategies["a"].low, found.strategies["a"].high)


def test_pairing_narrows_the_interval():
    """The same noise in both: what makes a row hard makes it hard for both."""
    pair = (as_candidate("a/b", 0.2), as_candidate("a/b", 0.25))
    close = paired(pair, {}, "average_precision", kept({"a/b": 0.2}, {"a/b": 0.25}), HOW).champion
    wide = unpaired(pair, {}, "average_precision").champion
    for metric in ("average_precision", "roc_auc", "brier_score", "log_loss"):
        assert close[metric].high - close[metric].low < (wide[metric].high - wide[metric].low) / 2


def test_strategies_hold_together_so_each_is_judged_more_carefully():
    pair = (as_candidate("a/b", 0.2), as_candidate("a/b", 0.25))
    other = (as_candidate("c/b", 0.3), as_candidate("c/b", 0.1))
    before, after = {"a/b": 0.2, "c/b": 0.3}, {"a/b": 0.25, "c/b": 0.1}
    alone = paired(pair, {"a": pair}, "average_precision", kept(before, after), HOW).strategies["a"]
    among = paired(pair, {"a": pair, "c": other}, "average_precision", kept(before, after), HOW).strategies["a"]
    assert among.high - among.low > alone.high - alone.low


def test_scores_of_another_run_are_refused():
    pair = (as_candidate("a/b", 0.2), as_candidate("a/b", 0.3))
    with pytest.raises(InputError, match="do not give the average_precision of its leaderboard"):
        paired(pair, {}, "average_precision", kept({"a/b": 0.2}, {"a/b": 0.1}), HOW)
    broken = Scores(Y, pa.table({"a/b": scores(0.2)}), pa.table({"a/b": np.full(len(Y), np.nan)}))
    with pytest.raises(InputError, match="do not give"):
        paired(pair, {}, "average_precision", broken, HOW)
    with pytest.raises(InputError, match="has no column a/b"):
        paired(pair, {}, "average_precision", kept({"a/b": 0.2}, {"other/b": 0.3}), HOW)


def test_numbers_about_different_things_get_no_interval():
    pair = (as_candidate("a/b", 0.2), as_candidate("a/b", 0.3))
    found = without_intervals(pair, {"a": pair}, "roc_auc")
    assert {item.word for item in [*found.champion.values(), *found.strategies.values()]} == {"not compared"}


def test_what_moved_comes_first_and_equals_keep_their_order():
    one, two = with_value("recall", 0.5, [0, 1]), with_value("recall", 0.7, [0, 1])
    noise = change("recall", (one, two), (-1.0, 1.0))
    worse, better = change("recall", (two, one), (-0.3, -0.1)), change("recall", (one, two), (0.1, 0.3))
    same = change("f1", (one, one), (0.0, 0.0))
    assert moved_first([same, noise, better, worse, noise]) == [worse, better, noise, noise, same]
    assert ORDER[:2] == ["worse", "better"]
