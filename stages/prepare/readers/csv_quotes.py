"""Quotes in CSV text: each must enclose a whole cell, for pyarrow would swallow lines up to the next one."""

from collections.abc import Iterator
import csv
import io

from stages.prepare.readers.csv_validation import last_line_end, line_ends, without_mark
from stages.shared.errors import InputError

#: bytes of a character
WIDEST = 4


def check_quotes(pieces: Iterator[bytes], source: str) -> int:
    """How many bytes the longest record with a quote has at most.

    Raises InputError for a quote that is not closed, or closed before the end of its cell.
    """
    lines = _Lines(pieces)
    try:
        for _ in csv.reader(lines, strict=True):
            lines.between = True
    except csv.Error as error:
        raise InputError(
            f"{source}: the record that begins in line {lines.begun} has a quote that is not closed, or closed before "
            f'the end of its cell ({error}); enclose whole cells and write a quote inside them twice ("")'
        ) from None
    return WIDEST * lines.longest


class _Lines:
    """The lines of a text. Pieces without a quote, where no record is open, are counted and passed over."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.between = True  # no record is open; who reads the records says so
        self.begun = 1  # the line in which the present record began
        self.longest = 0  # characters of the longest record that was read
        self._pieces = pieces

    def __iter__(self) -> Iterator[str]:
        number, size = 1, 0
        for piece in _whole_lines(without_mark(self._pieces)):
            if self.between and b'"' not in piece:
                number += line_ends(piece)
                continue
            for line in io.StringIO(piece.decode(), newline=""):
                if self.between:
                    self.begun, self.between, size = number, False, 0
                number, size = number + 1, size + len(line)
                self.longest = max(self.longest, size)
                yield line


def _whole_lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    r"""The same text cut after line ends, never between `\r` and `\n`."""
    rest = b""
    for piece in pieces:
        piece = rest + piece
        end = last_line_end(piece[:-1] if piece.endswith(b"\r") else piece)
        rest = piece[end:]
        if end:
            yield piece[:end]
    if rest:
        yield rest
