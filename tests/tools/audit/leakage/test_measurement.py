"""What a reader is told of how the mistakes were measured; the measuring itself is tested elsewhere."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.errors import InputError
from tests.stages.report.made.factory import Treatment, leaderboard
from tests.tools.audit.helpers import labels, noise, run_of
from tools.audit.leakage import measurement
from tools.audit.leakage.measurement import Candidates, measure_run, read_candidates

Y = labels(120)


@pytest.fixture
def benches(monkeypatch):
    """Nothing is fitted; the table that would have been measured on is kept."""
    seen = []
    monkeypatch.setattr(
        measurement, "measure", lambda audit_data, *_: seen.append(audit_data) or ([], ["smote: not measured"])
    )
    return seen


def descriptions(run):
    scores = {"plain/lr": run.test.target * 1.0, "smote/lr": np.zeros(len(run.test.rows))}
    inflations, notes = measure_run(run, Candidates(scores, "smote/lr"), 3, lambda _: None)
    assert [item.mistake for item in inflations] == ["model_selected_on_test", "model_selected_on_test_fresh_rows"]
    return notes


def test_a_table_without_duplicates(benches):
    notes = descriptions(run_of(Y, x=noise(120)))
    assert notes[0].startswith("The table has no duplicate rows; to measure that mistake")
    assert notes[1:] == [
        "smote: not measured",
        "Of the 2 candidates of this run, plain/lr has the best average precision on test (1.000); smote/lr, the "
        "champion, has 0.267.",
    ]
    assert benches[0].table.data.num_rows == 120


def test_a_table_with_duplicates_parted_by_time(benches):
    x = noise(120)
    x[1] = x[0]
    notes = descriptions(run_of(Y, x=x, time=list(range(120))))
    assert notes[0] == "The splits here are random, not by time, so that they can be repeated."
    assert notes[1].startswith("1 rows repeat an earlier one in every feature;")


def test_no_more_rows_than_asked_for(benches):
    notes = descriptions(replace(run_of(Y, x=noise(120)), rows=100))
    assert notes[0] == "Measured on 100 of 120 rows, drawn at random; --rows takes more of them."
    assert benches[0].y.tolist().count(1) == 25


def test_a_single_candidate(benches):
    run = run_of(Y, x=noise(120))
    inflations, notes = measure_run(run, Candidates({"a/b": np.zeros(30)}, "a/b"), 3, lambda _: None)
    assert inflations == []
    assert notes[-1] == "model_selected_on_test: not measured: the run has a single candidate"


def test_the_champion_and_the_scores_are_those_of_the_leaderboard():
    run, board = run_of(Y, x=noise(120)), leaderboard(Treatment("smote", cv=0.9))
    names = ["smote/random_forest", "baseline/random_forest"]
    stored = pa.table({"row": run.test.rows, **{name: np.zeros(30) for name in names}})
    found = read_candidates(run.test, stored, board, board.candidate("baseline", "random_forest"))
    assert (list(found.scores), found.champion) == (names, names[1])
    with pytest.raises(InputError, match=r"has other rows than data/test\.parquet"):
        read_candidates(run.test, stored.set_column(0, "row", [np.arange(30)]), board, board.candidates[0])
    with pytest.raises(InputError, match="has no column baseline/random_forest"):
        read_candidates(run.test, stored.drop(names[1:]), board, board.candidates[0])
