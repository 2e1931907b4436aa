"""Ctrl-C and SIGTERM: a command removes its half-written files and ends within two seconds, without a traceback.

Python runs a handler only between two of its own instructions, and a call into a library can take minutes. A thread
therefore ends the process when the handler has not done so in time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
import signal
import sys
import threading
import time
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

#: seconds in which a command may clean up
GRACE = 1.2


class Stopped(SystemExit):
    """A stop signal has arrived; the exit code is 128 + its number, as in a shell."""


class _State:
    held = 0  # blocks of finish_first that are at work
    pending = 0  # the signal that waits for their end


def exit_on_signals() -> Callable[[], None]:
    """Let SIGINT and SIGTERM raise Stopped in the main thread, and end the process where that takes too long.

    Return a function that puts the earlier handlers back. In another thread than the main one nothing happens.
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    earlier = {number: signal.signal(number, _stop) for number in STOP_SIGNALS}
    _watch.start()

    def undo() -> None:
        for number, handler in earlier.items():
            signal.signal(number, handler)
        _watch.stop()

    return undo


def exit_at_once(number: int, frame: FrameType | None) -> None:
    """End the process: the handler while nothing but imports has happened."""
    os._exit(128 + number)


@contextmanager
def finish_first() -> Iterator[None]:
    """Let a stop signal wait until the block has ended."""
    _State.held += 1
    try:
        yield
    finally:
        _State.held -= 1
    if _State.pending and not _State.held:
        raise Stopped(128 + _State.pending)


def _stop(number: int, frame: FrameType | None) -> None:
    if _State.held:
        _State.pending = number
        return
    sys.unraisablehook = lambda _: None  # in a callback of a library it would be lost, with a traceback
    raise Stopped(128 + number)


def start_without_signals(thread: threading.Thread) -> bool:
    """Start a thread whose stop signals are blocked, so that the main thread gets them; false if there is no room."""
    if sys.platform != "win32":
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        thread.start()
    except RuntimeError:  # there can be no more threads
        return False
    finally:
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)
    return True


class _Watch:
    """A thread that reads the numbers of arriving signals from a pipe, and ends the process GRACE seconds later."""

    def __init__(self) -> None:
        self._pipe: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None
        self._ends_soon = False  # a stop signal has arrived

    def start(self) -> None:
        """Open the pipe and start the thread; without room for them, signals wait for the call that is at work.

        Windows has neither forks nor signal masks, so they always wait there.
        """
        if sys.platform != "win32" and self._pipe is None:
            try:
                self._pipe = os.pipe()
            except OSError:
                return
            os.set_blocking(self._pipe[1], False)
            signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
            self.resume()

    def stop(self) -> None:
        """End the thread and close the pipe."""
        self.pause()
        self.leave()

    def pause(self) -> None:
        """End the thread: a fork beside a thread is not safe."""
        if self._pipe and self._thread:
            os.write(self._pipe[1], b"\0")
            if not self._ends_soon:
                self._thread.join()
            self._thread = None

    def resume(self) -> None:
        """Start the thread."""
        if self._pipe is None:
            return
        thread = threading.Thread(target=self._wait, args=(self._pipe[0],), name="stop-signals", daemon=True)
        if start_without_signals(thread):
            self._thread = thread

    def leave(self) -> None:
        """Close the pipe: a forked child that wrote into it would end its parent."""
        if self._pipe:
            signal.set_wakeup_fd(-1)
            for end in self._pipe:
                os.close(end)
            self._pipe = self._thread = None

    def _wait(self, reader: int) -> None:
        while (number := os.read(reader, 1)[0]) not in STOP_SIGNALS:
            if number == 0:
                return
        self._ends_soon = True
        time.sleep(GRACE)
        while _State.held:
            time.sleep(0.05)
        os._exit(128 + number)


_watch = _Watch()
if sys.platform != "win32":
    os.register_at_fork(before=_watch.pause, after_in_parent=_watch.resume, after_in_child=_watch.leave)
