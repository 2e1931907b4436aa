"""The whole review: its verdict, its intervals, and its strategies."""

from pathlib import Path

import pytest

from stages.shared.errors import InputError
from tests.tools.compare.helpers import LIFTS, commit, make_leaderboard, snapshot, write_run
from tools.compare.changes.review import build_review
from tools.compare.changes.verdict import describe_verdict
from tools.compare.review_schema import MetricRow
from tools.compare.revisions.git import find_revision
from tools.compare.revisions.snapshot import read_snapshot


@pytest.fixture
def compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that commits two runs and reviews the second."""
    monkeypatch.chdir(tmp_path)

    def of(before: dict, after: dict, rows: list[MetricRow] | None = None):
        write_run(tmp_path, **before)
        commit(tmp_path)
        base = read_snapshot(find_revision("main"))
        write_run(tmp_path, **after)
        return build_review(base, read_snapshot(find_revision(None)), lambda: rows)

    return of


def test_equal_runs_have_changed_nothing(compared):
    result = compared({}, {})
    assert (result.has_changes, result.gate.result, result.strategies) == (False, "fine", [])
    assert result.sentence.startswith("No change in average precision: 0.")
    assert (result.comparison.kind, result.comparison.n_resamples) == ("paired", 200)
    assert (result.base.name, result.head.name, result.head.commit) == ("main", "the work tree", None)


def test_a_champion_that_became_worse_is_a_regression(compared):
    result = compared({"lifts": {"baseline/forest": 0.5}}, {"lifts": {"baseline/forest": 0.0}})
    assert result.gate.result == "regression"
    assert result.sentence.startswith("Worse average precision: 0.974 → 0.421 (−0.55")
    assert result.primary.word == "worse"
    assert result.metrics[0].word == "worse"
    assert [item.status for item in result.strategies] == ["changed"]


def test_what_is_tolerated_is_fine(compared):
    loose = {"compare": {"tolerance": 0.9}}
    result = compared({"lifts": {"baseline/forest": 0.5}, **loose}, {"lifts": {"baseline/forest": 0.0}, **loose})
    assert (result.primary.word, result.gate.result) == ("worse", "fine")


def test_another_champion_of_the_same_leaderboard_changes_no_strategy(compared):
    result = compared({}, {"champion": "smote/forest"}, [])
    assert (result.has_changes, result.strategies) == (True, [])
    assert (result.champion_before.strategy, result.champion_after.strategy) == ("baseline", "smote")


def test_strategies_are_added_removed_and_changed(compared):
    before = {"baseline/forest": 0.2, "smote/forest": 0.1, "gone/forest": 0.1}
    after = {"baseline/forest": 0.2, "smote/forest": 0.3, "new/forest": 0.1}
    result = compared({"lifts": before}, {"lifts": after})
    rows = [(item.strategy, item.status, item.before, item.after) for item in result.strategies]
    assert rows == [
        ("new", "added", None, "forest"),
        ("gone", "removed", "forest", None),
        ("smote", "changed", "forest", "forest"),
    ]
    new, gone, smote = result.strategies
    assert (new.value_before, gone.value_after, new.primary) == (None, None, None)
    assert smote.primary.change == pytest.approx(smote.value_after - smote.value_before)


def test_without_the_scores_it_goes_unpaired_and_says_why(compared):
    result = compared({"cached": False}, {"lifts": {**LIFTS, "baseline/forest": 0.4}})
    assert result.comparison.kind == "unpaired"
    assert result.comparison.why.startswith("the test scores of main (")
    assert result.comparison.n_resamples is None
    assert result.primary.low < result.primary.change < result.primary.high
    assert result.gate.result == "fine"


def test_other_test_rows_are_not_paired_even_with_scores(compared):
    result = compared({}, {"raw": "4b"})
    assert (result.comparison.kind, result.comparison.why) == (
        "unpaired",
        "the raw table is another, and so is the test set",
    )
    assert result.primary.word == "unchanged"


def test_intervals_of_different_levels_are_not_put_together():
    result = build_review(
        snapshot(),
        snapshot(leaderboard={"settings": {"metric": "roc_auc", "confidence": 0.9, "n_resamples": 200}}),
        list,
    )
    assert result.comparison.kind == "none"
    assert "evaluate.confidence was 0.95 and is 0.9" in result.comparison.why
    assert result.gate.result == "cannot compare"
    assert result.notes == ["select.metric was average_precision and is roc_auc; the verdict is about the latter."]


def test_another_positive_label_is_not_compared():
    leaderboard = make_leaderboard(LIFTS)
    leaderboard["data"]["positive"] = "no"
    result = build_review(snapshot(), snapshot(leaderboard=leaderboard), list)
    assert (result.comparison.kind, result.primary.word, result.gate.result) == (
        "none",
        "not compared",
        "cannot compare",
    )
    assert result.sentence.startswith("Not comparable: average precision: 0.")


def test_an_unknown_metric_is_refused():
    with pytest.raises(InputError, match="'profit' is none of average_precision"):
        build_review(snapshot(), snapshot(leaderboard=make_leaderboard(LIFTS, metric="profit")), list)


def test_the_sentence_shows_enough_digits_of_a_small_change():
    review = build_review(snapshot(), snapshot(), list)
    verdict = review.verdict.model_copy(update={"before": 0.5, "after": 0.50004, "estimate": 0.00004, "word": "better"})
    assert describe_verdict(verdict, review.primary) == "Better average precision: 0.500 → 0.500 (+0.00004)"
