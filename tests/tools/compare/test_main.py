"""The command line of tools.compare, as people and CI call it."""

import json
import os
from pathlib import Path
import subprocess
import sys

import jsonschema
import pytest

from stages.shared.storage.files import write_json
from tests.support.forks import call
from tests.tools.compare.helpers import commit, git, write_run
from tools.compare.rendering.markdown import MARKER

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
SCHEMA = Path("docs/compare.schema.json")
BAD, GOOD = {"baseline/forest": 0.0}, {"baseline/forest": 0.5}


def run(folder: Path, *options: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    own = {"PATH": os.environ["PATH"], "HOME": str(home or folder), "PYTHONPATH": str(ROOT), "DVC_NO_ANALYTICS": "1"}
    return call("tools.compare", *options, cwd=folder, environment={**own, "PYTHONIOENCODING": "utf-8"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """main, and a branch on which the champion became worse."""
    path = tmp_path / "here"
    write_run(path, GOOD)
    commit(path)
    git(path, "switch", "-qc", "feature")
    write_run(path, BAD)
    commit(path)
    return path


def test_a_regression_ends_with_1_after_writing_the_review(folder):
    done = run(folder, "main", "feature", "--gate", "-o", "out/review.md", "--json", "out/review.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("gate: Worse average precision: 0.974 → 0.421 (−0.553): a clear regression")
    text = (folder / "out/review.md").read_text()
    assert text.startswith(f"{MARKER}\n### 🔴 Worse average precision")
    assert "The same 60 test rows (20 positive), so differences are paired." in text
    assert "<code>dvc metrics diff</code>" in text
    content = json.loads((folder / "out/review.json").read_text())
    jsonschema.validate(content, json.loads((ROOT / SCHEMA).read_text()))
    assert content["gate"] == {"metric": "average_precision", "tolerance": 0.0, "result": "regression", "why": []}
    rows = [(row["path"], row["metric"]) for row in content["metrics_diff"]]
    assert rows == sorted(rows)
    assert ("metrics/selected.json", "average_precision") in rows


def test_a_watched_slice_that_gets_worse_ends_with_1(tmp_path):
    path = tmp_path / "here"
    entry = {"column": "sex", "key": "M", "label": "sex = M", "watched": True, "metric": "recall", "value": 0.5}
    for verdict, branch in (("cannot_tell", "main"), ("worse", "feature")):
        if branch == "feature":
            git(path, "switch", "-qc", branch)
        write_run(path, GOOD, compare={"tolerance": 0.0, "slices": True}, evaluate={"slices": ["sex"]})
        explanation = {"strategy": "baseline", "classifier": "forest", "slices": [entry | {"verdict": verdict}]}
        write_json(path / "metrics/curves/explanations.json", [explanation])
        commit(path)
    done = run(path, "main", "feature", "--gate")
    assert done.returncode == 1
    assert done.stderr == "gate: recall is now worse where sex = M (0.500) than in all other rows\n"
    assert "- ⚠️ recall is now worse where sex = M (0.500) than in all other rows.\n" in done.stdout


def test_without_gate_it_ends_with_0_and_prints_twice_the_same(folder):
    first, second = (run(folder, "main", "feature") for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == second.stdout
    assert "regression" in first.stdout


def test_an_improvement_is_fine(folder):
    assert run(folder, "feature", "main", "--gate").returncode == 0


def test_without_a_head_it_is_the_work_tree(folder):
    write_run(folder, {**GOOD, "smote/forest": 0.1})
    done = run(folder, "main", "--gate")
    assert done.returncode == 0
    assert "→ the work tree (not committed)." in done.stdout
    assert "| smote " in done.stdout


@pytest.mark.parametrize(
    "name", ["metrics/leaderboard.json", "metrics/selected.json", "metrics/strategies/baseline.json"]
)
def test_what_cannot_be_compared_ends_with_2_and_a_comment_that_says_so(folder, name):
    (folder / name).write_text((folder / name).read_text()[:-20])
    commit(folder)
    done = run(folder, "main", "feature", "--gate", "-o", "review.md")
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {name} in feature (")
    assert "Traceback" not in done.stderr
    assert (folder / "review.md").read_text().startswith(f"{MARKER}\n### ❔ The two revisions cannot be compared")


def test_a_mixture_of_runs_in_the_work_tree_ends_with_3(folder):
    selected = folder / "metrics/selected.json"
    old = selected.read_text()
    write_run(folder, {**GOOD, "smote/forest": 0.1}, champion="smote/forest")
    new = selected.read_text()
    for content, champion in ((old, "smote"), (new, "baseline")):
        selected.write_text(content)
        facts = {"strategy": champion, "classifier": "forest", "threshold": 0.5}
        write_json(folder / "models/champion/champion.json", facts)
        done = run(folder, "main")
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.count("\n") == 1
        assert "json: not of the run of metrics/leaderboard.json; run `python -m tools.repro`" in done.stderr


def test_a_doubt_ends_with_2_only_with_gate(folder):
    path = folder / "metrics/leaderboard.json"
    path.write_text(path.read_text() + " ")
    assert run(folder, "main").returncode == 0
    done = run(folder, "main", "--gate")
    assert done.returncode == 2
    assert "error: gate: metrics/leaderboard.json in the work tree: is not the file that dvc.lock names" in done.stderr


def test_an_unknown_revision_names_the_fetch_command(folder):
    done = run(folder, "origin/develop")
    assert (done.returncode, done.stdout) == (2, "")
    assert "git fetch --depth=1 origin +refs/heads/develop:refs/remotes/origin/develop" in done.stderr


def test_a_failed_dvc_is_not_reported_as_no_change(folder):
    lock = folder / "dvc.lock"
    lock.write_text(lock.read_text().replace("schema:", "scheme:"))
    done = run(folder, "main")
    assert done.returncode == 0
    assert "dvc metrics diff` could not be run" in done.stdout


def test_outside_a_repository_it_says_so(tmp_path):
    done = run(tmp_path, "main")
    assert done.returncode == 2
    assert done.stderr.startswith("error: main: no such revision")


def test_a_clone_of_depth_1_without_any_cache_is_enough(folder, tmp_path):
    bare, clone = tmp_path / "bare.git", tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--bare", str(folder), str(bare))
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=feature", f"file://{bare}", str(clone))
    git(clone, "fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    done = run(clone, "origin/main", "HEAD", "--gate", "--json", "review.json")
    assert done.returncode == 1  # unpaired intervals detect so large a change
    assert "Not comparable row by row: the test scores of origin/main" in done.stdout
    content = json.loads((clone / "review.json").read_text())
    assert (content["comparison"]["kind"], content["primary"]["word"]) == ("unpaired", "worse")
    assert content["metrics_diff"]


def test_help_answers_without_any_heavy_import(tmp_path):
    code = (
        "import atexit, runpy, sys; atexit.register(lambda: print(*sys.modules)); sys.argv[:] = ['compare', '--help']; "
        "runpy.run_module('tools.compare', run_name='__main__', alter_sys=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)},
        check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert not {"numpy", "scipy", "pyarrow", "pydantic", "jinja2", "sklearn"} & set(done.stdout.split())


def test_a_bad_tolerance_answers_before_any_heavy_import(folder):
    path = folder / "params.yaml"
    path.write_text(path.read_text().replace("tolerance: 0.0", "tolerence: 0.0"))
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tools.compare", "main"], capture_output=True, text=True, cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "compare.tolerence: extra inputs are not permitted" in done.stderr
    assert "| numpy\n" not in done.stderr


def test_the_schema_is_what_the_models_say_and_refuses_what_they_do_not(tmp_path):
    def schema(*options: str) -> int:
        command = [sys.executable, "-m", "tools.params.schemas", *options]
        return subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True).returncode

    assert schema("--check") == 2
    assert schema() == 0
    assert schema("--check") == 0
    assert (tmp_path / SCHEMA).read_text() == (ROOT / SCHEMA).read_text()
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"format": 2}, json.loads((ROOT / SCHEMA).read_text()))


def test_changed_libraries_are_the_first_note(folder):
    for name, version in (("main", "2.4.6"), ("feature", "2.5.5")):
        git(folder, "switch", "-q", name)
        lock = f"numpy=={version} \\\n    --hash=sha256:0\nxgboost-cpu==3.2.0 \\\n    --hash=sha256:1\n"
        (folder / "requirements.lock").write_text(lock)
        commit(folder)
    done = run(folder, "main", "feature", "--json", "review.json")
    first, *_ = json.loads((folder / "review.json").read_text())["notes"]
    assert first == "Other libraries: numpy 2.4.6 → 2.5.5. They can move every metric by themselves."
    assert "\n\n- ⚠️ Other libraries: numpy 2.4.6 → 2.5.5." in done.stdout


def test_a_page_needs_no_network_and_runs_no_script(folder):
    done = run(folder, "main", "feature", "--html", "out/review.html")
    assert (done.returncode, done.stdout) == (0, "")
    page = (folder / "out/review.html").read_text()
    assert "<h3>🔴 Worse average precision" in page
    assert "<table>" in page
    assert "<details><summary>" in page
    assert "default-src 'none'" in page
    assert "<script" not in page
