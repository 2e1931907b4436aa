"""Child processes that do not outlive their parent."""

import ctypes
import os
import signal
import sys

#: the exit code of a process that leaves the field to another
BUSY = 75

#: Linux's name for the signal that a process gets when its parent ends (prctl(2))
PR_SET_PDEATHSIG = 1


def exit_with_parent(parent: int) -> None:
    """Has this process killed when `parent`, the process that started it, ends, however that ends (prctl(2)).

    DVC may be killed at any time, and a child that goes on would write beside the next one. A parent that went before
    this call is noticed as well. On Linux; elsewhere nothing happens.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(BUSY)
