"""evenhand.lock: the version, the code and the libraries with which the results of a repository were made.

The stages of a host's dvc.yaml depend on this file in place of the code. It has the form of a requirements file.
"""

from importlib.metadata import PackageNotFoundError, version
import re

from evenhand.source import find_version
from stages.shared.errors import InputError
from stages.shared.runtime.environment import PACKAGE_LOCK, hash_code, library_versions, read_pins

#: libraries that draw the pictures of the report
DRAWING = ("altair", "vl-convert-python")

HEADER = """# Written by `evenhand init` and `evenhand upgrade --write`. The stages in dvc.yaml depend on this file.
# They refuse to run with other versions: `pip install -r evenhand.lock` installs these.
"""


def make_lock() -> str:
    """Return the text of the lock for what is installed."""
    return "".join([HEADER, f"# code: {hash_code()}\n", *_pin({"evenhand": find_version(), **_find_libraries()})])


def check_lock() -> None:
    """Raise InputError where evenhand.lock does not name what is installed."""
    if not PACKAGE_LOCK.is_file():
        raise InputError(f"{PACKAGE_LOCK}: no such file; run `evenhand init`, or run this from the folder of dvc.yaml")
    text = PACKAGE_LOCK.read_text(encoding="utf-8", errors="replace")
    locked, installed = dict(read_pins(text)), {"evenhand": find_version(), **_find_libraries()}
    differences = [
        f"{name} {current} is installed, {locked.get(name, 'none')} is locked"
        for name, current in installed.items()
        if locked.get(name) != current
    ]
    code = re.search(r"^# code: (\S+)$", text, re.MULTILINE)
    if not differences and (code is None or code[1] != hash_code()):
        differences = ["the installed code is another one"]
    if differences:
        raise InputError(
            f"{PACKAGE_LOCK}: {'; '.join(differences)}; run `pip install -r {PACKAGE_LOCK}`, or look at "
            "`evenhand upgrade` to go on with what is installed"
        )


def _find_libraries() -> dict[str, str]:
    versions = library_versions()
    for name in DRAWING:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            raise InputError(f"{name}: is not installed; run `pip install evenhand` again") from None
    return versions


def _pin(versions: dict[str, str]) -> list[str]:
    lines = []
    for name, pin in versions.items():
        if name == "xgboost":  # as pyproject.toml says
            lines.append(f"xgboost-cpu=={pin} ; sys_platform != 'darwin'\n")
            lines.append(f"xgboost=={pin} ; sys_platform == 'darwin'\n")
        else:
            lines.append(f"{name}=={pin}\n")
    return lines
