"""Metrics that belong to another run than the params, the code and the data."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.tools.compare.helpers import commit, md5, write_run
from tools.compare.revisions.git import find_revision
from tools.compare.revisions.records import Lock, Pipeline
from tools.compare.revisions.snapshot import read_snapshot
from tools.compare.revisions.staleness import hash_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed run whose lock names the code and the raw table that are there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stages/shared/inner").mkdir(parents=True)
    (tmp_path / "stages/shared/a.py").write_text("1")
    (tmp_path / "stages/shared/inner/b.py").write_text("2")
    (tmp_path / "raw.csv").write_text("x,sick\n")
    write_run(tmp_path, code=hash_folder({"a.py": b"1", "inner/b.py": b"2"}))
    relock(lambda stages: stages["prepare"]["deps"].append({"path": "raw.csv", "md5": md5(tmp_path / "raw.csv")}))
    commit(tmp_path)
    return tmp_path


def relock(edit) -> None:
    content = YAML(typ="safe").load(Path("dvc.lock").read_text())
    edit(content["stages"])
    with Path("dvc.lock").open("w") as stream:
        YAML().dump(content, stream)


def doubts() -> list[str]:
    """The files with doubts in the work tree; after a commit, the commit has the same doubts."""
    files = [
        doubt.partition(":")[0].removesuffix(" in the work tree")
        for doubt in read_snapshot(find_revision(None)).stale_reasons
    ]
    commit(Path(), "Changed")
    assert [doubt.partition(" in main")[0] for doubt in read_snapshot(find_revision("main")).stale_reasons] == files
    return files


def test_the_hash_of_a_folder_is_the_one_that_dvc_gives():
    """As `dvc repro` wrote it of such a folder; files are sorted by their whole path."""
    files = {"b/c.py": b"2", "a.py": b"1", "a-b.py": b"3"}
    assert hash_folder(files) == "208233f6336e1ed8303dd2804638951b.dir"


def test_inputs_equal_to_the_lock_are_not_doubted(folder):
    (folder / "stages/other.py").write_text("no stage depends on it")
    assert doubts() == []


def test_code_that_was_changed_added_or_removed_without_a_run_is_doubted(folder):
    (folder / "stages/shared/a.py").write_text("1 # a word")
    assert doubts() == ["stages/shared"]
    (folder / "stages/shared/a.py").write_text("1")
    assert doubts() == []
    (folder / "stages/shared/new.py").touch()
    assert doubts() == ["stages/shared"]
    (folder / "stages/shared/new.py").unlink()
    (folder / "stages/shared/inner/b.py").unlink()
    assert doubts() == ["stages/shared"]


def test_ignored_files_are_no_code(folder):
    (folder / ".gitignore").write_text((folder / ".gitignore").read_text() + "__pycache__/\n")
    (folder / "stages/shared/__pycache__").mkdir()
    (folder / "stages/shared/__pycache__/a.pyc").touch()
    assert doubts() == []


def test_a_table_in_git_that_was_changed_without_a_run_is_doubted(folder):
    (folder / "raw.csv").write_text("x,sick\n1,yes\n")
    assert doubts() == ["raw.csv"]


def test_inputs_outside_the_repository_are_ignored(folder):
    outside = [{"path": path, "md5": "a"} for path in ("/data/x.csv", "../x.csv", "s3://bucket/x.csv", ":(top)*", "*")]
    relock(lambda stages: stages["prepare"]["deps"].extend(outside))
    assert doubts() == []


def test_a_param_that_a_stage_now_reads_and_has_not_run_with_is_doubted(folder):
    pipeline = YAML(typ="safe").load(Path("dvc.yaml").read_text())
    pipeline["stages"]["evaluate"]["params"] = ["strategies", "${item}.x", "tuning"]
    with Path("dvc.yaml").open("w") as stream:
        YAML().dump(pipeline, stream)
    (doubt,) = read_snapshot(find_revision(None)).stale_reasons
    assert doubt.startswith("params.yaml in the work tree: tuning: is not what dvc.lock says")


def test_a_stage_that_has_never_run_is_doubted(folder):
    relock(lambda stages: stages.pop("report"))
    assert doubts() == ["dvc.lock"]


def test_entries_of_stages_and_strategies_that_are_gone_are_ignored(folder):
    def add_old(stages: dict) -> None:
        stages["old"] = stages["evaluate@gone"] = {"cmd": "x", "params": {"params.yaml": {"strategies": 1}}}

    relock(add_old)
    assert read_snapshot(find_revision(None)).stale_reasons == []
    pipeline = Pipeline.model_validate({"stages": {"train": {}, "split": {}}})
    lock = Lock.model_validate({"stages": {key: {} for key in ["train@a", "train@gone", "split", "old"]}})
    assert list(lock.select(pipeline, ["a", "b"]).stages) == ["train@a", "split"]
