"""The bytes of a CSV file, piece by piece: what must be right of them before anybody looks for cells."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
import io

from stages.shared.errors import InputError

#: a file from its beginning, anew with each call, as pieces of any length
Pieces = Callable[[], Iterator[bytes]]

#: a line may have so many bytes: what reads it holds it whole
LONGEST = 64 << 20


@dataclass(frozen=True)
class Scan:
    """What is known of a text once all of its bytes were seen."""

    size: int  # bytes
    lines: int  # at least as many as there are
    longest: int  # no line has more bytes
    quoted: bool  # whether there is a quote anywhere


def scan(pieces: Iterator[bytes], source: str) -> Scan:
    """Raises InputError for text that is not UTF-8, holds a NUL byte, or a line of more than 64 MiB."""
    offset = lines = length = longest = 0
    quoted, rest, beginning = False, b"", b""
    for piece in pieces:
        piece = rest + piece
        beginning = beginning or piece[:2]
        whole = _whole_characters(piece, offset, lines, beginning, source)
        whole -= piece.endswith(b"\r", 0, whole)  # what follows may belong to this line end
        rest, piece = piece[whole:], piece[:whole]
        if (place := piece.find(b"\0")) >= 0:
            line = lines + line_ends(piece[:place]) + 1
            raise InputError(
                f"{source}: holds a NUL byte at byte offset {offset + place} (line {line}); save it as UTF-8 text"
            )
        longest = max(longest, length + len(piece))
        length = _line_length(piece, length, lines, source)
        quoted = quoted or b'"' in piece
        lines += line_ends(piece)
        offset += whole
    _whole_characters(rest, offset, lines, beginning, source, final=True)
    return Scan(offset + len(rest), lines + 1, longest, quoted)


def line_ends(piece: bytes) -> int:
    r"""How many lines end in `piece`, with `\n`, `\r\n` or `\r`."""
    returns = piece.count(b"\r")
    return piece.count(b"\n") + (returns - piece.count(b"\r\n") if returns else 0)


def last_line_end(piece: bytes) -> int:
    """The place after the last line end, 0 where there is none."""
    return max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1


def without_mark(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces without the byte order mark of UTF-8, which the first of them may begin with."""
    for place, piece in enumerate(pieces):
        yield piece if place else piece.removeprefix(codecs.BOM_UTF8)


class Stream(io.RawIOBase):
    """Pieces as a file without a byte order mark or blank lines before the header, and with an end to the last line."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = _trimmed(without_mark(pieces))
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Always: io asks."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any writable buffer
        """Fills the beginning of `buffer`; gives the number of bytes, 0 at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _trimmed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    begun, end = False, b"\n"
    for piece in pieces:
        kept = piece if begun else piece.lstrip(b"\r\n")
        if kept:
            begun, end = True, kept[-1:]
            yield kept
    if end not in b"\r\n":
        yield b"\n"  # pyarrow takes a single line without an end for nothing


def _whole_characters(piece: bytes, offset: int, lines: int, beginning: bytes, source: str, final: bool = False) -> int:
    """How many bytes of `piece`, which begins at `offset` after so many lines, are whole characters: nearly all."""
    try:
        return codecs.utf_8_decode(piece, "strict", final)[1]
    except UnicodeDecodeError as error:
        line = lines + line_ends(piece[: error.start]) + 1
        utf16 = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        raise InputError(
            f"{source}: not UTF-8 text: byte 0x{piece[error.start]:02x} at byte offset {offset + error.start} "
            f"(line {line}){', it looks like UTF-16' if utf16 else ''}; save it as UTF-8"
        ) from None


def _line_length(piece: bytes, length: int, lines: int, source: str) -> int:
    """The bytes of the line that `piece` ends in, `length` of which came before."""
    end = last_line_end(piece)
    if not end and length + len(piece) > LONGEST:
        raise InputError(
            f"{source}: line {lines + 1} has more than {LONGEST:,} bytes; this is no table that can be read, "
            "write each row on a line of its own"
        )
    return len(piece) - end if end else length + len(piece)
