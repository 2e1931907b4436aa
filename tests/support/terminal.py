"""A command on a terminal of its own: what it writes and when, and what is then on the screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
import os
from pathlib import Path
import pty
import re
import select
import subprocess
import sys
import termios
import time

#: seconds without output after which a piece ends
PAUSE = 0.005

_STEP = re.compile(r"\x1b\[(\d*)([A-Za-z])|\x1b\[[\d;]*m|.", re.DOTALL)


@dataclass
class Recording:
    """Everything that a command wrote, in the pieces in which it came."""

    code: int = 0
    times: list[float] = field(default_factory=list)  # seconds, the start and the end among them
    pieces: list[str] = field(default_factory=list)

    @property
    def longest_silence(self) -> float:
        """The longest time between two pieces, in seconds."""
        return max(after - before for before, after in zip(self.times, self.times[1:], strict=False))

    def screens(self) -> list[list[str]]:
        """The lines on the screen after each piece."""
        return [show("".join(self.pieces[:count])) for count in range(1, len(self.pieces) + 1)]


def record(command: Sequence[str], folder: Path, **environment: str) -> Recording:
    """Run a command on a terminal until it ends."""
    own, other = pty.openpty()
    termios.tcsetwinsize(own, (40, 100))
    made = Recording(times=[time.monotonic()])
    run = subprocess.Popen(
        [sys.executable, *command], cwd=folder, stdin=other, stdout=other, stderr=other,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )  # fmt: skip
    os.close(other)
    while piece := _read(own):
        made.times.append(time.monotonic())
        made.pieces.append(piece.decode(errors="replace"))
    os.close(own)
    made.code = run.wait(timeout=60)
    made.times.append(time.monotonic())
    return made


def _read(terminal: int) -> bytes:
    """Read a piece, and what follows it at once: the rest of a line that was cut."""
    data = b""
    try:
        while not data or (len(data) < 65536 and select.select([terminal], [], [], PAUSE)[0]):
            if not (more := os.read(terminal, 65536)):
                break
            data += more
    except OSError:  # Linux's way to say that nobody has the other end
        pass
    return data


def show(text: str) -> list[str]:
    """The lines that a terminal shows after `text`."""
    lines, row, column = [""], 0, 0
    for step in _STEP.finditer(text):
        if step[2] == "K":
            lines[row] = lines[row][:column]
        elif step[2] == "J":
            lines[row:] = [lines[row][:column]]
        elif step[2] == "A":
            row -= int(step[1] or 1)
        elif step[0] == "\r":
            column = 0
        elif step[0] == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif not step[0].startswith("\x1b"):
            lines[row] = lines[row].ljust(column)[:column] + step[0] + lines[row][column + 1 :]
            column += 1
    return [line.rstrip() for line in lines]
