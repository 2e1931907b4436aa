"""One run at a time in a repository."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stages.shared.errors import InputError


class BusyError(InputError):
    """Somebody else is at work on the same files; try again later. Exit code 75."""

    exit_code = 75


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Holds the lock file `path` during the block. Raises BusyError where another process holds it.

    The system lets go of it when this process ends, in whatever way; processes that this one starts do not inherit it.
    """
    import fcntl  # Windows, where the door never comes here, has none

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"{path}: held by another tools.repro in this repository; wait until it has ended"
            ) from None
        yield
