"""Checks of the bytes of a CSV file: UTF-8, no NUL byte, no overlong line, closed quotes.

pyarrow would misread such files silently or with a message that names no line.
"""

import codecs
from collections.abc import Callable, Iterator
import csv
from dataclasses import dataclass
import io

from stages.shared.errors import InputError
from stages.shared.schemas.contract import Dialect

#: a function that opens the file from its beginning and yields chunks of any length
Chunks = Callable[[], Iterator[bytes]]

#: limit of a line's bytes: readers hold a whole line in memory
MAX_LINE_BYTES = 64 << 20
#: bytes of a character
MAX_CHARACTER_BYTES = 4
#: plain CSV
COMMAS = Dialect()


@dataclass(frozen=True)
class Scan:
    """The size of a text, measured in one pass over its bytes."""

    size: int  # bytes
    lines: int  # at least as many as there are
    longest: int  # no line has more bytes
    quoted: bool  # whether there is a quote anywhere


def scan(chunks: Iterator[bytes], source: str) -> Scan:
    """Measure a text. Raises InputError for text that is not UTF-8, has a NUL byte or a line of more than 64 MiB."""
    offset = lines = length = longest = 0
    quoted, rest, beginning = False, b"", b""
    for chunk in chunks:
        chunk = rest + chunk
        beginning = beginning or chunk[:2]
        whole = _count_whole_characters(chunk, offset, lines, beginning, source)
        whole -= chunk.endswith(b"\r", 0, whole)  # what follows may belong to this line end
        rest, chunk = chunk[whole:], chunk[:whole]
        if (index := chunk.find(b"\0")) >= 0:
            line = lines + count_line_ends(chunk[:index]) + 1
            raise NotUtf8Error(
                f"{source}: holds a NUL byte at byte offset {offset + index} (line {line}); save it as UTF-8 text, or "
                "name its encoding in data.read.encoding"
            )
        longest = max(longest, length + len(chunk))
        length = _measure_line(chunk, length, lines, source)
        quoted = quoted or b'"' in chunk
        lines += count_line_ends(chunk)
        offset += whole
    _count_whole_characters(rest, offset, lines, beginning, source, final=True)
    return Scan(offset + len(rest), lines + 1, longest, quoted)


class NotUtf8Error(InputError):
    """The text is not UTF-8."""


def check_quotes(chunks: Iterator[bytes], source: str, dialect: Dialect = COMMAS) -> int:
    """Return an upper bound of the bytes of the longest record with a quote in a text without its title rows.

    Raises InputError for a quote that is not closed, or closed before the end of its cell.
    """
    lines, above = _Lines(chunks), dialect.header - 1 if dialect.skipped else 0
    try:
        for _ in csv.reader(lines, delimiter=dialect.separator, skipinitialspace=dialect.spaces, strict=True):
            lines.between = True
    except csv.Error as error:
        raise InputError(
            f"{source}: the record that begins in line {lines.begun + above} has a quote that is not closed, or closed "
            f'before the end of its cell ({error}); enclose whole cells and write a quote inside them twice ("")'
        ) from None
    return MAX_CHARACTER_BYTES * lines.longest


def count_line_ends(chunk: bytes) -> int:
    r"""Count the line ends in `chunk`: `\n`, `\r\n` or `\r`."""
    returns = chunk.count(b"\r")
    return chunk.count(b"\n") + (returns - chunk.count(b"\r\n") if returns else 0)


def find_last_line_end(chunk: bytes) -> int:
    """Return the index after the last line end, 0 if there is none."""
    return max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1


def strip_byte_order_mark(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks without a UTF-8 byte order mark at the start of the first."""
    for index, chunk in enumerate(chunks):
        yield chunk if index else chunk.removeprefix(codecs.BOM_UTF8)


def cut_at_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    r"""Yield the same text cut after line ends, never between `\r` and `\n`."""
    rest = b""
    for chunk in chunks:
        chunk = rest + chunk
        end = find_last_line_end(chunk[:-1] if chunk.endswith(b"\r") else chunk)
        rest = chunk[end:]
        if end:
            yield chunk[:end]
    if rest:
        yield rest


class Stream(io.RawIOBase):
    """Chunks as a file object: no byte order mark, no blank lines before the header, a line end after the last line."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._pieces = _trim(strip_byte_order_mark(chunks))
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Return True; io requires this method."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any writable buffer
        """Fill the beginning of `buffer` and return the number of bytes, 0 at the end."""
        while not self._rest:
            chunk = next(self._pieces, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _trim(chunks: Iterator[bytes]) -> Iterator[bytes]:
    begun, end = False, b"\n"
    for chunk in chunks:
        kept = chunk if begun else chunk.lstrip(b"\r\n")
        if kept:
            begun, end = True, kept[-1:]
            yield kept
    if end not in b"\r\n":
        yield b"\n"  # pyarrow ignores a single line without an end


def _count_whole_characters(
    chunk: bytes, offset: int, lines: int, beginning: bytes, source: str, final: bool = False
) -> int:
    """Return how many bytes of `chunk` are whole characters; `offset` and `lines` locate it in messages."""
    try:
        return codecs.utf_8_decode(chunk, "strict", final)[1]
    except UnicodeDecodeError as error:
        line = lines + count_line_ends(chunk[: error.start]) + 1
        utf16 = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        raise NotUtf8Error(
            f"{source}: not UTF-8 text: byte 0x{chunk[error.start]:02x} at byte offset {offset + error.start} "
            f"(line {line}){', it looks like UTF-16' if utf16 else ''}; save it as UTF-8, or name its encoding in "
            "data.read.encoding"
        ) from None


def _measure_line(chunk: bytes, length: int, lines: int, source: str) -> int:
    """Return the length of the unfinished line at the end of `chunk`; `length` bytes of it came before."""
    end = find_last_line_end(chunk)
    if not end and length + len(chunk) > MAX_LINE_BYTES:
        raise InputError(
            f"{source}: line {lines + 1} has more than {MAX_LINE_BYTES:,} bytes; write each row on a line of its own"
        )
    return len(chunk) - end if end else length + len(chunk)


class _Lines:
    """The lines of a text; chunks without a quote outside a record are counted and skipped."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.between = True  # no record is open; the caller sets it after each record
        self.begun = 1  # the line in which the present record began
        self.longest = 0  # characters of the longest record that was read
        self._pieces = chunks

    def __iter__(self) -> Iterator[str]:
        line_number, size = 1, 0
        for chunk in cut_at_lines(strip_byte_order_mark(self._pieces)):
            if self.between and b'"' not in chunk:
                line_number += count_line_ends(chunk)
                continue
            for line in io.StringIO(chunk.decode(), newline=""):
                if self.between:
                    self.begun, self.between, size = line_number, False, 0
                line_number, size = line_number + 1, size + len(line)
                self.longest = max(self.longest, size)
                yield line
