"""Faults of the environment: no space, no memory, no permission. Which line each gives, and with which exit code.

They are neither wrong input nor bugs, so the user must see what to change outside the project.
"""

import errno
import os
import select
import sys

from stages.shared.messages import command
from stages.shared.runtime.child_process import BUSY

_SPACE = "free some disk space (`dvc gc -w` removes results that are not in use), then run this again"
_MEMORY = "end other programs, use fewer rows, or set EVENHAND_WORKERS=1, then run this again"
_NAME = "use another path"
_KIND = "move away what is there, then run this again"

#: what may pass, so that a later run can succeed: errno → how to fix it. Exit code 75
TEMPORARY = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.ENOMEM: _MEMORY,
    errno.EMFILE: "raise the limit (`ulimit -n 1024`), then run this again",
    errno.ENFILE: "end other programs, then run this again",
    errno.EAGAIN: "end other programs or raise the limit (`ulimit -u`), then run this again",
    **dict.fromkeys(
        (errno.EBUSY, errno.ETXTBSY, errno.ENOLCK, errno.ESTALE, errno.ETIMEDOUT, errno.ECONNREFUSED),
        "another program or a network disk holds it; run this again",
    ),
}

#: what stays until somebody changes it: errno → how to fix it. Exit code 2
LASTING = {
    **dict.fromkeys((errno.EACCES, errno.EPERM), "give this user the permission (`ls -l` shows who has it)"),
    errno.EROFS: "work in a folder on a disk that can be written to",
    errno.ENOENT: "run this from the repository root, after `make repro`",
    **dict.fromkeys((errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY), _KIND),
    **dict.fromkeys((errno.ENAMETOOLONG, errno.ELOOP, errno.ENXIO, errno.ENODEV, errno.EILSEQ), _NAME),
    errno.EFBIG: "raise the limit of file sizes (`ulimit -f unlimited`)",
    errno.EIO: "the disk or its connection is damaged; restore the file, or use another disk",
}

#: parts of a message by which an import or a thread fails for one of the above; such errors have no errno
_TOLD = {
    "cannot allocate memory": errno.ENOMEM,
    "failed to map segment": errno.ENOMEM,
    "bad_alloc": errno.ENOMEM,
    "bad_malloc": errno.ENOMEM,
    "can't start new thread": errno.EAGAIN,
    "too many open files": errno.EMFILE,
}


def describe_fault(error: Exception, default: str) -> tuple[str, int] | None:
    """Return the line and the exit code for a fault of the environment, None for a bug.

    The line names the file of the error, or `default` where the error has none.
    """
    number, said = _number(error), " ".join(str(error).split())
    if isinstance(error, OSError) and number is None and said:  # of a library: the content of a file
        return f"{said}; restore the file, or run `{command('make repro')}` to make it again", 2
    if number not in TEMPORARY and number not in LASTING:
        return None
    name = _file(error) or ("memory" if number == errno.ENOMEM else default)
    what = os.strerror(number).lower() + (f" ({said})" if said and not isinstance(error, OSError) else "")
    if number in TEMPORARY:
        return f"{name}: {what}; {TEMPORARY[number]}", BUSY
    return f"{name}: {what}; {command(LASTING[number])}", 2


def is_closed_pipe(error: BaseException) -> bool:
    """Return whether nobody reads the output any more, as after `| head`."""
    if not isinstance(error, BrokenPipeError):
        return False
    if sys.platform == "win32":  # it cannot be asked
        return True
    poll = select.poll()
    poll.register(1, select.POLLERR)
    poll.register(2, select.POLLERR)
    return any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))


def drop_output() -> None:
    """Send stdout and stderr to nowhere where they cannot be written, so that the end of Python prints no error."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _number(error: Exception) -> int | None:
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, OSError):
        return error.errno
    said = str(error).lower()
    return next((number for text, number in _TOLD.items() if text in said), None)


def _file(error: Exception) -> str:
    """Return the file that an OSError names; of a rename, the name that was wanted."""
    if not isinstance(error, OSError):
        return ""
    name = error.filename2 or error.filename
    return os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else ""
