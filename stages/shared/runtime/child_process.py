"""Child processes that end with their parent."""

import ctypes
import os
import signal
import sys

#: exit code of a process that must be started again later
BUSY = 75

#: prctl(2) option: the signal that Linux sends to a process when its parent ends
PR_SET_PDEATHSIG = 1


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
