"""Child processes that end with their parent."""

from collections.abc import Sequence
import ctypes
from functools import cache
from multiprocessing.process import BaseProcess
import os
from pathlib import Path
import select
import signal
import sys
import threading
import time

#: exit code of a process that must be started again later
BUSY = 75

#: prctl(2) option: the signal that Linux sends to a process when its parent ends
PR_SET_PDEATHSIG = 1

#: most shells replace themselves by the last command that they run; fish and old versions of dash wait for it
SHELLS = ("sh", "dash", "bash", "zsh", "ksh", "fish")


def exit_with_parent(parent: int) -> None:
    """Let the kernel kill this process when `parent`, the process that started it, ends (prctl(2)).

    DVC may be killed at any time; a surviving child would write while the next run writes too. A parent that ended
    before this call is noticed as well. Only Linux supports this; elsewhere the call does nothing.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(BUSY)


def exit_with_starter() -> None:
    """Let this process end with the one that started it, which may have ended already.

    Another process has then become the parent, such as init, and that one is of another session.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()
    _check_session(parent)
    exit_with_parent(parent)


def _check_session(process: int) -> None:
    """End this process where `process` is of another session, so it is not the one that started this one."""
    if sys.platform != "linux":
        return
    try:
        ended = os.getsid(process) != os.getsid(0)
    except ProcessLookupError:
        ended = True
    if ended:
        os._exit(BUSY)


def stop_processes(processes: Sequence[BaseProcess]) -> None:
    """End processes that are still alive; each has 0.8 seconds to remove half-written files."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + 0.8
    for process in processes:
        process.join(max(0, deadline - time.monotonic()))
        process.kill()


def exit_code(process: BaseProcess) -> int:
    """Return the exit code of an ended process as a shell gives it: 128 + n if signal n killed it."""
    code = process.exitcode or 0
    return code if code >= 0 else 128 - code


@cache
def exit_with_dvc() -> None:
    """End with DVC, if DVC started this command: also where a shell stands between and waits."""
    if sys.platform != "linux" or "DVC_STAGE" not in os.environ:
        return
    exit_with_starter()
    name, grandparent = _name_and_parent(os.getppid())
    if name in SHELLS:
        _check_session(grandparent)
        try:
            handle = os.pidfd_open(grandparent)
        except ProcessLookupError:
            os._exit(BUSY)
        except OSError:  # a kernel before 5.3
            return
        threading.Thread(target=_exit_after, args=(handle,), name="exit-with-dvc", daemon=True).start()


def _name_and_parent(process: int) -> tuple[str, int]:
    """Return the name of a process and the id of its parent, from proc(5)."""
    try:
        before, _, after = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")
    except OSError:
        return "", 0
    return before.partition("(")[2], int(after.split()[1])


def _exit_after(handle: int) -> None:
    """Kill this process when the process of `handle` ends."""
    if sys.platform != "linux":
        return
    select.select([handle], [], [])
    os.kill(os.getpid(), signal.SIGKILL)
