"""How these processes end when they are told."""

from collections.abc import Iterator
from contextlib import contextmanager
import signal
import sys
from types import FrameType
from typing import NoReturn

#: what a terminal and a scheduler send
STOPS = (signal.SIGINT, signal.SIGTERM)


def end_quietly_when_told() -> None:
    """SIGINT and SIGTERM unwind this process, so that half-written files go; no traceback, exit code 128 + signal."""
    for number in STOPS:
        signal.signal(number, _end)


@contextmanager
def ended_quietly() -> Iterator[None]:
    """SIGINT and SIGTERM are a SystemExit with 128 + signal during the block, and what they were after it."""
    before = {number: signal.getsignal(number) for number in STOPS}
    end_quietly_when_told()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """SIGINT and SIGTERM wait until the block is done: DVC writes dvc.lock in place, and half of it is of no use."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
