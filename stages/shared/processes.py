"""Child processes that do not outlive their parent."""

import ctypes
import os
import signal
import sys

#: Linux's name for the signal that a process gets when its parent ends (prctl(2))
PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Has this child process killed when its parent ends, however that ends: DVC may be killed at any time.

    On Linux; elsewhere nothing happens.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that
        os.kill(os.getpid(), signal.SIGKILL)
