"""Checks of the machine: packages, encoding, disk and memory."""

from importlib.metadata import distributions
import locale
import os
import re
import shutil
import sys

from stages.shared.messages import PACKAGE, command
from stages.shared.runtime.environment import LIBRARIES, find_lock, read_pins
from stages.shared.runtime.memory import available_bytes
from tools.doctor.checks.finding import Finding

#: bytes of disk and of memory below which the default run is likely to fail
MIN_FREE_BYTES = 1 << 29


def check_versions() -> Finding:
    """Compare every installed package with the lock."""
    lock = find_lock()
    if not lock.is_file():
        return Finding("wrong", f"{lock}: no such file", f"git checkout HEAD {lock}")
    pins = dict(read_pins(lock.read_text(encoding="utf-8")))
    # pairs, because xgboost and xgboost-cpu may both be installed, and Python imports the one installed last
    installed = sorted(
        {(re.sub("[-_.]+", "-", item.name).lower().removesuffix("-cpu"), item.version) for item in distributions()}
    )
    names = {name for name, _ in installed}
    problems = [f"{name} is missing" for name in LIBRARIES if name not in names]
    problems += [
        f"{name} {version} (locked: {pins[name]})" for name, version in installed if pins.get(name, version) != version
    ]
    if problems:
        fix = command("make setup") if PACKAGE in os.environ else f"touch {lock} && make setup"
        return Finding("wrong", f"not as in {lock}: {', '.join(problems)}", fix)
    same = len(pins.keys() & names)
    return Finding("ok", f"Python {sys.version.split()[0]}; {same} packages as in {lock}")


def check_locale() -> Finding:
    """Check whether the terminal can show every name; files are UTF-8 in every locale."""
    encoding = sys.stdout.encoding or locale.getpreferredencoding(False)
    if "utf" not in encoding.lower():
        return Finding("note", f"output is in {encoding}, so some names are escaped", "export LC_ALL=C.UTF-8")
    return Finding("ok", encoding)


def check_disk() -> Finding:
    """Check that the disk has free space and that this folder can be written."""
    if not os.access(".", os.W_OK):
        return Finding("wrong", "nothing can be written in this folder", "chmod u+w .")
    free = shutil.disk_usage(".").free
    if free > MIN_FREE_BYTES:
        return Finding("ok", f"{_format_gib(free)} free")
    return Finding("wrong", f"{_format_gib(free)} free", "dvc gc -w")


def check_memory() -> Finding:
    """Check that memory is available."""
    free = available_bytes()
    if free is None:
        return Finding("ok", "not known on this system")
    if free > MIN_FREE_BYTES:
        return Finding("ok", f"{_format_gib(free)} available")
    return Finding(
        "wrong", f"{_format_gib(free)} available; end other programs", command("EVENHAND_WORKERS=1 make repro")
    )


def _format_gib(size: float) -> str:
    return f"{size / 2**30:.1f} GiB"
