"""The repository around the folder of the pipeline. It begins further up if the pipeline is a part of another."""

import os
from pathlib import Path

from stages.shared.errors import InputError


def find_dvc_root() -> Path | None:
    """Return the nearest folder at or above this one that holds a folder .dvc, as DVC does; relative to this one."""
    return _find_above(".dvc")


def find_git_root() -> Path | None:
    """Return the nearest folder at or above this one that holds .git, relative to this one."""
    return _find_above(".git")


def find_temporary() -> Path | None:
    """Return the folder for locks and temporary files, below .dvc/tmp; None outside a DVC repository.

    Each pipeline folder of a repository has its own.
    """
    root = find_dvc_root()
    if root is None:
        return None
    here = Path.cwd().relative_to((Path.cwd() / root).resolve())
    return root / ".dvc/tmp" / (Path("evenhand") / here if here.parts else here)


def is_in_repository(path: Path) -> bool:
    """Return whether a relative path stays in the git or DVC repository of this folder, by its name alone.

    The path itself may be a link of DVC to its cache.
    """
    absolute = Path(os.path.normpath(Path.cwd() / path))
    return not path.is_absolute() and absolute.is_relative_to((Path.cwd() / find_top()).resolve())


def find_top() -> Path:
    """Return the top of the git and DVC repositories around this folder, relative to it; outside of both, itself."""
    roots = [root for root in (find_dvc_root(), find_git_root()) if root is not None]
    return max(roots, key=lambda root: len(root.parts), default=Path())


def check_folder() -> None:
    """Raise InputError where this folder is not that of a pipeline in a DVC repository."""
    if not Path("dvc.yaml").is_file():
        raise InputError(
            "dvc.yaml: no such file here; run this from the repository root, or the folder of the pipeline"
        )
    if find_dvc_root() is None:
        raise InputError(".dvc: no such folder here or above; run `dvc init`, or run this from the repository root")


def _find_above(name: str) -> Path | None:
    for depth, folder in enumerate((Path.cwd(), *Path.cwd().parents)):
        if (folder / name).is_dir() or (name == ".git" and (folder / name).is_file()):  # a work tree has a file .git
            return Path(*[".."] * depth)
    return None
