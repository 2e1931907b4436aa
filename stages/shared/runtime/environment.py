"""The installed versions of the libraries that influence numbers, and their difference from requirements.lock.

DVC compares the lock, not the installed packages. So a run in another environment must warn.
"""

import hashlib
from importlib.metadata import PackageNotFoundError, version
import os
from pathlib import Path
import re
import sys

from stages.shared.messages import PACKAGE, command

#: libraries whose versions influence a model or a metric
LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "imbalanced-learn", "xgboost", "skops")

LOCK = Path("requirements.lock")

#: the code of all stages
CODE = Path(__file__).resolve().parents[2]

#: the lock of a repository that uses the package; it names the code as well
PACKAGE_LOCK = Path("evenhand.lock")


def find_lock() -> Path:
    """Return the lock of this repository."""
    return PACKAGE_LOCK if PACKAGE_LOCK.is_file() else LOCK


def call_tool(name: str) -> list[str]:
    """Return the beginning of a command that runs a tool in another process."""
    return [sys.executable, "-m", *(["evenhand", name] if PACKAGE in os.environ else [f"tools.{name}"])]


def library_versions() -> dict[str, str]:
    """Return the installed version of every library in LIBRARIES."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:  # xgboost-cpu is the same library under another name
            versions[name] = version(f"{name}-cpu")
    return versions


def hash_code() -> str:
    """Return the SHA-256 of all files in stages/, without what Python compiles."""
    digest = hashlib.sha256()
    for path in sorted(CODE.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(CODE).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def read_pins(lock: str) -> list[tuple[str, str]]:
    """Return package and version of each line of a lock, xgboost-cpu as xgboost."""
    return re.findall(r"^([A-Za-z0-9._-]+?)(?:-cpu)?==([^ ;\\\s]+)", lock, re.MULTILINE)


def compare_with_lock(lock: Path) -> list[str]:
    """Return the differences between the installed libraries and `lock`: `numpy 2.5.5 (locked: 2.4.6)`."""
    pins = dict(read_pins(lock.read_text(encoding="utf-8")))
    return [
        f"{name} {installed} (locked: {pins.get(name, 'none')})"
        for name, installed in library_versions().items()
        if installed != pins.get(name)
    ]


def describe_differences(lock: Path | None = None) -> list[str]:
    """Return one sentence for the user if there is a `lock` and the environment differs from it, else nothing."""
    lock = lock or find_lock()
    differences = compare_with_lock(lock) if lock.is_file() else []
    if not differences:
        return []
    return [
        f"The installed libraries differ from {lock.name}: {', '.join(differences)}. "
        f"Numbers can differ from those of the lock; `{command('make setup')}` installs its versions."
    ]
