"""The verdict counts all rows where both revisions scored them in the same folds, and says why where it does not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stages.shared import paths
from stages.shared.storage.parquet import write_columns
from tests.tools.compare.helpers import FOLD, TRAIN_Y, commit, oof_scores, to_cache, write_run
from tools.compare.changes.review import build_review
from tools.compare.changes.verdict import describe_verdict
from tools.compare.rendering.markdown import to_markdown
from tools.compare.revisions.git import find_revision
from tools.compare.revisions.records import Lock
from tools.compare.revisions.snapshot import read_snapshot

SAME = {"baseline/forest": 0.2, "smote/forest": 0.1}


def as_is(columns):
    return columns


@pytest.fixture
def compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that commits two runs, edits the snapshot of the second, and reviews it."""
    monkeypatch.chdir(tmp_path)

    def of(after: dict, before: dict | None = None, edit=as_is):
        write_run(tmp_path, **{"lifts": SAME, "oof": as_is, **(before or {})})
        commit(tmp_path)
        base = read_snapshot(find_revision("main"))
        write_run(tmp_path, **{"lifts": SAME, "oof": as_is, **after})
        return build_review(base, edit(read_snapshot(find_revision(None))), lambda: None)

    return of


def test_all_rows_count_where_both_scored_them_in_the_same_folds(compared):
    review = compared({"lifts": {**SAME, "baseline/forest": 0.35}})
    verdict = review.verdict
    assert (verdict.rows, verdict.why, verdict.n_rows, verdict.positives) == ("all", "", 240, 80)
    assert verdict.estimate == pytest.approx(verdict.after - verdict.before, abs=2e-6)
    assert (verdict.word, verdict.margin) == ("better", 0.02)
    assert verdict.high - verdict.low < review.primary.high - review.primary.low
    assert verdict.minimum_detectable == pytest.approx((verdict.high - verdict.low) / 2 * (1 + 0.8416 / 1.96), rel=1e-3)
    text = to_markdown(review)
    assert "### 🟢 Better average precision: 0." in text
    assert "On 240 rows of train, out of fold, and test (80 positive): average precision +0." in text
    assert "these rows show a loss of 0." in text


def test_a_loss_that_test_alone_does_not_show_is_stopped(compared):
    review = compared({"lifts": {**SAME, "baseline/forest": 0.16}})
    assert review.primary.word == "within noise"
    assert (review.verdict.word, review.gate.result) == ("worse", "regression")


def test_equal_scores_are_the_same(compared):
    review = compared({"lifts": {**SAME, "smote/forest": 0.3}})
    assert (review.verdict.rows, review.verdict.word, review.gate.result) == ("all", "same", "fine")
    assert review.sentence.startswith("No change in average precision: 0.")
    assert "average precision 0.000 (0.000 to 0.000), same (margin 0.02)." in to_markdown(review)


def test_a_certain_loss_within_the_margin_is_the_same_and_still_a_regression(compared):
    """`compare.tolerance` is the gate's; the margin is only a word."""
    review = compared({"lifts": {**SAME, "baseline/forest": 0.16}})
    verdict = review.verdict.model_copy(update={"word": "same", "margin": 0.3})
    assert describe_verdict(verdict, review.primary).startswith("The same average precision within ±0.3: 0.")


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ({"oof": lambda columns: {**columns, "row": columns["row"] + 1}}, "the rows of the out-of-fold scores differ"),
        ({"oof": lambda columns: {**columns, "y": 1 - TRAIN_Y}}, "the labels of the out-of-fold scores differ"),
        ({"oof": lambda columns: {**columns, "fold": 2 - FOLD}}, "the folds of the out-of-fold scores differ"),
        ({"oof": lambda columns: {**columns, "forest": oof_scores(0.5)}}, "do not give the average_precision of its"),
        ({"oof": lambda columns: {**columns, "forest": np.full(len(FOLD), np.nan)}}, "do not give the"),
        ({"champion": "smote/forest"}, "the champion was baseline/forest and is smote/forest"),
        ({"oof": None}, "metrics/leaderboard.json of the work tree judges by test rows alone"),
    ],
)  # fmt: skip
def test_where_folds_rows_or_champions_differ_test_alone_counts_and_it_says_so(compared, after, why):
    review = compared(after)
    verdict = review.verdict
    assert (verdict.rows, verdict.n_rows, verdict.positives) == ("test", 60, 20)
    assert why in verdict.why
    assert (verdict.estimate, verdict.low, verdict.high) == (
        review.primary.change, review.primary.low, review.primary.high,
    )  # fmt: skip
    assert "On 60 test rows alone (20 positive), because " in to_markdown(review)


def test_a_probability_metric_is_judged_on_test(compared):
    select = {"select": {"strategy": "auto", "metric": "brier_score"}}

    def edit(leaderboard):
        leaderboard["settings"]["metric"] = "brier_score"

    verdict = compared({"edit": edit, **select}, {"edit": edit, **select}).verdict
    assert (verdict.rows, verdict.why, verdict.margin) == ("test", "Brier score is no ranking metric", 0)


@pytest.mark.parametrize("path", [paths.MODELS / "baseline", paths.TEST])
def test_what_is_not_on_this_machine_does_not_count(compared, path):
    def forget(snapshot):
        content = snapshot.lock.model_dump()
        for out in content["stages"]["evaluate"]["outs"]:
            if out["path"] == str(path):
                out["md5"] = f"{'0' * 32}.dir"
        return replace(snapshot, lock=Lock.model_validate(content))

    verdict = compared({}, edit=forget).verdict
    assert (verdict.rows, verdict.word) == ("test", "same")
    assert verdict.why.endswith("of the work tree are not on this machine (neither in the DVC cache nor here)")


def test_a_file_of_the_working_tree_serves_where_the_cache_lacks_it(compared, tmp_path):
    def move(snapshot):
        path = paths.MODELS / "baseline" / paths.OOF
        columns = {"row": np.arange(180) + 60, "group": np.arange(180) + 60, "fold": FOLD, "y": TRAIN_Y}
        write_columns(path, {**columns, "forest": oof_scores(0.2)})
        content = path.read_bytes()
        to_cache(tmp_path, path, kept=False)
        path.write_bytes(content)
        return snapshot

    assert compared({}, edit=move).verdict.rows == "all"


def test_rows_of_another_table_do_not_count_even_where_their_numbers_agree(compared):
    """Test is the same, so that it is paired; the raw table and train are not."""
    review = compared({"raw": "4b"})
    assert (review.comparison.kind, review.verdict.rows) == ("paired", "test")
    assert review.verdict.why == "the raw table is another, and so is the train set"
