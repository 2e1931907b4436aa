"""Hostile and wrong params and tables, made by kind and value."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import datetime
from decimal import Decimal
from functools import partial
import gzip
import io
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
from ruamel.yaml import YAML

#: cells of a column to try
CELLS = (
    "", " ", "NaN", "inf", "-1e400", "1e149", "1e30", "1e-320", "9" * 40, "0x10", "1,5", "1.234.567", "٣", "½", "-0",
    "=cmd|' /C calc'!A0", "\x1b[31mred", "‮abc", "\udcff", "é" * 5000, "x" * 100_000, "2024-02-30", "12:60", "True",
    "null", "#N/A", '"', "'", "a\tb", "\x00", "\u2028", "{}", "$(touch x)", "../../etc/passwd",
)  # fmt: skip
#: names of a column to try
NAMES = (
    "", " ", "1", "sex", "__row__", "__group__", "diagnosis", "probability", "a b", "\x1b[2J", "x" * 10_000, "[<>]",
)  # fmt: skip
#: values of a key in params.yaml to try
VALUES: tuple[Any, ...] = (
    None, -1, 0, 0.5, 1e300, float("nan"), float("inf"), True, "", "none", "x" * 10_000, "\x1b[31m", "$(touch x)", [],
    {},
    [[[]]], [None], {"a": {"b": 1}}, "2024-02-30",
)  # fmt: skip
#: texts to try as params.yaml
TEXTS = (
    "", "\0", "---", "- a", "a: b: c", "\ta: 1", "a: &x [*x]", "a: *unknown", "? a", "!!python/object:os.system {}",
    "{" * 5000,
    "a: !!int abc", "a: 2024-02-30", "a: 1\na: 2", "a: [", "\ufeffa: 1", "%YAML 9.9\n---\na: 1", "a: !!binary =",
    "a: 0o9",
    "&a [" + ", ".join(["*a"] * 9) + "]", "x: " + "9" * 5000, "a: '\\ud800'", 'a: "\\ud800"', "<<: 1", "a: !!set {b}",
    "=: 1",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A file, and the commands that read it, one after the other."""

    path: str
    make: Callable[[], bytes]  # its content
    commands: tuple[str, ...]
    name: str


def make_params(text: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield params.yaml with another value at each key, and texts that are no params at all.

    There are thousands, so each is a function that makes the content.
    """
    for path in _list_paths(YAML(typ="safe").load(text)):
        for value in VALUES:
            yield f"{'.'.join(path)} = {str(value)[:30]!r}", partial(_set, text, path, value)
    for whole in TEXTS:
        yield f"{whole[:30]!r}", partial(whole.encode, errors="surrogatepass")
        yield f"with {whole[:30]!r}", partial(f"{text}\n{whole}\n".encode, errors="surrogatepass")
    for position in range(0, len(text), len(text) // 20):
        yield f"cut at {position}", text[:position].encode


def _set(text: str, path: tuple[str, ...], value: Any) -> bytes:
    yaml, stream = YAML(typ="safe"), io.StringIO()
    content = yaml.load(text)
    section = content
    for key in path[:-1]:
        section = section[key]
    section[path[-1]] = value
    yaml.dump(content, stream)
    return stream.getvalue().encode()


def make_tables(text: str) -> Iterator[tuple[str, str, bytes]]:
    """Yield a name, a suffix and the bytes of tables like that of the CSV `text`, whose first column is numeric."""
    header, *rows = [line.split(",") for line in text.splitlines()]
    for column in (0, 1, len(header) - 1):
        for cell in CELLS:
            for every in (7, 1):
                changed = [
                    [*row[:column], cell, *row[column + 1 :]] if not i % every else row for i, row in enumerate(rows)
                ]
                yield f"{header[column]}: {cell[:20]!r} every {every}", ".csv", _to_csv([header, *changed])
    for name in NAMES:
        yield f"named {name[:20]!r}", ".csv", _to_csv([[name, *header[1:]], *rows])
    whole = text.encode()
    bytes_of = {
        "empty": b"", "header": whole.split(b"\n")[0], "one row": b"\n".join(whole.split(b"\n")[:2]),
        "no end": whole[:-9],
        "NUL": whole[:900] + b"\0" + whole[900:], "UTF-16": text.encode("utf-16"), "UTF-32": text.encode("utf-32"),
        "CR": whole.replace(b"\n", b"\r"), "CRLF": whole.replace(b"\n", b"\r\n"),
        "quote": whole[:900] + b'"' + whole[900:],
        "short row": whole + b"1,2\n", "long row": whole + b"1" + b",2" * 99 + b"\n",
        "all long": whole.replace(b"\n", b",1\n"),
        "latin-1": whole[:900] + b"\xe9\xff" + whole[900:], "one line": whole.replace(b"\n", b","),
        "blank": b"\n" * 999,
        "commas": b"," * 99999, "noise": bytes(i * i % 251 for i in range(9999)),
        "semicolons": whole.replace(b",", b";"),
    }  # fmt: skip
    for name, content in bytes_of.items():
        for suffix in (".csv", ".txt", ".parquet", ".csv.gz", ".csv.zip", ".csv.zst", ".feather"):
            yield name, suffix, content
        yield f"{name}, packed", ".csv.gz", gzip.compress(content)
    yield "unpacks to a gigabyte", ".csv.gz", gzip.compress(bytes(1 << 30), 1)
    yield from _make_typed(header, rows)


def _make_typed(header: list[str], rows: list[list[str]]) -> Iterator[tuple[str, str, bytes]]:
    """Yield Parquet and Feather files whose first column has another type."""
    n = len(rows)
    bad = pa.Array.from_buffers(
        pa.string(), n, [None, pa.array(range(n + 1), pa.int32()).buffers()[1], pa.py_buffer(b"\xff" * n)]
    )
    moments = pa.array(range(n), pa.timestamp("us"))
    day = datetime.date(2024, 1, 1)
    columns: dict[str, pa.Array] = {
        "null": pa.nulls(n), "boolean": pa.array([True] * n), "decimal": pa.array([Decimal("1.5")] * n),
        "date": pa.array([day + datetime.timedelta(i) for i in range(n)]), "time": pa.array([datetime.time(1)] * n),
        "duration": pa.array(range(n), pa.duration("s")), "binary": pa.array([b"\xff"] * n),
        "list": pa.array([[1]] * n),
        "struct": pa.array([{"a": 1}] * n), "category": pa.array(["a", "b"] * (n // 2)).dictionary_encode(),
        "not UTF-8": bad, "moment": moments, "zone": moments.cast(pa.timestamp("us", tz="Mars/Olympus")),
        "early": moments.cast(pa.int64()).cast(pa.timestamp("s")), "infinite": pa.array([float("inf")] * n),
        "large": pa.array([2**63 - 1] * n), "half": pa.array([1.5] * n, pa.float16()), "huge": pa.array([1e149] * n),
        "late": pa.array([2**62] * n, pa.timestamp("s")),
        "map": pa.array([[("a", 1)]] * n, pa.map_(pa.string(), pa.int8())),
    }  # fmt: skip
    others = [pa.array([row[i] or None for row in rows]) for i in range(1, len(header))]
    for name, column in columns.items():
        table = pa.Table.from_arrays([column, *others], names=header)
        for suffix, write in ((".parquet", pa.parquet.write_table), (".feather", pa.feather.write_feather)):
            stream = io.BytesIO()
            try:
                write(table, stream)
            except pa.ArrowException:
                continue  # the format has no such type
            content = stream.getvalue()
            yield f"type {name}", suffix, content
            yield f"type {name}, cut", suffix, content[: len(content) // 2]


def _list_paths(content: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in content.items():
        yield (*above, str(key))
        if isinstance(value, dict):
            yield from _list_paths(value, (*above, str(key)))


def _to_csv(lines: list[list[str]]) -> bytes:
    return "\n".join(map(",".join, lines)).encode(errors="surrogateescape") + b"\n"
