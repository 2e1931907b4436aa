"""The git-tracked files of a revision: they are complete and agree with each other."""

import json
from pathlib import Path

import pytest

from stages.shared.errors import InputError
from tests.tools.compare.helpers import RAW, commit, git, write_run
from tools.compare.revisions.git import find_revision
from tools.compare.revisions.snapshot import read_snapshot, read_snapshots

pytestmark = pytest.mark.slow

LEADERBOARD, SELECTED, SMOTE = "metrics/leaderboard.json", "metrics/selected.json", "metrics/strategies/smote.json"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one finished run, which the test stands in."""
    write_run(tmp_path)
    commit(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems() -> list[str]:
    """What is wrong with the commit after the one of the fixture."""
    commit(Path(), "Changed")
    with pytest.raises(InputError) as caught:
        read_snapshot(find_revision("main"))
    return caught.value.problems


def edit(name: str, change) -> None:
    content = json.loads(Path(name).read_text())
    change(content)
    Path(name).write_text(json.dumps(content, indent=2) + "\n")


def test_a_whole_run_is_read_from_the_commit_and_from_the_work_tree(folder):
    for revision in (find_revision("main"), find_revision(None)):
        snapshot = read_snapshot(revision)
        assert str(snapshot.champion) == "baseline/forest"
        assert list(snapshot.representatives) == ["baseline", "smote"]
        assert (snapshot.raw.md5, snapshot.stale_reasons) == (RAW, [])
    assert str(find_revision("main")) == f"main ({git(folder, 'rev-parse', 'HEAD')[:7]})"


def test_the_work_tree_is_what_is_there_and_a_commit_is_what_was_committed(folder):
    write_run(folder, champion="smote/forest")
    assert str(read_snapshot(find_revision(None)).champion) == "smote/forest"
    assert str(read_snapshot(find_revision("main")).champion) == "baseline/forest"


@pytest.mark.parametrize("name", [LEADERBOARD, SELECTED, SMOTE, "params.yaml", "dvc.lock", "dvc.yaml"])
def test_a_file_that_is_missing_is_named_with_its_revision(folder, name):
    Path(name).unlink()
    (problem,) = problems()
    commit_id = git(folder, "rev-parse", "HEAD")[:7]
    assert problem.startswith(f"{name} in main ({commit_id}): no such file; commit params.yaml, dvc.lock and metrics/")


@pytest.mark.parametrize("name", [LEADERBOARD, SELECTED, SMOTE])
def test_a_file_that_is_cut_short_is_refused(folder, name):
    Path(name).write_text(Path(name).read_text()[:-30])
    (problem,) = problems()
    assert problem.startswith(f"{name} in main (")
    assert "invalid JSON" in problem


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", "null", '"0.5"', "true", "-0.1", "1.1"])
@pytest.mark.parametrize("name", [LEADERBOARD, SELECTED, SMOTE])
def test_a_metric_outside_0_to_1_is_refused(folder, name, value):
    text = Path(name).read_text()
    start = text.index('"roc_auc": ')
    Path(name).write_text(f'{text[:start]}"roc_auc": {value}{text[text.index(",", start) :]}')
    assert "roc_auc" in problems()[0]


def test_a_metric_that_vanished_is_named(folder):
    edit(SELECTED, lambda content: content.pop("brier_score"))
    edit(LEADERBOARD, lambda content: content["candidates"][1]["test"].pop("recall"))
    first, second = problems()
    assert "metrics/leaderboard.json in main" in first
    assert "candidates.1.test.recall: field required" in first
    assert "brier_score: field required" in second


def test_files_that_contradict_the_leaderboard_are_refused(folder):
    edit(SELECTED, lambda content: content.update(classifier="gone"))
    edit(SMOTE, lambda content: content.update(recall=0.123))
    first, second = problems()
    assert "is of baseline/gone, and metrics/leaderboard.json lacks it" in first
    assert "is of smote/forest, and metrics/leaderboard.json has other values for it" in second


def test_a_lock_with_conflict_markers_is_refused(folder):
    lock = Path("dvc.lock").read_text()
    Path("dvc.lock").write_text(f"<<<<<<< HEAD\n{lock}=======\n{lock}>>>>>>> other\n")
    (problem,) = problems()
    assert problem.startswith("dvc.lock in main")
    assert "cannot be read as YAML" in problem


def replace_param(old: str, new: str) -> None:
    Path("params.yaml").write_text(Path("params.yaml").read_text().replace(old, new))


def test_metrics_and_params_of_another_run_are_doubted(folder):
    edit(LEADERBOARD, lambda content: content.update(notes=["merged"]))
    replace_param("k_neighbors: 5", "k_neighbors: 6")
    metrics, params = read_snapshot(find_revision(None)).stale_reasons
    assert metrics.startswith("metrics/leaderboard.json in the work tree: is not the file that dvc.lock names")
    assert params.startswith("params.yaml in the work tree: strategies: is not what dvc.lock says")


def test_the_tolerance_belongs_to_no_run(folder):
    replace_param("tolerance: 0.0", "tolerance: 0.5")
    assert read_snapshot(find_revision(None)).stale_reasons == []


def test_a_wrong_tolerance_is_refused(folder):
    replace_param("tolerance: 0.0", "tolerance: -1")
    with pytest.raises(InputError, match=r"compare\.tolerance: input should be greater than or equal to 0; found '-1'"):
        read_snapshot(find_revision(None))


@pytest.mark.parametrize("name", ["params.yaml", "dvc.lock", "dvc.yaml"])
@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "stages: 1\nstrategies: 1", "stages: {a: 1}", "a: 1\na: 2", "\x00", "a: ]"]
)
def test_yaml_of_any_other_form_is_refused_with_its_name(folder, name, text):
    Path(name).write_text(text)
    with pytest.raises(InputError) as caught:
        read_snapshot(find_revision(None))
    assert caught.value.problems
    assert all(problem.startswith(f"{name} in the work tree: ") for problem in caught.value.problems)


def test_the_problems_of_both_revisions_are_reported_at_once(folder):
    Path(SELECTED).unlink()
    commit(folder, "One")
    Path("dvc.lock").unlink()
    with pytest.raises(InputError) as caught:
        read_snapshots(find_revision("main"), find_revision(None))
    assert [problem.partition(":")[0].split(" (")[0] for problem in caught.value.problems] == [
        "metrics/selected.json in main",
        "dvc.lock in the work tree",
        "metrics/selected.json in the work tree",
    ]


@pytest.mark.parametrize("name", ["gone", "--help", "main:params.yaml", ""])
def test_an_unknown_revision_is_refused(folder, name):
    with pytest.raises(InputError, match="no such revision"):
        find_revision(name)


def test_an_experiment_is_known_by_its_name(folder):
    head = git(folder, "rev-parse", "HEAD").strip()
    git(folder, "update-ref", f"refs/exps/{head[:2]}/{head[2:]}/weights", head)
    assert find_revision("weights").commit == head
    write_run(folder, champion="smote/forest")
    commit(folder)
    other = git(folder, "rev-parse", "HEAD").strip()
    git(folder, "update-ref", f"refs/exps/{other[:2]}/{other[2:]}/weights", other)
    with pytest.raises(InputError, match="more than one experiment has this name"):
        find_revision("weights")
    assert find_revision(other).commit == other


def test_a_pipeline_in_a_subfolder_of_a_repository_is_read_where_one_stands(folder, monkeypatch):
    write_run(folder / "inner", champion="smote/forest")
    commit(folder)
    monkeypatch.chdir(folder / "inner")
    assert read_snapshot(find_revision("main")).champion.strategy == "smote"
