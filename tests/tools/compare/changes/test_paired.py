"""The change of each metric, its interval and its verdict."""

import json

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.errors import InputError
from tests.tools.compare.helpers import Y, as_candidate, scores
from tools.compare.changes.paired import (
    Intervals,
    Pair,
    Pairs,
    compute_mover_interval,
    compute_paired,
    compute_unpaired,
    describe_change,
    get_rank,
)
from tools.compare.changes.paired_scores import Scores
from tools.compare.revisions.records import CandidateRecord, Settings

PRIMARY = "average_precision"
SETTINGS = Settings(metric=PRIMARY, confidence=0.95, n_resamples=200)


def with_value(metric: str, value: float, interval: list[float]) -> CandidateRecord:
    """A candidate of which only one metric matters."""
    content = json.loads(as_candidate("a/b", 0.1).model_dump_json())
    content["test"][metric], content["intervals"][metric] = value, interval
    return CandidateRecord.model_validate_json(json.dumps(content))


def make_scores(before: dict[str, float], after: dict[str, float]) -> Scores:
    """The scores of both revisions, by the lift of each candidate."""
    tables = [pa.table({name: scores(lift) for name, lift in lifts.items()}) for lifts in (before, after)]
    return Scores(Y, *tables)


def make_pair(name: str, before: float, after: float) -> Pair:
    return as_candidate(name, before), as_candidate(name, after)


def compare_lifts(before: dict[str, float], after: dict[str, float], strategies: str = "") -> Intervals:
    """The paired intervals, with a/b as the champion and the candidates of `strategies`, such as "ac"."""
    pairs = {name: make_pair(f"{name}/b", before[f"{name}/b"], after[f"{name}/b"]) for name in strategies}
    champion = make_pair("a/b", before["a/b"], after["a/b"])
    return compute_paired(Pairs(champion, pairs), make_scores(before, after), SETTINGS, 0)


def test_mover_combines_the_distances_that_point_apart_by_their_squares():
    before = with_value("average_precision", 0.80, [0.70, 0.83])
    after = with_value("average_precision", 0.90, [0.86, 0.94])
    # down: after falls by .04 and before rises by .03; up: after rises by .04 and before falls by .10
    low, high = compute_mover_interval("average_precision", (before, after))
    assert (low, high) == (pytest.approx(0.10 - 0.05), pytest.approx(0.10 + np.hypot(0.04, 0.10)))


def test_mover_stays_within_the_possible():
    before, after = (with_value("recall", value, [0.0, 1.0]) for value in (0.0, 1.0))
    assert compute_mover_interval("recall", (before, after))[1] == 1.0


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
def test_the_verdict_follows_from_the_interval(metric, before, after, interval, word):
    pair = (with_value(metric, before, [0, 1]), with_value(metric, after, [0, 1]))
    assert describe_change(metric, pair, interval).word == word


def test_the_same_scores_give_an_interval_of_no_width():
    intervals = compare_lifts({"a/b": 0.2}, {"a/b": 0.2})
    assert set(intervals.champion.values()) == {(0.0, 0.0)}


@pytest.mark.parametrize(("before", "after", "word"), [(0.1, 0.4, "better"), (0.4, 0.1, "worse")])
def test_a_large_change_of_the_champion_is_detected(before, after, word):
    intervals = compare_lifts({"a/b": before}, {"a/b": after}, "a")
    change = describe_change(PRIMARY, make_pair("a/b", before, after), intervals.champion[PRIMARY])
    assert change.word == word
    assert change.low <= change.change <= change.high
    assert intervals.champion[PRIMARY] == intervals.strategies["a"]  # both are one comparison by itself


def test_pairing_narrows_the_interval():
    """A row that is hard for one model is hard for the other."""
    paired = compare_lifts({"a/b": 0.2}, {"a/b": 0.25}).champion
    unpaired = compute_unpaired(Pairs(make_pair("a/b", 0.2, 0.25), {}), PRIMARY).champion
    for metric in ("average_precision", "roc_auc", "brier_score", "log_loss"):
        assert np.diff(paired[metric]) < np.diff(unpaired[metric]) / 2


def test_simultaneous_intervals_of_strategies_are_wider():
    before, after = {"a/b": 0.2, "c/b": 0.3}, {"a/b": 0.25, "c/b": 0.1}
    one, two = (compare_lifts(before, after, strategies).strategies["a"] for strategies in ("a", "ac"))
    assert np.diff(two) > np.diff(one)


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ({"a/b": scores(0.1)}, "do not give the average_precision of its leaderboard"),
        ({"a/b": np.full(len(Y), np.nan)}, "do not give"),
        ({"other/b": scores(0.3)}, "has no column a/b"),
    ],
)
def test_scores_of_another_run_are_refused(after, message):
    tables = Scores(Y, pa.table({"a/b": scores(0.2)}), pa.table(after))
    with pytest.raises(InputError, match=message):
        compute_paired(Pairs(make_pair("a/b", 0.2, 0.3), {}), tables, SETTINGS, 0)


def test_important_changes_come_first_and_equal_ones_keep_their_order():
    one, two = with_value("recall", 0.5, [0, 1]), with_value("recall", 0.7, [0, 1])
    noise = describe_change("recall", (one, two), (-1.0, 1.0))
    worse, better = (
        describe_change("recall", *item) for item in (((two, one), (-0.3, -0.1)), ((one, two), (0.1, 0.3)))
    )
    same = describe_change("f1", (one, one), (0.0, 0.0))
    assert sorted([same, noise, better, worse, noise], key=get_rank) == [worse, better, noise, noise, same]
