"""Makers of tables of all kinds that people bring."""

from collections.abc import Sequence
import csv as standard_csv
from dataclasses import dataclass, field
import datetime
import gzip
import io
from pathlib import Path
from typing import Any
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from tests.stages.prepare.tables import GOOD, ROWS, csv, parquet

TWICE = 2 * ROWS
DAYS = [f"2024-{1 + row % 12:02}-{1 + row % 28:02}" for row in range(ROWS)]
NOTES = [f"he came at {row}, and left" for row in range(TWICE)]
MORE = {name: cells * 2 for name, cells in GOOD.items()}  # enough rows for the notices of numbers


@dataclass(frozen=True)
class Kind:
    """A table, the settings that go with it, and the beginning of columns as they must be read."""

    content: Any
    path: str = "data/raw/table.csv"
    params: dict[str, Any] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)

    def write(self) -> str:
        """Write the table below the current folder and return its path."""
        path = Path(self.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(self.content):
            self.content(path)
        elif isinstance(self.content, pa.Table):
            path = path.with_suffix(".parquet")
            pq.write_table(self.content, path)
        else:
            path.write_bytes(self.content if isinstance(self.content, bytes) else self.content.encode())
        return path.as_posix()


def repeat(*cells: Any, rows: int = ROWS) -> list[Any]:
    """The cells again and again."""
    return [cells[row % len(cells)] for row in range(rows)]


def text(columns: dict[str, Sequence[str]], separator: str = ",") -> str:
    """The columns as text; cells with the separator are quoted."""
    out = io.StringIO()
    writer = standard_csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerows([list(columns), *zip(*columns.values(), strict=True)])
    return out.getvalue()


def table(*cells: str, separator: str = ",", **params: Any) -> Kind:
    """The good table with a column `x` of these cells."""
    return Kind(text({**GOOD, "x": repeat(*cells)}, separator), params=params)


def numbers(*cells: str, values: list[Any], separator: str = ",", **params: Any) -> Kind:
    """The good table with a column `x` of these cells that must be read as these numbers."""
    return Kind(text({**GOOD, "x": repeat(*cells)}, separator), params=params, values={"x": values})


def typed(cells: Any, **params: Any) -> Kind:
    return Kind(parquet(x=cells), params=params)


def target(*labels: str, positive: Any, values: list[int]) -> Kind:
    """The good table with these labels as the target."""
    return Kind(csv(sick=repeat(*labels)), params={"positive": positive}, values={"sick": values})


def lines(change: Any) -> str:
    """The good table with each line changed; `change` gets the index of the line and its text."""
    return "".join(change(index, line) for index, line in enumerate(csv().splitlines(keepends=True)))


def pandas(frame: pd.DataFrame, **values: list[Any]) -> Kind:
    return Kind(lambda path: frame.to_parquet(path), "data/raw/table.parquet", values=values)


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({**GOOD, "age": [int(age) for age in GOOD["age"]], **columns})


def folder(path: Path, *, marker: bool = True, change: Any = None, stray: str = "") -> None:
    """Write the good table in two parts, below folders of a key `year`."""
    whole = parquet()
    for year, part in (("2023", whole.slice(0, 20)), ("2024", whole.slice(20))):
        inner = path / f"year={year}"
        inner.mkdir(parents=True)
        pq.write_table(change(part) if change and year == "2024" else part, inner / "part-0.parquet")
        (inner / ".part-0.parquet.crc").write_text("x")
    if marker:
        (path / "_SUCCESS").write_text("")
    if stray:
        (path / stray).write_text("x")


def packed(kind: str, *names: str) -> bytes:
    content, out = csv().encode(), io.BytesIO()
    if kind == "gz":
        return gzip.compress(content)
    if kind == "zst":
        buffer = pa.BufferOutputStream()
        with pa.CompressedOutputStream(buffer, "zstd") as stream:
            stream.write(content)
        return buffer.getvalue().to_pybytes()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


def arrow(path: Path, stream: bool = False) -> None:
    whole = parquet()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(str(path), whole.schema) as writer:
        writer.write_table(whole)


AGE = {"age": [20.0, 23.0, 26.0]}
RED = {**AGE, "colour": ["red", "blue", "red"]}
EXCEL = csv().replace(",", ";")
SPACED = csv().replace(",", ", ")
MOMENT = datetime.datetime(2024, 5, 31, 8)
