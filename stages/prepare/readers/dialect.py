"""The dialect of a text table, from its first lines: separator, line of the header, spaces, trailing separators.

A text that fits two dialects equally well is refused, because each would give other numbers.
"""

from collections import Counter
from collections.abc import Iterator
import csv
from dataclasses import dataclass
import io
import re

from stages.prepare.params import AUTO, ReadParams
from stages.prepare.read_facts import SEPARATORS
from stages.prepare.readers.csv_validation import Chunks, cut_at_lines, find_last_line_end, strip_byte_order_mark
from stages.shared.errors import InputError
from stages.shared.schemas.contract import Dialect

#: bytes from which a dialect is judged
SAMPLE_BYTES = 1 << 18
#: the line with which Excel names the separator
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
FIRST_LINE = re.compile(rb"[^\r\n]*(\r\n|\r|\n)")


@dataclass(frozen=True)
class _Record:
    line: int  # its first line, counted from 1
    cells: list[str]

    @property
    def filled(self) -> int:
        return sum(bool(cell.strip()) for cell in self.cells)


def sniff(chunks: Chunks, source: str, settings: ReadParams = AUTO, prefer: Dialect | None = None) -> Dialect:
    """Return the dialect of UTF-8 text, judged by its first 256 KiB; `settings` fix parts of it.

    `prefer`, the dialect of the training table, decides between dialects that fit equally well. Raises InputError when
    two separators fit equally well and none is preferred. So it does when no row begins in the line data.read.header.
    """
    text = _read_beginning(chunks())
    declared = SEPARATOR_LINE.fullmatch(text.split("\n", 1)[0].strip("\r"))
    separator = settings.separator
    if separator == "auto":
        separator = declared[1] if declared else _find_separator(text, source, prefer)
    records = list(_read_records(text, separator, True))
    if not records:
        return Dialect(separator=separator)
    titles, trailing = _find_header(records[bool(declared) :], prefer.header if prefer else 0)
    titles += bool(declared)
    if settings.header != "auto":
        lines = [record.line for record in records]
        if settings.header not in lines:
            raise InputError(
                f"params.yaml: data.read.header: no row begins in line {settings.header} of {source}; name the line of "
                "the header, or auto"
            )
        titles = lines.index(settings.header)
        trailing = _find_header(records[titles:]) == (0, True)
    header = records[min(titles, len(records) - 1)]
    return Dialect(
        separator=separator,
        header=header.line,
        spaces=_has_spaces(list(_read_records(text, separator, False))[titles:]),
        trailing=trailing,
        skipped=" / ".join(separator.join(record.cells) for record in records[:titles]),
    )


def skip_titles(chunks: Chunks, dialect: Dialect) -> Chunks:
    """Return the text from its header on."""
    return (lambda: _skip_lines(chunks(), dialect.header - 1)) if dialect.skipped else chunks


def strip_spaces(chunks: Chunks, dialect: Dialect) -> Chunks:
    """Return the text without the spaces after separators, which would hide a quote from pyarrow."""
    return (lambda: _iter_without_spaces(chunks(), dialect.separator)) if dialect.spaces else chunks


def _read_beginning(chunks: Iterator[bytes]) -> str:
    """Return the first lines; the last of them is whole."""
    sample = b""
    for chunk in strip_byte_order_mark(chunks):
        sample += chunk
        if len(sample) >= SAMPLE_BYTES:
            sample = sample[: find_last_line_end(sample)] or sample
            break
    return sample.decode(errors="ignore")


def _read_records(text: str, separator: str, spaces: bool) -> Iterator[_Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=spaces)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield _Record(line, cells)
            line = reader.line_num + 1
    except csv.Error:
        return  # the reader of the rows raises the error


def _find_separator(text: str, source: str, prefer: Dialect | None) -> str:
    candidates = dict.fromkeys([*([prefer.separator] if prefer else []), *SEPARATORS])
    shares = {}
    for separator in candidates:
        widths = [len(record.cells) for record in _read_records(text, separator, True)]
        width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        shares[separator] = count / len(widths) if width > 1 else 0.0
    best = max(shares.values())
    best_separators = [separator for separator, share in shares.items() if share == best]
    if not best or (prefer and prefer.separator in best_separators):
        return prefer.separator if prefer else ","
    if len(best_separators) > 1:
        names = " and ".join(SEPARATORS[separator] for separator in best_separators)
        raise InputError(
            f"{source}: {names} separate its columns equally well; name the separator in data.read.separator"
        )
    return best_separators[0]


def _find_header(records: list[_Record], preferred: int = 0) -> tuple[int, bool]:
    """Return how many rows stand above the header, and whether the rows have a separator more than the header.

    A row above the header holds one text, unless the header is in the `preferred` line. Rows that are shorter in
    another way make the first one the header, so that the reader refuses them.
    """
    if not records:
        return 0, False
    width = Counter(len(record.cells) for record in records).most_common(1)[0][0]
    index = next(index for index, record in enumerate(records) if len(record.cells) == width)
    while width > 2 and records[index].filled < 2 and index + 1 < len(records):  # a title, padded with separators
        index += 1
    trailing = (
        index > 0
        and width > 2
        and len(records[index - 1].cells) == width - 1
        and all(record.cells[-1] == "" for record in records if len(record.cells) == width)
    )
    titles = index - trailing
    is_ambiguous = any(record.filled > 1 for record in records[:titles]) and records[titles].line != preferred
    if width == 1 or is_ambiguous:
        return 0, False
    return titles, trailing


def _has_spaces(records: list[_Record]) -> bool:
    cells = [cell for record in records[1:] for cell in record.cells[1:] if cell]
    return bool(cells) and all(cell[0] == " " for cell in cells)


def _skip_lines(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for piece in cut_at_lines(strip_byte_order_mark(chunks)):
        while count and piece:
            end = FIRST_LINE.match(piece)
            piece, count = piece[end.end() :] if end else b"", count - 1
        if piece:
            yield piece


def _iter_without_spaces(chunks: Iterator[bytes], separator: str) -> Iterator[bytes]:
    lines = (
        line
        for piece in cut_at_lines(strip_byte_order_mark(chunks))
        for line in io.StringIO(piece.decode(), newline="")
    )
    for cells in csv.reader(lines, delimiter=separator, skipinitialspace=True):
        out = io.StringIO()
        csv.writer(out, delimiter=separator, lineterminator="\n").writerow(cells)
        yield out.getvalue().encode()
