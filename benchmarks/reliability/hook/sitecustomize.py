"""Kills a Python process in the middle of its n-th write of a file: KILL_FILE names the file, KILL_AT is n.

Python imports this module at its start, where its folder is in PYTHONPATH. It leaves the file empty or half-written, in
turns, as a real kill would.
"""

import os
import signal
import sys

FILE, AT = os.environ.get("KILL_FILE", ""), int(os.environ.get("KILL_AT", "0"))
n_openings = 0  # for writing


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Count the openings for writing of the file, by name."""
    global n_openings
    if event != "open" or not str(arguments[0]).endswith(f"/{FILE}"):
        return
    mode, flags = arguments[1], arguments[2]
    if "w" not in str(mode) and not (isinstance(flags, int) and flags & os.O_TRUNC):
        return
    n_openings += 1
    if n_openings == AT:
        path = str(arguments[0])
        size = os.path.getsize(path) if os.path.exists(path) else 0  # noqa: PTH110, PTH202
        if size:
            os.truncate(path, size // 2 if AT % 2 else 0)
        os.kill(os.getpid(), signal.SIGKILL)


if FILE and AT:
    sys.addaudithook(watch)
