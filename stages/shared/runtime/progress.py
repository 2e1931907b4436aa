"""The progress of a stage: one live line on a terminal, elsewhere a plain line now and then.

A thread writes it, because one fit can take minutes. It stops before each fork, because forking with threads is unsafe,
and starts again afterwards. The live line is below the cursor, so whatever is printed takes its place until the next
refresh.
"""

from contextlib import suppress
import io
import os
import shutil
import sys
import threading
import time
from typing import Self

from tqdm import tqdm

from stages.shared.messages import printable
from stages.shared.runtime.stop_signals import start_without_signals

#: environment variable: the row of the live line below the cursor; tools.repro sets it, as stages share its terminal
ROW = "EVENHAND_ROW"

#: seconds between two live lines, and between two plain lines
LIVE, PLAIN = 0.5, 25.0

#: erases everything from the cursor to the end of the screen: the live lines
ERASE = "\x1b[J"

_COUNTED = "{n_fmt} of {total_fmt} {unit}, {elapsed}, {remaining} left{postfix}"


class Progress:
    """The progress of one stage, shown while its block runs; only one can be at work in a process."""

    def __init__(self, stage: str, doing: str = "starts") -> None:
        self._stage, self._doing, self._unit = stage, doing, ""
        self._total, self._done = 0, 0
        self._since = self._written = time.monotonic()
        self._live = sys.stderr is not None and sys.stderr.isatty()
        self._row = int(os.environ.get(ROW, "0"))
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        _active.append(self)
        self.resume()
        return self

    def __exit__(self, *_: object) -> None:
        self.pause()
        _active.clear()
        with suppress(OSError, ValueError):  # the terminal is gone
            self._draw("")

    def count(self, total: int, unit: str) -> None:
        """Start to count `total` units of work."""
        self._total, self._done, self._unit, self._since = total, 0, unit, time.monotonic()

    def begin(self, doing: str) -> None:
        """Set the text for the current work."""
        self._doing = doing

    def __call__(self, finished: str) -> None:
        """Count one more finished unit."""
        self._done += 1

    def line(self, text: str) -> None:
        """Print a line that stays, above the live line."""
        self.pause()
        with suppress(OSError, ValueError):  # nobody can read it
            self._draw("")
            print(text, file=sys.stderr, flush=True)
        self.resume()

    def pause(self) -> None:
        """End the thread."""
        if self._thread:
            self._stop.set()
            self._thread.join()
            self._thread = None

    def resume(self) -> None:
        """Start the thread."""
        self._stop = threading.Event()
        thread = threading.Thread(target=self._repeat, args=(self._stop,), name="progress", daemon=True)
        self._thread = thread if start_without_signals(thread) else None

    def _repeat(self, stop: threading.Event) -> None:
        interval = LIVE if self._live else PLAIN
        while not stop.wait(self._written + interval - time.monotonic()):
            self._written = time.monotonic()
            with suppress(OSError, ValueError):  # nobody can read it
                if self._live:
                    self._draw(self._describe(shutil.get_terminal_size().columns - 1))
                else:
                    print(self._describe(), file=sys.stderr, flush=True)

    def _describe(self, columns: int | None = None) -> str:
        elapsed = time.monotonic() - self._since
        if not self._total:
            return f"{self._stage}: {self._doing}, {tqdm.format_interval(elapsed)}"[:columns]
        form = f"{{desc}} |{{bar:8}}| {_COUNTED}" if columns else f"{{desc}}: {_COUNTED}"
        return tqdm.format_meter(
            min(self._done, self._total), self._total, elapsed, columns, self._stage, unit=self._unit,
            bar_format=form, postfix=self._doing, ascii="utf" not in (sys.stderr.encoding or "").lower(),
        )  # fmt: skip

    def _draw(self, text: str) -> None:
        """Write the live line in its row in one call, so that the lines of several processes do not mix."""
        back = f"\x1b[{self._row}A" if self._row else ""
        line = "\n" * self._row + f"\r{printable(text)}\x1b[K\r{back}"
        if self._live:
            os.write(sys.stderr.fileno(), line.encode(sys.stderr.encoding, "backslashreplace"))


class TerminalStream(io.FileIO):
    """An output of a stage that shares its terminal: what it prints erases the live lines, which then come back."""

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write `data` after what erases the live lines, in one call."""
        super().write(ERASE.encode() + data)
        return len(data)


def share_terminal() -> None:
    """Let this process print above the live lines of all stages of its terminal."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and stream.isatty():
            raw = TerminalStream(stream.fileno(), "w", closefd=False)
            shared = io.TextIOWrapper(raw, stream.encoding, "backslashreplace", line_buffering=True)
            setattr(sys, name, shared)


def erase_live_lines() -> None:
    """Remove what stages that were killed have left on the terminal."""
    if sys.stderr is not None and sys.stderr.isatty():
        print(end=ERASE, file=sys.stderr, flush=True)


def ignore(text: str) -> None:
    """Show no progress."""


#: the one progress that is shown in this process, if any
_active: list[Progress] = []
if sys.platform != "win32":  # which has no forks
    os.register_at_fork(
        before=lambda: list(map(Progress.pause, _active)),
        after_in_parent=lambda: list(map(Progress.resume, _active)),
        after_in_child=_active.clear,
    )
