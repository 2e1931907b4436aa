"""A small table that `prepare` likes, the params that go with it, and files made of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SOURCE = "data/raw/table.csv"
ROWS = 40
POSITIVES = 12

#: 40 rows, the first 12 positive; `age` is numeric, `colour` is categorical
GOOD: dict[str, list[Any]] = {
    "age": [str(20 + 3 * row) for row in range(ROWS)],
    "colour": ["red", "blue"] * (ROWS // 2),
    "sick": ["yes"] * POSITIVES + ["no"] * (ROWS - POSITIVES),
}


def read(**settings: Any) -> dict[str, Any]:
    """The section data.read: auto but for `settings`."""
    return {**dict.fromkeys(("separator", "decimal", "thousands", "encoding", "header"), "auto"), **settings}


def params_of(
    path: str = SOURCE,
    group: str | None = None,
    time: str | None = None,
    n_splits: int = 5,
    cost: Any = None,
    **data: Any,
) -> Any:
    """params.yaml as far as prepare reads it; `data` replaces keys of its section of that name."""
    section = {
        "target": "sick", "positive": "yes", "read": read(), "drop": [], "key": [], "categorical": "auto",
        "missing": {}, "dates": {}, "text": [], "weight": None, **data,
    }  # fmt: skip
    return {
        "data": {"path": path, **section},
        "split": {"group": group, "time": time},
        "cv": {"n_splits": n_splits},
        "evaluate": {"cost": cost},
    }


def columns(**other: Any) -> dict[str, list[Any]]:
    """The good columns with `other` in place of some, or added; None takes a column out."""
    return {name: cells for name, cells in {**GOOD, **other}.items() if cells is not None}


def csv(**other: Any) -> str:
    """The good table as CSV, changed as in `columns`."""
    chosen = columns(**other)
    lines = [",".join(chosen), *(",".join(cells) for cells in zip(*chosen.values(), strict=True))]
    return "\n".join(lines) + "\n"


def parquet(**other: Any) -> pa.Table:
    """The good table with typed columns (age int64), changed as in `columns`."""
    return pa.table(columns(**{"age": [int(age) for age in GOOD["age"]], **other}))


def changed(cells: list[Any], **by_row: Any) -> list[Any]:
    """`cells` with other ones in some data rows: `changed(ages, row17="x")`; rows count from 1."""
    other = {int(row.removeprefix("row")): cell for row, cell in by_row.items()}
    return [other.get(row, cell) for row, cell in enumerate(cells, start=1)]


def cut(content: bytes, size: int) -> Iterator[bytes]:
    """The content in pieces of this size."""
    return (content[start : start + size] for start in range(0, len(content), size))


def index(content: str | bytes | pa.Table | None, path: str = SOURCE) -> str:
    """Writes the content (a pa.Table as Parquet, at a path of that name; None: no file); gives its path."""
    if isinstance(content, pa.Table):
        path = path.replace(".csv", ".parquet")
        pq.write_table(content, path, write_page_checksum=True)
    elif content is not None:
        Path(path).write_bytes(content.encode() if isinstance(content, str) else content)
    return path
