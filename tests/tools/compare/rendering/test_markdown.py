"""The comment: important changes come first, and names from the data are escaped."""

import pytest

from tests.tools.compare.helpers import LIFTS, make_leaderboard, snapshot
from tools.compare.changes.review import build_review
from tools.compare.rendering.markdown import MARKER, MAX_LENGTH, to_failure, to_markdown
from tools.compare.rendering.tables import MAX_CELL, MAX_ROWS
from tools.compare.review_schema import Change, CodeChange, MetricRow, ParamChange, Review


def reviewed(**changes) -> Review:
    """A review in which the champion moved, with parts of it exchanged."""
    review = build_review(snapshot(), snapshot({**LIFTS, "baseline/forest": 0.25}), list)
    return review.model_copy(update=changes)


def moved(metric: str, word: str, low: float, high: float) -> Change:
    return Change(
        metric=metric, higher_is_better=metric != "brier_score", before=0.5, after=0.5 + (low + high) / 2,
        change=(low + high) / 2, low=low, high=high, word=word,
    )  # fmt: skip


def test_it_begins_with_the_mark_and_the_verdict():
    lines = to_markdown(reviewed()).splitlines()
    assert lines[0] == MARKER
    assert lines[1].startswith("### ⚪ No detectable change in average precision: 0.")
    assert "Champion: baseline × forest." in lines[3]
    assert "Not comparable row by row" in lines[3]


def test_moved_metrics_stand_first_with_word_arrow_and_interval():
    metrics = [moved("brier_score", "worse", 0.00004, 0.0108), moved("recall", "within noise", -0.05, 0.15)]
    text = to_markdown(reviewed(metrics=metrics))
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    assert table[0] == ["metric", "some", "some", "change", "95 % interval of the change", ""]
    assert table[2] == ["Brier score ↓", "0.5000", "0.5054", "+0.0054", "+0.00004 to +0.0108", "worse"]
    assert table[3] == ["recall ↑", "0.500", "0.550", "+0.050", "−0.050 to +0.150", "within noise"]
    assert "**Clearly worse:** Brier score." in text


def test_the_primary_metric_is_not_named_twice():
    main = moved("average_precision", "worse", -0.2, -0.1)
    worse = reviewed().verdict.model_copy(update={"word": "worse"})
    text = to_markdown(reviewed(primary=main, metrics=[main], verdict=worse))
    assert "Clearly worse" not in text
    assert "🔴" in text


def test_what_the_gate_stops_is_red_whatever_the_word():
    review = reviewed()
    same = review.verdict.model_copy(update={"word": "same"})
    for result, sign in (("fine", "⚪"), ("regression", "🔴")):
        gate = review.gate.model_copy(update={"result": result})
        assert f"### {sign} " in to_markdown(reviewed(verdict=same, gate=gate))


def test_when_nothing_changed_there_is_only_a_summary():
    text = to_markdown(build_review(snapshot(), snapshot(), list))
    assert "No metric changed. Champion: baseline × forest, on 60 test rows (20 positive)." in text
    assert "|" not in text
    assert len(text.splitlines()) < 10


def test_decisions_are_counts():
    review = reviewed()
    after = review.champion_after.model_copy(update={"threshold": 0.25, "tp": 19, "fn": 1, "fp": 7})
    before = after.model_copy(update={"threshold": 0.5, "tp": 18, "fn": 2})
    text = to_markdown(review.model_copy(update={"champion_before": before, "champion_after": after}))
    assert "Decisions at the threshold 0.5 → 0.25: 18 of 20 → 19 of 20 positives found, 7 false alarms." in text


NASTY = "<script>alert(1)</script> a|b `c` **d** [e](http://f) <!-- g &amp; \n### h"


@pytest.mark.parametrize("where", ["label", "key", "path", "revision"])
def test_nothing_of_the_data_is_markup(where):
    review = reviewed()
    if where == "label":
        leaderboard = make_leaderboard(LIFTS)
        leaderboard["data"]["positive"] = NASTY
        review = build_review(snapshot(), snapshot(leaderboard=leaderboard), list)
    if where == "key":
        review = reviewed(params=[ParamChange(key=NASTY, status="changed", before=NASTY, after=NASTY)])
    if where == "path":
        review = reviewed(metrics_diff=[MetricRow(path=NASTY, metric=NASTY, before=NASTY, after=None, change=None)])
    if where == "revision":
        review = reviewed(base=review.base.model_copy(update={"name": NASTY}))
    text = to_markdown(review).replace(MARKER, "")
    assert "script" in text
    assert "<script" not in text
    assert "<!--" not in text
    assert "\n### h" not in text
    assert not any("a|b" in line or " `c`" in line for line in text.splitlines())
    for line in text.splitlines():
        if line.startswith("| "):  # as many columns as the header has
            assert line.replace("\\|", "").count("|") in (4, 6, 7, 8)


def test_a_comment_that_is_too_long_loses_its_last_tables():
    rows = [
        MetricRow(path="p" * 100, metric="m" * 100, before="b" * 100, after="a" * 100, change=n) for n in range(1000)
    ]
    keys = [ParamChange(key=f"k{n}", status="changed", before="x" * 5000, after=n) for n in range(MAX_ROWS + 5)]
    text = to_markdown(reviewed(metrics_diff=rows, params=keys))
    assert len(text) <= MAX_LENGTH
    assert "Omitted, because the comment would be too long: <code>dvc metrics diff</code>: 1,000 rows." in text
    assert f"| k{MAX_ROWS - 1} " in text
    assert f"| k{MAX_ROWS} " not in text
    assert "… and 5 more." in text
    assert "x" * MAX_CELL not in text


def test_stages_of_many_strategies_are_counted():
    code = CodeChange(path="stages/shared", status="changed", stages=["split", "train@a", "train@b"])
    text = to_markdown(reviewed(code=[code]))
    assert "Code: 1 dependency changed" in text
    assert "| split, train × 2 |" in text


def test_absent_is_not_null():
    params = [
        ParamChange(key="a", status="added", after=None),
        ParamChange(key="b", status="changed", before="1", after=1),
    ]
    lines = [" ".join(line.split()) for line in to_markdown(reviewed(params=params)).splitlines()]
    assert "| a | – | null |" in lines
    assert '| b | "1" | 1 |' in lines


def test_why_two_revisions_cannot_be_compared_is_a_comment_as_well():
    text = to_failure(["metrics/x.json in main: <b>broken</b>"])
    assert text.startswith(f"{MARKER}\n### ❔ The two revisions cannot be compared")
    assert "- metrics/x.json in main: &lt;b&gt;broken&lt;/b&gt;" in text
