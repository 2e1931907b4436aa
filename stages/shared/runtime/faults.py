"""Faults of the environment, such as no space, no memory or no permission, with their messages and exit codes.

They are neither wrong input nor bugs, so the message says what to change outside the project.
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

#: temporary faults, after which a later run can succeed: errno → how to fix it. Exit code 75
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

#: faults that stay until somebody fixes them: errno → how to fix it. Exit code 2
LASTING = {
    **dict.fromkeys((errno.EACCES, errno.EPERM), "give this user the permission (`ls -l` shows who has it)"),
    errno.EROFS: "work in a folder on a disk that can be written to",
    errno.ENOENT: "run this from the repository root, after `make repro`",
    **dict.fromkeys((errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY), _KIND),
    **dict.fromkeys((errno.ENAMETOOLONG, errno.ELOOP, errno.ENXIO, errno.ENODEV, errno.EILSEQ), _NAME),
    errno.EFBIG: "raise the limit of file sizes (`ulimit -f unlimited`)",
    errno.EIO: "the disk or its connection is damaged; restore the file, or use another disk",
}

#: parts of messages of failed imports and threads, which have no errno
_MESSAGES = {
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
    code, message = _find_errno(error), " ".join(str(error).split())
    if isinstance(error, OSError) and code is None and message:  # of a library: the content of a file
        return f"{message}; restore the file, or run `{command('make repro')}` to make it again", 2
    if code not in TEMPORARY and code not in LASTING:
        return None
    name = _find_file(error) or ("memory" if code == errno.ENOMEM else default)
    what = os.strerror(code).lower() + (f" ({message})" if message and not isinstance(error, OSError) else "")
    if code in TEMPORARY:
        return f"{name}: {what}; {TEMPORARY[code]}", BUSY
    return f"{name}: {what}; {command(LASTING[code])}", 2


def is_closed_pipe(error: BaseException) -> bool:
    """Return whether nobody reads the output any more, as after `| head`."""
    if not isinstance(error, BrokenPipeError):
        return False
    if sys.platform == "win32":  # it has no poll
        return True
    poll = select.poll()
    poll.register(1, select.POLLERR)
    poll.register(2, select.POLLERR)
    return any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))


def drop_output() -> None:
    """Redirect stdout and stderr to the null device if they cannot be written, so that Python ends without an error."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)


def _find_errno(error: Exception) -> int | None:
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, OSError):
        return error.errno
    message = str(error).lower()
    return next((code for text, code in _MESSAGES.items() if text in message), None)


def _find_file(error: Exception) -> str:
    """Return the file that an OSError names; of a rename, the new name."""
    if not isinstance(error, OSError):
        return ""
    name = error.filename2 or error.filename
    return os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else ""
