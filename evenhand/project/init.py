"""`evenhand init`: writes the files of the pipeline, without its code, into a git repository."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
import os
from pathlib import Path
import shutil
import subprocess
import sys

from evenhand.project.files import find_top, make_files
from evenhand.source import PIPELINE
from stages.shared.errors import InputError, raise_problems
from stages.shared.paths import PARAMS, SYNTHETIC
from stages.shared.runtime.repository import find_dvc_root
from stages.shared.storage.files import write_text
from tools.inspect.params_file import write_params
from tools.inspect.proposal import Proposal, Setting

#: until the user names a table, the pipeline runs on one that it makes itself
FIRST_TABLE = {"path": SYNTHETIC.as_posix(), "target": "target", "positive": 1}


def main() -> None:
    """Write dvc.yaml, params.yaml, plot templates, evenhand.lock and a workflow of GitHub; overwrite nothing."""
    parser = argparse.ArgumentParser(prog="evenhand init", description=main.__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), help="where dvc.yaml goes (this folder)")
    folder: Path = parser.parse_args().folder
    with _undo_on_error() as undo:
        _enter(folder, undo)
        top, files = find_top(), make_files()
        raise_problems([
            f"{os.path.normpath(folder / path)}: is there already, and nothing is overwritten; move it away, or name "
            "another folder: `evenhand init FOLDER`"
            for path in (PARAMS, *files)
            if os.path.lexists(path) and not (path.parent.name == "plots" and path.read_text("utf-8") == files[path])
        ])  # fmt: skip
        if find_dvc_root() is None:
            _make_dvc_root(top, undo)
        for path, text in {**files, PARAMS: (PIPELINE / PARAMS).read_text(encoding="utf-8")}.items():
            if not path.exists():
                undo += _list_missing(path)
                write_text(path, text)
        write_params(PARAMS, Proposal({key: Setting(value) for key, value in FIRST_TABLE.items()}, {}))
    print(f"Written: {', '.join(os.path.normpath(folder / path) for path in (PARAMS, *files))}")
    enter = "" if folder == Path() else f"cd {folder}, then "
    print(f"Next: {enter}`evenhand inspect TABLE --write` with a table of this repository, and `evenhand repro`")


def _enter(folder: Path, undo: list[Path]) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is no folder; name another")
    undo += _list_missing(folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)


def _list_missing(path: Path) -> list[Path]:
    """Return the path and the folders above it that do not exist yet, the highest first."""
    return [parent.absolute() for parent in (*reversed(path.parents), path) if not parent.exists()]


def _make_dvc_root(top: Path, undo: list[Path]) -> None:
    undo += [path.absolute() for path in (top / ".dvc", top / ".dvcignore") if not path.exists()]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "dvc", "init", "--quiet"], cwd=top, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InputError(f"dvc init: {' '.join(done.stderr.split())}")
    print(f"DVC: made its root, {(Path.cwd() / top).resolve()}/.dvc, because there was none")


@contextmanager
def _undo_on_error() -> Iterator[list[Path]]:
    """Yield a list, and remove the paths in it if the block fails."""
    undo: list[Path] = []
    try:
        yield undo
    except BaseException:
        for path in reversed(undo):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):  # the rest must go too
                    path.unlink()
        raise
