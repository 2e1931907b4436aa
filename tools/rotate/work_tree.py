"""A copy of the work tree, in which the pipeline runs without changes to the user's own files."""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import shutil
import subprocess
import sys

from stages.shared.errors import InputError
from stages.shared.runtime.environment import call_tool
from stages.shared.runtime.repository import find_dvc_root, find_temporary, find_top
from stages.shared.runtime.stop_signals import finish_first
from tools.compare.revisions.git import run_git
from tools.repro.forked import run_in_fork

CONFIG = (".dvc/config", ".dvc/config.local")


@contextmanager
def copy_work_tree(data: Path) -> Iterator[Path]:
    """Yield a folder with every file that git does not ignore, and with the table `data`; remove it in the end.

    It is a DVC repository that shares the cache of this one, so nothing is trained twice. Of a host repository it has
    only the settings. A folder that a killed run left is replaced. Raises InputError outside a git repository.
    """
    root, temporary = find_dvc_root(), find_temporary()
    assert root is not None
    assert temporary is not None
    tree = (temporary / "rotation").resolve()
    shutil.rmtree(tree, ignore_errors=True)
    here = tree / Path.cwd().relative_to((Path.cwd() / find_top()).resolve())
    try:
        for path in dict.fromkeys([*_list_files(), data, *(root / name for name in CONFIG)]):
            target = Path(os.path.normpath(here / path))
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, target, dirs_exist_ok=True)
            elif path.exists():
                shutil.copy2(path, target)
        _share_cache(here / root)
        yield here
    finally:
        with finish_first():
            shutil.rmtree(tree, ignore_errors=True)


def run_pipeline(tree: Path, jobs: int | None) -> int:
    """Run `python -m tools.repro` in `tree`, without the report; return its exit code. It ends with this process."""
    command = [*call_tool("repro"), "--no-report", *([f"--jobs={jobs}"] if jobs else [])]
    if sys.platform != "linux":  # the libraries of macOS do not survive a fork, Windows has none
        return subprocess.call(command, cwd=tree)
    return run_in_fork(_execute, tree, command)


def _execute(tree: Path, command: list[str]) -> None:
    os.chdir(tree)
    os.execv(command[0], command)


def _list_files() -> list[Path]:
    try:
        listing = run_git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except subprocess.CalledProcessError:
        raise InputError(".git: this folder is in no git repository; run `git init`, and commit the project") from None
    paths = dict.fromkeys(Path(os.fsdecode(name)) for name in listing.split(b"\0") if name)
    return [path for path in paths if path.is_file()]  # not those that are deleted


def _share_cache(tree: Path) -> None:
    """Let DVC in `tree` use the cache of this repository, and no git."""
    from dvc.config import Config
    from dvc.repo import Repo

    with Repo() as repo:
        cache = repo.cache.local_cache_dir
    with Config(str(tree / ".dvc")).edit("local") as config:
        config.setdefault("core", {})["no_scm"] = True
        config.setdefault("cache", {})["dir"] = cache
