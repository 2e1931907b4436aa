"""Experiments as rows, by hand."""

from typing import Any

import pytest

from tools.experiments.rows import changed, rows
from tools.experiments.table import table

SELECTED = {"strategy": "smote", "classifier": "mlp", "average_precision": 0.5, "roc_auc": 0.9, "brier_score": 0.1}


def revision(name: str, params: dict[str, Any], error: Any = None, **selected: Any) -> dict[str, Any]:
    return {
        "rev": f"{name}0123456789", "name": name, "error": error, "experiments": None,
        "data": {
            "params": {"params.yaml": {"data": params}},
            "metrics": {"metrics/selected.json": {"data": {**SELECTED, **selected}}},
        },
    }  # fmt: skip


def experiment(found: dict[str, Any], state: str | None = None) -> dict[str, Any]:
    return {"revs": [found], "name": found["name"], "executor": {"state": state} if state else None}


def shown(*experiments: dict[str, Any]) -> list[dict[str, Any]]:
    base = revision("main", {"random_state": 1, "cv": {"n_splits": 5}})
    return [revision("workspace", {"random_state": 1, "cv": {"n_splits": 5}}), {**base, "experiments": [*experiments]}]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3, "c": 2}}, ["a.b=3"]),
        ({"a": {}}, {"a": {"b": {"sampler": "SMOTE", "k": 5}}}, ["+a.b={sampler: SMOTE, k: 5}"]),
        ({"a": {"b": {}}}, {"a": {}}, ["~a.b"]),
        ({"a": None, "b": [1]}, {"a": True, "b": [1, 2]}, ["a=true", "b=[1, 2]"]),
        ({"a": {"policy": "f1"}}, {"a": None}, ["a=null"]),
        ({"a": 1}, {"a": 1.5, "b": False}, ["a=1.5", "+b=false"]),
    ],
)
def test_changes_are_in_the_words_of_dvc(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert list(changed(old, new)) == expected


def test_a_commit_and_its_experiments() -> None:
    found = rows(shown(experiment(revision("folds", {"random_state": 1, "cv": {"n_splits": 3}}, f1=0.25))))
    assert [(row.name, row.is_commit, row.changes) for row in found] == [
        ("main", True, []),
        ("folds", False, ["cv.n_splits=3"]),
    ]
    assert (found[1].strategy, found[1].classifier, found[1].metrics) == ("smote", "mlp", [0.5, 0.9, 0.1, 0.25])


def test_the_working_tree_is_a_row_only_where_it_differs() -> None:
    dirty = shown()
    dirty[0] = revision("workspace", {"random_state": 2, "cv": {"n_splits": 5}})
    assert [(row.name, row.changes) for row in rows(dirty)] == [("working tree", ["random_state=2"]), ("main", [])]


@pytest.mark.parametrize("state", ["queued", "running", "failed"])
def test_an_experiment_without_results_shows_none(state: str) -> None:
    # DVC lists the metrics of the commit where a failed experiment began as if they were its own
    row = rows(shown(experiment(revision("odd", {"random_state": 3}, f1=1.0), state)))[1]
    assert (row.state, row.strategy, row.metrics) == (state, "", [None] * 4)
    assert "random_state=3" in row.changes


def test_a_finished_experiment_of_the_queue_shows_its_results() -> None:
    row = rows(shown(experiment(revision("done", {"random_state": 3}, f1=1.0), "success")))[1]
    assert (row.state, row.metrics[3]) == ("", 1.0)


def test_an_unreadable_revision_is_a_failed_row() -> None:
    broken = {"rev": "0123456789", "name": None, "data": None, "error": {"msg": "gone"}, "experiments": None}
    row = rows(shown(experiment(broken)))[1]
    assert (row.name, row.state, row.changes) == ("0123456", "failed", [])


def test_the_table_is_aligned_and_one_line_a_row() -> None:
    added = {"random_state": 1, "cv": {"n_splits": 5}, "strategies": {"near": {"version": 1}}}
    lines = table(rows(shown(experiment(revision("near", added, f1=0.125)))))
    assert lines == [
        "experiment  champion     average_precision  roc_auc  brier_score      f1  changed params",
        "main        smote × mlp             0.5000   0.9000       0.1000",
        "  near      smote × mlp             0.5000   0.9000       0.1000  0.1250  '+strategies={near: {version: 1}}'",
    ]
