"""Locks against two stages that write the same artefacts; the kernel releases them when a process ends.

DVC has locks too. But a killed DVC leaves its stage running, and a stage can be started without DVC.
"""

import os
from pathlib import Path
import sys
import time

from stages.shared.errors import BusyError
from stages.shared.runtime.repository import find_temporary

#: seconds to wait for the processes of a run that was just killed
PATIENCE = 2.0

#: the locks that this process holds, by file
_held: dict[Path, int] = {}


def lock_stage(stage: str, strategy: str = "") -> None:
    """Hold the artefacts of this folder until this process ends. Raises BusyError where another stage has them.

    Trainings of different strategies may run side by side; any other stage is alone. Windows has no such locks.
    """
    folder = find_temporary()
    if folder is None:
        return
    _lock(folder / "stages.lock", stage, shared=bool(strategy))
    if strategy:
        _lock(folder / f"{stage}@{strategy}.lock", stage, shared=False)


def _lock(file: Path, stage: str, shared: bool) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    file.parent.mkdir(parents=True, exist_ok=True)
    path = file.resolve()
    if path not in _held:
        _held[path] = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(_held[path], (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise BusyError(
                    f"{stage}: another stage is at work in this repository (`fuser {file}` shows its process); "
                    "wait for its end, or stop it, then run this again"
                ) from None
        time.sleep(0.05)
