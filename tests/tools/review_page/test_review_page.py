import os
from pathlib import Path
import re
import subprocess
import sys

import pytest

from stages.report.rendering.blocks import Details, Items, Paragraph, Table
from stages.shared.errors import InputError
from tests.report.factory import Treatment, board_json, write_workspace
from tools.review_page import __main__ as door
from tools.review_page.audit import audit_blocks
from tools.review_page.changes import State, changes
from tools.review_page.revision import find

ROOT = Path(door.__file__).parents[2]
SMOTE = Treatment("smote", sampler="SMOTE", recall=0.7)


def git(root, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def run(root, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "tools.review_page", *arguments], capture_output=True, text=True, cwd=root,
        env=environment, check=False,
    )  # fmt: skip


@pytest.fixture
def repository(tmp_path):
    root = write_workspace(tmp_path, SMOTE)
    git(root, "init", "--quiet")
    git(root, "add", "params.yaml", "metrics")
    git(root, "commit", "--quiet", "-m", "First <run>")
    return root


def tables(blocks):
    return {block.caption: block.rows for block in blocks if isinstance(block, Table)}


def state(*treatments, params=None, lock=None):
    return State(params or {}, lock or {}, board_json(*treatments))


def test_equal_states_say_that_nothing_changed():
    blocks = changes("main", state(SMOTE), state(SMOTE))
    assert tables(blocks) == {}
    assert [block.text for block in blocks if isinstance(block, Paragraph)][1:] == [
        "Settings in params.yaml: nothing changed.",
        "Data and code (the first digits of their MD5 in dvc.lock): nothing changed.",
        "Metrics on test: nothing changed.",
    ]


def test_what_changed_is_listed_with_both_values():
    before = state(SMOTE, params={"a": {"b": 1, "c": [1]}, "gone": {}}, lock=lock("1234567890"))
    better = Treatment("smote", sampler="SMOTE", recall=0.75)
    after = state(better, params={"a": {"b": 2, "c": [1]}, "new": None}, lock=lock("abcdefghij"))
    settings, data, metrics = tables(changes("main", before, after)).values()
    assert settings == [["a.b", "1", "2"], ["gone", "{}", "not there"], ["new", "not there", "None"]]
    assert data == [["data/raw/a.csv", "12345678", "abcdefgh"]]
    assert metrics == [["smote", "recall", "0.700", "0.750", "+0.050"]]


def test_strategies_that_came_or_went_are_said():
    (metrics,) = tables(changes("main", state(SMOTE), state(Treatment("adasyn")))).values()
    assert metrics == [["adasyn", "all", "not there", "there", ""], ["smote", "all", "there", "not there", ""]]


def test_a_revision_without_metrics_is_said():
    (paragraph,) = changes("v0", State({}, {}, {}), state())
    assert paragraph.text == "v0 holds no metrics/leaderboard.json, so nothing can be compared."


def lock(digest):
    deps = [{"path": "data/raw/a.csv", "md5": digest}, {"path": "metrics/cv", "md5": digest}]
    return {"stages": {"prepare": {"deps": deps}, "synthesize": {}}}


AUDIT = {
    "inputs": {"data/train.parquet": "a" * 64},
    "findings": [
        {"check": "drift", "severity": "fine", "where": "here", "found": "nothing", "mend": ""},
        {"check": "noise", "severity": "suspicious", "where": "there", "found": "<b>|", "mend": "look"},
        {"check": "leak", "severity": "wrong", "where": "where", "found": "a leak", "mend": "mend"},
    ],
    "wrong_ways": [
        {
            "way": "smote_before_split", "classifier": "mlp", "metric": "average_precision", "honest": 0.8,
            "leaking": 0.99, "low": 0.1, "high": 0.25, "verdict": "inflates",
        }
    ],
    "notes": ["A note."],
}  # fmt: skip


def test_the_audits_findings_are_worst_first_and_what_is_fine_is_folded():
    odd, fine, wrong_ways, notes = audit_blocks(AUDIT, ["a" * 64])
    assert [row[0] for row in odd.rows] == ["wrong: leak", "suspicious: noise"]
    assert isinstance(fine, Details)
    assert fine.blocks[0].rows == [["fine: drift", "here", "nothing"]]
    assert wrong_ways.blocks[0].rows[0][3:] == ["0.800", "0.990", "inflates (0.100 to 0.250)"]
    assert isinstance(notes, Items)


def test_an_audit_of_other_data_says_so():
    assert audit_blocks(AUDIT, ["b" * 64])[0].text.startswith("These findings are of other data than this page")
    clean = {**AUDIT, "findings": [], "wrong_ways": [], "notes": []}
    assert [block.text for block in audit_blocks(clean, ["a" * 64])] == ["Nothing wrong or suspicious was found."]


def test_the_page_is_written_with_both_sections_filled(repository):
    params = (repository / "params.yaml").read_text()
    (repository / "params.yaml").write_text(params.replace('"random_state": 42', '"random_state": 7'))
    done = run(repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"Review: reports/review\.html, against HEAD \([0-9a-f]{12}\)\n", done.stdout)
    html = (repository / "reports/review.html").read_text()
    assert '<th scope="row">random_state</th>' in html
    assert "It is a command of its own" in html  # no audit was run


@pytest.mark.parametrize("name", ["nowhere", "--help-me", "HEAD:params.yaml", "$(touch x)"])
def test_a_revision_that_is_none_is_refused(repository, name):
    done = run(repository, "--", name)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: revision {name!r}: no such revision; name a branch")
    assert not (repository / "reports/review.html").exists()


def test_outside_git_it_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(InputError, match="this is no git repository"):
        find("HEAD")


def test_a_file_that_git_does_not_hold_is_none(repository, monkeypatch):
    monkeypatch.chdir(repository)
    assert find("HEAD").text(Path("dvc.lock")) is None
    assert '"random_state": 42' in (find("HEAD").text(Path("params.yaml")) or "")
