"""The small project, run once for all workers and copied for every test."""

import os
from pathlib import Path
import shutil

from filelock import FileLock
import pytest

from tests.pipeline.project import Repository, make_small_project


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Repository:
    """The small project after one `dvc repro`, committed; shared by all workers, so never changed."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    home = shared / "home"
    home.mkdir(exist_ok=True)
    os.environ["EVENHAND_TEST_HOME"] = str(home)
    path = shared / "finished"
    with FileLock(shared / "finished.lock"):
        if not (shared / "finished.done").exists():
            make_small_project(path)
            repository = Repository(path)
            (shared / "first_run.txt").write_text(repository.dvc("repro").stdout)
            repository.commit("First run")
            (shared / "finished.done").touch()
    return Repository(path)


@pytest.fixture
def repository(finished: Repository, tmp_path: Path) -> Repository:
    """A copy of the finished small project, with its cache, to do with as a test likes."""
    path = tmp_path / "project"
    shutil.copytree(finished.path, path, symlinks=True)
    return Repository(path)
