"""What changed in params, data and code."""

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from tests.tools.compare.helpers import LIFTS, RAW, lock, make_leaderboard, params, snapshot
from tools.compare.changes.params_diff import compare_code, compare_data, compare_params


def compare(before, after):
    return [(item.key, item.status, item.before, item.after) for item in compare_params(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a.c", "changed", 2, 3)]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": None}}, [("a.c", "added", None, None)]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, [("a.c", "removed", 2, None)]),
        ({"a": [1, 2]}, {"a": [2, 1]}, [("a", "changed", [1, 2], [2, 1])]),
        ({"a": {}}, {"a": {"b": 1}}, [("a.b", "added", None, 1), ("a", "removed", {}, None)]),
        ({"a": 1}, {"a": True}, [("a", "changed", 1, True)]),  # equal to Python, not to the pipeline
        ({"a": 1}, {"a": 1.0}, [("a", "changed", 1, 1.0)]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": float("inf")}, {"a": 1}, [("a", "changed", "inf", 1)]),
    ],
)
def test_params_are_compared_key_by_key(before, after, expected):
    assert compare(before, after) == expected


LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers(), max_size=2)
TREES = st.recursive(LEAVES, lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=6)


@given(st.dictionaries(st.sampled_from("abc"), TREES), st.dictionaries(st.sampled_from("abc"), TREES))
@settings(max_examples=50, deadline=None)
def test_equal_params_have_no_changes_and_the_reverse_comparison_mirrors_them(one, other):
    assert compare(one, one) == []
    there, back = compare(one, other), compare(other, one)
    mirror = {"added": "removed", "removed": "added", "changed": "changed"}
    assert sorted((k, mirror[s], repr(a), repr(b)) for k, s, b, a in there) == sorted(
        (k, s, repr(b), repr(a)) for k, s, b, a in back
    )


def test_data_changes_name_the_raw_table_its_rows_and_the_test_set():
    leaderboard = make_leaderboard(LIFTS)
    leaderboard["data"]["test"] = {"rows": 90, "positives": 21}
    head = snapshot(leaderboard=leaderboard, lock=lock({"data/test.parquet": "77"}, params(), raw="4b"))
    changes = {fact.name: (fact.before, fact.after) for fact in compare_data(snapshot(), head)}
    assert changes == {
        "md5 of the raw table": (RAW, "4b"),
        "rows": (120, 150),
        "positives": (40, 41),
        "test rows": (60, 90),
        "test positives": (20, 21),
        "md5 of the test set": (None, "77"),
    }
    assert compare_data(snapshot(), snapshot()) == []


def test_code_changes_name_the_stages_that_depend_on_it():
    before, after = lock({}, params()), lock({}, params(), code="c1")
    after["stages"]["report"] = {
        "deps": [{"path": "stages/shared", "md5": "c1"}, {"path": "stages/report", "md5": "a"}]
    }
    changes = [
        (item.path, item.status, item.stages) for item in compare_code(snapshot(lock=before), snapshot(lock=after))
    ]
    assert changes == [
        ("stages/report", "added", ["report"]),
        ("stages/shared", "changed", ["prepare", "evaluate"]),
    ]


def test_data_and_artefacts_are_no_code():
    after = lock({}, params(), raw="4b")
    after["stages"]["evaluate"]["deps"] += [
        {"path": "data/test.parquet", "md5": "a"},
        {"path": "metrics/cv", "md5": "a"},
    ]
    outs = [{"path": "data/test.parquet", "md5": "a"}, {"path": "metrics/cv/smote.json", "md5": "a"}]
    after["stages"]["prepare"]["outs"] = outs
    assert compare_code(snapshot(), snapshot(lock=after)) == []
