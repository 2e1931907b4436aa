"""The review as a whole: its verdict, how it was paired, and what it says of the strategies."""

from pathlib import Path

import pytest

from stages.shared.errors import InputError
from tests.tools.compare.helpers import LIFTS, commit, make_leaderboard, snapshot, write_run
from tools.compare.changes.review import build_review, describe_verdict
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
    found = compared({}, {})
    assert (found.has_changes, found.gate.result, found.strategies) == (False, "fine", [])
    assert found.sentence.startswith("No change in average precision: 0.")
    assert (found.comparison.kind, found.comparison.n_resamples) == ("paired", 200)
    assert (found.base.name, found.head.name, found.head.commit) == ("main", "the work tree", None)


def test_a_champion_that_became_worse_is_a_regression(compared):
    found = compared({"lifts": {"baseline/forest": 0.5}}, {"lifts": {"baseline/forest": 0.0}})
    assert found.gate.result == "regression"
    assert found.sentence.startswith("Worse average precision: 0.974 → 0.421 (−0.55")
    assert found.primary.word == "worse"
    assert found.metrics[0].word == "worse"
    assert [item.status for item in found.strategies] == ["changed"]


def test_what_is_tolerated_is_fine(compared):
    loose = {"compare": {"tolerance": 0.9}}
    found = compared({"lifts": {"baseline/forest": 0.5}, **loose}, {"lifts": {"baseline/forest": 0.0}, **loose})
    assert (found.primary.word, found.gate.result) == ("worse", "fine")


def test_another_champion_of_the_same_leaderboard_changes_no_strategy(compared):
    found = compared({}, {"champion": "smote/forest"}, [])
    assert (found.has_changes, found.strategies) == (True, [])
    assert (found.champion_before.strategy, found.champion_after.strategy) == ("baseline", "smote")


def test_strategies_are_added_removed_and_changed(compared):
    before = {"baseline/forest": 0.2, "smote/forest": 0.1, "gone/forest": 0.1}
    after = {"baseline/forest": 0.2, "smote/forest": 0.3, "new/forest": 0.1}
    found = compared({"lifts": before}, {"lifts": after})
    rows = [(item.strategy, item.status, item.before, item.after) for item in found.strategies]
    assert rows == [
        ("new", "added", None, "forest"),
        ("gone", "removed", "forest", None),
        ("smote", "changed", "forest", "forest"),
    ]
    new, gone, smote = found.strategies
    assert (new.value_before, gone.value_after, new.primary) == (None, None, None)
    assert smote.primary.change == pytest.approx(smote.value_after - smote.value_before)


def test_without_the_scores_it_goes_unpaired_and_says_why(compared):
    found = compared({"cached": False}, {"lifts": {**LIFTS, "baseline/forest": 0.4}})
    assert found.comparison.kind == "unpaired"
    assert found.comparison.why.startswith("the test scores of main (")
    assert found.comparison.n_resamples is None
    assert found.primary.low < found.primary.change < found.primary.high
    assert found.gate.result == "fine"


def test_other_test_rows_are_not_paired_even_with_scores(compared):
    found = compared({}, {"raw": "4b"})
    assert (found.comparison.kind, found.comparison.why) == (
        "unpaired",
        "the raw table is another, and so is the test set",
    )
    assert found.primary.word == "unchanged"


def test_intervals_of_different_levels_are_not_put_together():
    found = build_review(
        snapshot(),
        snapshot(leaderboard={"settings": {"metric": "roc_auc", "confidence": 0.9, "n_resamples": 200}}),
        list,
    )
    assert found.comparison.kind == "none"
    assert "evaluate.confidence was 0.95 and is 0.9" in found.comparison.why
    assert found.gate.result == "cannot compare"
    assert found.notes == ["select.metric was average_precision and is roc_auc; the verdict is about the latter."]


def test_another_positive_label_is_not_compared():
    leaderboard = make_leaderboard(LIFTS)
    leaderboard["data"]["positive"] = "no"
    found = build_review(snapshot(), snapshot(leaderboard=leaderboard), list)
    assert (found.comparison.kind, found.primary.word, found.gate.result) == ("none", "not compared", "cannot compare")
    assert found.sentence.startswith("Not comparable: average precision: 0.")


def test_a_metric_that_nobody_knows_is_refused():
    with pytest.raises(InputError, match="'profit' is none of average_precision"):
        build_review(snapshot(), snapshot(leaderboard=make_leaderboard(LIFTS, metric="profit")), list)


def test_the_verdict_never_reads_plus_nothing():
    change = build_review(snapshot(), snapshot(), list).primary.model_copy(
        update={"before": 0.5, "after": 0.50004, "change": 0.00004, "word": "better"}
    )
    assert describe_verdict(change) == "Better average precision: 0.500 → 0.500 (+0.00004)"
