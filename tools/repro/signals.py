"""How the processes of a run react to SIGINT and SIGTERM."""

from collections.abc import Iterator
from contextlib import contextmanager
import signal
import sys
from types import FrameType
from typing import NoReturn

#: sent by a terminal and by a scheduler
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def exit_on_signals() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into a SystemExit with 128 + signal, so that half-written files are removed."""
    before = {number: signal.signal(number, _exit) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def block_signals() -> Iterator[None]:
    """Delay SIGINT and SIGTERM to the end of the block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _exit(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
