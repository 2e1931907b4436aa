"""The manifest of a model folder: the SHA-256 of every file, checked before a file is parsed."""

from pathlib import Path
from typing import Any

from stages.shared.errors import InputError, IntegrityError
from stages.shared.paths import MANIFEST
from stages.shared.runtime.environment import library_versions
from stages.shared.storage.files import read_json, sha256, write_json


def write_manifest(folder: Path, **facts: Any) -> None:
    """Write `folder/manifest.json`: the SHA-256 of every other file, library versions, and `facts`."""
    files = {path.name: sha256(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST}
    write_json(folder / MANIFEST, {"files": files, "libraries": library_versions(), **facts})


def check_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of `folder` after verifying every file in it.

    Raises InputError for a missing folder, IntegrityError for a missing, added or changed file.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; run `dvc repro` (or `dvc pull`) to make it")
    if not (folder / MANIFEST).is_file():
        raise IntegrityError(f"{folder / MANIFEST}: missing; run `dvc checkout` or `dvc repro` to restore the folder")
    try:
        manifest: dict[str, Any] = read_json(folder / MANIFEST)
        expected = dict(manifest["files"])
    except (InputError, KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"{folder / MANIFEST}: damaged ({error}); run `dvc repro --force` to restore it") from None
    present = {path.name for path in folder.iterdir() if path.name != MANIFEST}
    problems = [f"{folder / name}: named in the manifest but missing" for name in sorted(set(expected) - present)]
    problems += [f"{folder / name}: not named in the manifest" for name in sorted(present - set(expected))]
    for name in sorted(set(expected) & present):
        actual = sha256(folder / name)
        if actual != expected[name]:
            problems.append(
                f"{folder / name}: its SHA-256 is {actual}, the manifest says {expected[name]}; "
                "the file was changed or damaged, restore it with `dvc repro --force`"
            )
    if problems:
        raise IntegrityError(problems)
    return manifest
