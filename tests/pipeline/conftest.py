"""The small project, run once for all workers and copied for every test."""

from collections.abc import Callable
import os
from pathlib import Path
import shutil

from filelock import FileLock
import pytest

from tests.pipeline.project import Repository, make_small_project

#: builds a folder of this name once for all workers, which never change it
BuildOnce = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def build_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> BuildOnce:
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    home = shared / "home"
    home.mkdir(exist_ok=True)
    os.environ["EVENHAND_TEST_HOME"] = str(home)

    def build(name: str, make: Callable[[Path], None]) -> Path:
        path, done = shared / name, shared / f"{name}.done"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                make(path)
                done.touch()
        return path

    return build


@pytest.fixture(scope="session")
def finished(build_once: BuildOnce) -> Repository:
    """The small project after one `dvc repro`, committed."""

    def make(path: Path) -> None:
        make_small_project(path)
        repository = Repository(path)
        (path.parent / "first_run.txt").write_text(repository.run("dvc", "repro").stdout)
        repository.commit("First run")

    return Repository(build_once("finished", make))


@pytest.fixture
def repository(finished: Repository, tmp_path: Path) -> Repository:
    """A copy of the finished small project, with its cache, to do with as a test likes."""
    path = tmp_path / "project"
    shutil.copytree(finished.path, path, symlinks=True)
    return Repository(path)
