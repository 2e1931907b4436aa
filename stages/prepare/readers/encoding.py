"""Text of any encoding as UTF-8, piece by piece.

The readers of CSV text support only UTF-8, which passes unchanged.
"""

import codecs
from collections.abc import Iterator
import re

from stages.prepare.readers.csv_validation import Chunks
from stages.shared.errors import InputError

#: byte order marks, the longer first: a mark of UTF-32 begins with one of UTF-16
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
#: the encoding of Windows in Western Europe; all but five bytes are characters
FALLBACK = "cp1252"
#: characters that UTF-8 writes in several bytes; other encodings hardly ever write these bytes side by side
UTF8_CHARACTERS = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def detect_byte_order_mark(beginning: bytes) -> str:
    """Return the encoding that a byte order mark declares, else UTF-8."""
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if beginning.startswith(mark)), "utf-8")


def to_utf8(chunks: Chunks, encoding: str, source: str) -> Chunks:
    """Return the text as UTF-8. Its chunks raise InputError for bytes that are not of this encoding."""
    if codecs.lookup(encoding).name == "utf-8":
        return chunks
    return lambda: _recode(chunks(), encoding, source)


def guess_encoding(chunks: Chunks, preferred: str | None) -> str | None:
    """Return the encoding of a text that is not UTF-8, or None if it is unclear.

    It is the `preferred` one or cp1252. A text that also holds characters of UTF-8 is damaged rather than of another
    encoding, so it has none.
    """
    encoding = preferred if preferred not in (None, "utf-8") else FALLBACK
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks():
            decoder.decode(chunk)
            if encoding == FALLBACK and UTF8_CHARACTERS.search(chunk):
                return None
        decoder.decode(b"", True)
    except UnicodeError:
        return None
    return encoding


def _recode(chunks: Iterator[bytes], encoding: str, source: str) -> Iterator[bytes]:
    decoder, offset = codecs.getincrementaldecoder(encoding)(), 0
    try:
        for chunk in chunks:
            if text := decoder.decode(chunk):
                yield text.encode()
            offset += len(chunk)
        if text := decoder.decode(b"", True):
            yield text.encode()
    except UnicodeError as error:
        raise InputError(
            f"{source}: not {encoding} text ({error}, after byte {offset}); name its encoding in data.read.encoding"
        ) from None
