import hashlib
import json
import os
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from tests.stages.report.made.factory import Treatment, leaderboard
from tests.stages.report.made.runs import write_workspace
from tests.support.forks import call
from tools.leaderboard import __main__ as command
from tools.leaderboard.table import format_table
from tools.leaderboard.terminal import WIDTH, align_columns

pytestmark = pytest.mark.slow

ROOT = Path(command.__file__).parents[2]


def run(root):
    return call("tools.leaderboard", cwd=root, environment=os.environ)


def test_a_row_a_strategy_best_first():
    found = leaderboard(
        Treatment("smote", sampler="SMOTE", cv=0.9, brier=0.0412, verdicts={"ranking": "better"}),
        Treatment("class_weight", cv=0.7, verdicts={"ranking": "worse"}),
    )
    assert format_table(found, found.row("smote")) == [
        "strategy      classifier     CV AP          test AP (95 %)   Brier  recall  verdict",
        "smote *       random_forest  0.900  0.850 (0.740 to 0.920)  0.0412   0.700  better",
        "baseline      random_forest  0.820  0.850 (0.740 to 0.920)  0.0300   0.700  reference",
        "class_weight  random_forest  0.700  0.850 (0.740 to 0.920)  0.0300   0.700  worse",
    ]


def test_a_champion_that_does_not_stand_for_its_strategy_has_a_row_of_its_own():
    baseline = Treatment("baseline", classifiers=("random_forest", "blend"), cv=0.82)
    found = leaderboard(Treatment("smote", sampler="SMOTE", cv=0.7), baseline=baseline)
    lines = format_table(found, found.candidate("baseline", "blend"))
    assert [line.split()[:3] for line in lines[1:]] == [
        ["baseline", "random_forest", "0.820"], ["baseline", "*", "blend"], ["smote", "random_forest", "0.700"],
    ]  # fmt: skip
    assert lines[1].endswith("reference")
    assert lines[2].endswith("0.700")  # its recall: it is compared with nobody


def test_the_shipped_names_fit_whole():
    found = leaderboard(
        Treatment("smote_class_weight"), Treatment("balanced_ensemble", classifiers=("balanced_random_forest",))
    )
    lines = format_table(found, found.reference)
    assert max(map(len, lines)) <= WIDTH
    assert not any("…" in line for line in lines)


def test_long_names_give_way():
    lines = align_columns([["a" * 90, "b" * 30, "1"], ["c", "d", "2"]], "llr", shrinking=(0, 1))
    assert [len(line) for line in lines] == [WIDTH, WIDTH]
    assert "a…" in lines[0]
    assert "b" * 30 in lines[0]


@pytest.fixture(scope="module")
def shared_report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reported")
    write_workspace(folder, Treatment("smote", sampler="SMOTE"), Treatment("class_weight"))
    assert call("stages.report", cwd=folder, environment=os.environ).returncode == 0
    return folder


@pytest.fixture
def reported(shared_report, tmp_path, monkeypatch):
    shutil.copytree(shared_report, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_ends_with_the_verdict_and_the_place_of_the_report(reported):
    done = run(reported)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "No treatment of the imbalance ranked better than doing nothing (2 tie, 0 worse)." in lines
    assert lines[-1] == "Report: reports/report.html (reports/report.md)"
    assert max(map(len, lines)) <= WIDTH
    assert "\x1b" not in done.stdout


def test_a_file_that_the_lock_does_not_name_is_told(reported):
    files = [reported / "metrics/leaderboard.json", reported / "metrics/selected.json"]
    lock = "".join(f"md5: {hashlib.md5(path.read_bytes()).hexdigest()}\n" for path in files)
    (reported / "dvc.lock").write_text(lock)
    assert run(reported).stderr == ""
    files[0].write_text(files[0].read_text() + "\n")
    expected = "warning: metrics/leaderboard.json: is not the file that dvc.lock names; run `dvc repro`\n"
    assert run(reported).stderr == expected


def test_a_metric_that_one_candidate_lacks_is_refused(reported):
    path = reported / "metrics/leaderboard.json"
    content = json.loads(path.read_text())
    content["candidates"][0]["test"]["averagE_precision"] = content["candidates"][0]["test"].pop("average_precision")
    path.write_text(json.dumps(content))
    done = run(reported)
    assert done.returncode == 2
    assert "the candidates have different metrics in `test`; run `dvc repro` to make it again" in done.stderr


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("metrics/selected.json", "threshold", 0.123),
        ("metrics/selected.json", "strategy", "gone"),
        ("metrics/strategies/smote.json", "recall", 0.123),
        ("models/champion/champion.json", "strategy", "smote"),
        ("models/champion/champion.json", "threshold", 0.123),
    ],
)
def test_a_mixture_of_two_runs_is_refused(reported, name, key, value):
    path = reported / name
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    done = run(reported)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    expected = [name, "models/champion/champion.json"] if "selected" in name else [name]
    assert done.stderr.startswith(f"error: {', '.join(expected)}: not of the run of metrics/leaderboard.json; run `")


def test_without_metrics_it_says_what_to_do(tmp_path):
    done = run(tmp_path)
    assert done.returncode == 2
    assert done.stderr == "error: metrics/leaderboard.json: no such file; run `dvc repro` to make it\n"
    assert done.stdout == ""


def test_it_imports_nothing_heavy(reported):
    program = (
        "import sys\nsys.argv = ['leaderboard']\nfrom tools.leaderboard.__main__ import main\nmain()\n"
        "heavy = {'sklearn', 'pandas', 'numpy', 'jinja2', 'pyarrow'} & set(sys.modules)\nassert not heavy, heavy\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
