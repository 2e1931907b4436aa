"""The bytes of a CSV, however the pieces are cut."""

import codecs
from collections.abc import Iterator
import io

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from stages.prepare.readers import csv_validation as csv_bytes
from stages.prepare.readers.csv_validation import Stream, check_quotes, scan
from stages.shared.errors import InputError
from tests.stages.prepare.tables import cut

lines = st.sampled_from(["a", "é", "\U0001f600", '"', ",", "\n", "\r", "\r\n"])
texts = st.lists(lines, max_size=40).map("".join).map(str.encode)


def said(content: bytes, size: int) -> str:
    """What scan finds wrong with the content in pieces of this size."""
    with pytest.raises(InputError) as caught:
        scan(cut(content, size), "t.csv")
    return str(caught.value)


@given(texts, st.integers(1, 9))
@settings(deadline=None, max_examples=200)
def test_a_scan_counts_lines_and_bytes(content: bytes, size: int) -> None:
    found = scan(cut(content, size), "t.csv")
    assert found.size == len(content)
    assert found.quoted == (b'"' in content)
    count = len(list(io.StringIO(content.decode(), newline="")))
    assert count <= found.lines <= count + 1
    assert found.longest >= max(map(len, content.replace(b"\r", b"\n").split(b"\n")))


@given(texts, texts, st.sampled_from([b"\xff", b"\xc3(", b"\xed\xa0\x80"]), st.integers(1, 9))
@settings(deadline=None, max_examples=200)
def test_the_first_byte_that_is_not_utf8_is_found_with_its_line(
    before: bytes, after: bytes, bad: bytes, size: int
) -> None:
    before += b"x"  # else a line end might go on in the bad bytes
    line = before.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    assert f"byte 0x{bad[0]:02x} at byte offset {len(before)} (line {line})" in said(before + bad + after, size)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_character_cut_short_and_a_nul_byte_are_found_in_any_piece(size: int) -> None:
    assert "byte 0xc3 at byte offset 4 (line 2)" in said(b"a\r\nb\xc3", size)
    assert "NUL byte at byte offset 6 (line 3)" in said(b"a\r\nb\r\n\0\n", size)


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_bytes, "MAX_LINE_BYTES", 100)
    take = 0

    def endless() -> Iterator[bytes]:
        nonlocal take
        yield b"a\n"
        while take < 1000:
            take += 1
            yield b"x" * 10

    with pytest.raises(InputError, match="line 2 has more than 100 bytes"):
        scan(endless(), "t.csv")
    assert take == 11


@pytest.mark.parametrize("size", [3, 4, 100])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\n1\n", b"a\n1\n"),
        (b"a\n1", b"a\n1\n"),
        (b"a\r1\r", b"a\r1\r"),
        (b"\n\r\n\n\na\n\n1\n", b"a\n\n1\n"),
        (codecs.BOM_UTF8 + b"\na\n", b"a\n"),
        (b"\n\n", b""),
    ],
)
def test_a_stream_begins_with_the_header_and_ends_with_a_line_end(content: bytes, expected: bytes, size: int) -> None:
    assert Stream(cut(content, size)).readall() == expected


@given(texts, st.integers(1, 9))
@settings(deadline=None, max_examples=200)
def test_quotes_are_judged_alike_however_the_text_is_cut(content: bytes, size: int) -> None:
    def judged(chunks: Iterator[bytes]) -> str:
        try:
            check_quotes(chunks, "t.csv")
        except InputError as error:
            return str(error)
        return ""

    assert judged(cut(content, size)) == judged(iter([content]))


def test_the_line_of_a_bad_quote_counts_the_pieces_that_were_passed_over() -> None:
    content = b"a,b\r\n" + b"1,2\r\n" * 50 + b'"x\r\ny",2\r\n' + b"1,2\r\n" * 50 + b'3,"4\r\n' + b"1,2\r\n" * 50
    for size in (7, 20, 1000):
        with pytest.raises(InputError, match="begins in line 104 has a quote"):
            check_quotes(cut(content, size), "t.csv")


def test_the_longest_record_with_a_quote_is_known() -> None:
    assert check_quotes(cut(b'a,b\n"one\ntwo",1\n"x",2\n', 5), "t.csv") >= len(b'"one\ntwo",1\n')
