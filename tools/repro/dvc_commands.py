"""DVC's own command line, in this process, so that a run imports DVC once."""

import logging

from dvc.cli import main
from dvc.lock import LockError

from tools.repro.lock import BusyError


def dvc(*arguments: str) -> int:
    """Runs `dvc <arguments>`, which says what it says anywhere, and gives its exit code.

    Raises BusyError where it gave up because another dvc command holds a lock that it needs: DVC itself ends with 255
    then, as for every other failure.
    """
    spy, logger = _Spy(), logging.getLogger("dvc")
    logger.addHandler(spy)
    try:
        code = int(main(list(arguments)))
    finally:
        logger.removeHandler(spy)
    if code and spy.busy:
        raise busy()
    return code


def busy() -> BusyError:
    """What to say when DVC is at work elsewhere."""
    return BusyError(
        "DVC is busy: another dvc command is at work in this repository; wait until it has ended, and try again"
    )


class _Spy(logging.Handler):
    """Sees whether a lock was among the reasons of a failure that DVC logs."""

    busy = False

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        while error is not None:
            self.busy = self.busy or isinstance(error, LockError)
            error = error.__cause__
