"""Treatments compared for a table in memory: what comes back, what is refused, and that nothing stays behind."""

import io
import os
from pathlib import Path
import signal
import subprocess
import sys
import tempfile
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

import evenhand
from evenhand.comparison.comparison import compare, run_command
from tests.pipeline.project import ROOT, small_table
from tests.support.forks import start_server
from tests.support.processes import is_alive

SETTINGS: dict[str, Any] = {
    "cv": {"n_splits": np.int64(2)},
    "strategies": {"baseline": {}, "class_weight": {"class_weight": "balanced"}},
    "classifiers": {"logistic_regression": {"max_iter": 1000}},
    "tuning": {"samplers": {}, "classifiers": {}},
    "evaluate": {"n_resamples": 200},
}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, which is empty before the test."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(path))
    return path


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the stages in forks of a process that has the libraries."""
    if sys.platform == "linux":
        monkeypatch.setattr(sys, "executable", str(start_server() / "python"))


@pytest.fixture
def table() -> pd.DataFrame:
    frame = pd.read_csv(io.StringIO(small_table())).drop(columns="id")
    frame["floor"] = pd.Categorical([1, 2, 3] * 80)
    frame.attrs = {"made by": small_table}
    return frame.assign(sick=frame["sick"] == "yes")


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_a_comparison_in_memory(
    table: pd.DataFrame, temporary: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    X, y = table.drop(columns="sick"), table["sick"]
    before = X.copy()
    found = evenhand.compare_treatments(X, list(y), params=SETTINGS)
    printed, lines = capfd.readouterr()
    assert printed == ""
    assert "data/train.parquet: 180 rows, 30 positives" in lines
    assert "Running stage 'train@class_weight'" in lines
    assert list(temporary.iterdir()) == []
    pd.testing.assert_frame_equal(X, before)

    assert sorted(found.leaderboard["strategy"]) == ["baseline", "class_weight"]
    assert found.leaderboard.attrs["verdict"] == str(found.verdict) == str(found)
    html = found._repr_html_()
    assert html.startswith("<p>")
    assert html.count("<tr") == 3
    assert "<th>average_precision_low</th>" in html
    assert found.champion.contract.positive == "true"
    kinds = {feature.column: feature.type for feature in found.champion.contract.features}
    assert {name for name, kind in kinds.items() if kind == "categorical"} == {"ward", "smoker", "floor"}
    decisions = found.champion.predict(X)
    assert decisions.sum() > 0
    assert list(make_pipeline(clone(found.champion)).fit(X, y).predict(X)) == list(decisions)

    kept = tmp_path / "kept"
    again = compare(X, y, True, SETTINGS, kept)
    pd.testing.assert_frame_equal(again.leaderboard, found.leaderboard)
    assert list(again.champion.predict(X)) == list(decisions)
    assert evenhand.verdict(kept) == again.verdict
    assert (kept / "reports/report.html").is_file()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

    # a third call replaces the folder once it has succeeded
    model = (kept / "models/champion/model.skops").stat().st_ino
    with pytest.raises(ValueError, match="exactly two are needed"):
        compare(X, y.astype(int) + X["ward"].eq("west"), 1, SETTINGS, kept)
    assert (kept / "models/champion/model.skops").stat().st_ino == model
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.zeros((240, 2))}, "X: found ndarray; expected a DataFrame"),
        ({"X": pd.DataFrame({"a": [1, "b"] * 120})}, "X: column `a`: mixes types"),
        ({"X": pd.DataFrame({"a": [1j] * 240})}, "X: has a column that cannot be stored"),
        ({"X": pd.DataFrame(np.zeros((240, 2)), columns=["a", "a"])}, "X: "),
        ({"y": [0, 1]}, "y: holds 2 labels, and X 240 rows"),
        ({"y": np.zeros((240, 1))}, "y: found ndarray of 2 dimensions"),
        ({"y": 1}, "y: found int of 0 dimensions"),
        ({"y": pd.Series([0, 1] * 120, index=range(240, 0, -1))}, "y: its index differs from that of X"),
        ({"y": pd.Series([0, 1] * 120, name="age")}, "X: holds a column `age`, the name of y"),
        ({"params": {"data": {"positive": 1, "path": "x"}}}, "params: data.path, data.positive: comes from X"),
        ({"params": {"strategies": {"smote": {1, 2}}}}, "params: expected dicts, .* found set"),
        ({"params": {"data": 3}}, "params: expected dicts, "),
        ({"params": ["smote"]}, "params: expected dicts, "),
        ({"folder": ROOT}, "holds other things than an earlier comparison; name another folder"),
    ],
)
def test_what_makes_no_table_is_refused(
    change: dict[str, Any], message: str, table: pd.DataFrame, temporary: Path
) -> None:
    given = {"X": table.drop(columns="sick"), "y": table["sick"], **change}
    with pytest.raises(ValueError, match=message) as caught:
        evenhand.compare_treatments(**given)
    assert "\n" not in str(caught.value)
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"positive": "yes"}, "positive: 'yes' is no label of `sick` in .*; its labels are 'true' and 'false'"),
        ({"params": {"strategy": {}}}, "^params.yaml: strategy: unknown key; did you mean `strategies`?"),
        ({"params": {"split": {"test_sise": 1}}}, "^params.yaml: split.test_sise: unknown key; did you mean `test_siz"),
        ({"params": {"split": 3}}, "^params.yaml: split: "),
        ({"params": {"evaluate": {"rotate": 4}}}, "^params.yaml: evaluate.rotate: needs a git repository"),
        ({"params": {"select": {"strategy": "smoothe"}}}, "^params.yaml: select.strategy: no such strategy"),
    ],
)
def test_a_refusal_of_the_stages_is_its_line_alone(
    change: dict[str, Any], message: str, table: pd.DataFrame, temporary: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        evenhand.compare_treatments(table.drop(columns="sick"), table["sick"], folder=tmp_path / "kept", **change)
    assert "\n" not in str(caught.value)
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    ("said", "code", "kind", "message"),
    [
        (["error: a: b", "error: train@x: exited with 2"], 2, ValueError, "a: b"),
        (["error: memory: c", "error: train@x: exited with 75"], 75, RuntimeError, "memory: c"),
        (["error: train@x: exited with 137"], 137, RuntimeError, "train@x: exited with 137"),
        ([], 1, RuntimeError, "the stages ended with exit code 1; the lines above say more"),
    ],
)
def test_a_failure_of_the_stages(
    said: list[str], code: int, kind: type, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "\n".join(["progress", *said])
    with pytest.raises(kind) as caught:
        run_command([sys.executable, "-c", f"import sys; print({lines!r}); sys.exit({code})"], tmp_path)
    assert str(caught.value) == message
    assert capsys.readouterr() == ("", "progress\n")


STOPPED = """
import signal, sys, tempfile
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background of a shell ignores it
import evenhand, pandas as pd
tempfile.tempdir = sys.argv[1]
table = pd.read_csv("small.csv").drop(columns="id")
if __name__ == "__main__":
    evenhand.compare_treatments(table.drop(columns="sick"), table["sick"], positive="yes")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends the processes of a run on Linux alone")
@pytest.mark.parametrize("send", ["kill", "killpg"])  # a terminal sends the signal to all processes
def test_after_ctrl_c_nothing_stays_behind(send: str, tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "small.csv").write_text(small_table())
    (tmp_path / "program.py").write_text(STOPPED)
    command = [sys.executable, "program.py", str(temporary)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if "Running stage 'train@" in line:
                break
        started = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        getattr(os, send)(process.pid, signal.SIGINT)
        said = process.stderr.read()
    assert said.splitlines()[-1] == "KeyboardInterrupt"
    assert len(started) > 2
    assert not any(is_alive(one) for one in started)
    assert list(temporary.iterdir()) == []
