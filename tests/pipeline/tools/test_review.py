"""`.ci/review` as CI runs it: a bare repository, two branches, a clone of depth 1, real DVC."""

import json
from pathlib import Path
import shutil

import pytest

from tests.pipeline.conftest import BuildOnce
from tests.pipeline.project import Repository

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shared_clone(finished: Repository, build_once: BuildOnce) -> Repository:
    """A clone of depth 1, without any cache, of a branch that changed one strategy and the champion."""

    def edit(params: dict) -> None:
        params["strategies"]["smote"] = {"sampler": "RandomOverSampler", "sampling_strategy": 0.5}  # it is not tuned
        params["select"].update(strategy="smote")

    def make(path: Path) -> None:
        repository, bare = Repository(path / "project"), path / "bare.git"
        shutil.copytree(finished.path, repository.path, symlinks=True)
        repository.run("git", "switch", "-qc", "feature/k")
        repository.edit_params(edit)
        repository.repro()
        repository.commit("Copies in place of SMOTE")
        repository.run("git", "clone", "-q", "--bare", str(repository.path), str(bare))
        clone = ("git", "clone", "-q", "--depth=1", "--branch=feature/k", f"file://{bare}", str(path / "clone"))
        repository.run(*clone)

    return Repository(build_once("review", make) / "clone")


@pytest.fixture
def clone(shared_clone: Repository, tmp_path: Path) -> Repository:
    shutil.copytree(shared_clone.path, tmp_path / "clone", symlinks=True)
    return Repository(tmp_path / "clone")


def test_the_review_is_paired_where_both_pipelines_run(clone):
    done = clone.run(".ci/review", "main", "out", check=False, forks=True)
    review = json.loads((clone.path / "out/review.json").read_text())
    assert done.returncode == {"fine": 0, "regression": 1}[review["gate"]["result"]], done.stderr
    assert review["comparison"]["kind"] == "paired", review["comparison"]["why"]
    assert review["comparison"]["n_resamples"] == 200
    assert review["verdict"]["rows"] == "test"
    assert review["verdict"]["why"].startswith("the champion was baseline/")
    assert [item["strategy"] for item in review["strategies"]] == ["smote"]
    assert {item["key"].rpartition(".")[0] for item in review["params"]} == {"select", "strategies.smote"}
    assert review["code"] == review["data"] == review["notes"] == []
    changed = {row["path"] for row in review["metrics_diff"]}
    assert changed == {"metrics/selected.json", "metrics/strategies/smote.json"}
    assert (clone.path / "out/review.md").read_text().startswith("<!-- evenhand-review -->\n### ")
    assert clone.run("git", "status", "--porcelain", "--untracked-files=no").stdout == ""


def test_a_pipeline_that_does_not_run_leaves_the_review_unpaired_and_the_gate_shut(clone, finished):
    """Here a stage fails; it may as well be a table that is nowhere to be had. The base is in the cache."""
    shutil.copytree(finished.path / ".dvc/cache", clone.path / ".dvc/cache")
    path = clone.path / "stages/prepare/__main__.py"
    path.write_text("raise SystemExit(1)\n" + path.read_text())
    clone.run("git", "commit", "-qam", "Broken")
    done = clone.run(".ci/review", "main", "out", check=False)
    assert "no test scores of HEAD: its pipeline did not run; the review is unpaired" in done.stderr
    review = json.loads((clone.path / "out/review.json").read_text())
    assert review["comparison"]["kind"] == "unpaired"
    (note,) = review["notes"]
    assert note.startswith("stages/prepare in HEAD")
    assert (done.returncode, review["gate"]["result"]) == (2, "cannot compare")


def test_an_unknown_base_ends_in_an_error(clone):
    done = clone.run(".ci/review", "gone", "out", check=False)
    assert done.returncode != 0
    assert not (clone.path / "out/review.json").exists()
