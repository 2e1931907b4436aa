"""The sources of rows and the targets of results: files, standard input and standard output.

A stream needs a temporary file. Rows are read more than once, and results are sent only when all of them exist.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import io
from pathlib import Path
import shutil
import sys
import tempfile
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from stages.prepare.readers.table import CHUNK_BYTES, MAGIC_BYTES
from stages.shared.errors import InputError
from stages.shared.storage.files import atomic_path, name_in_errors

#: the path that means standard input or output
STREAM = Path("-")
STDIN, STDOUT = "standard input", "standard output"
#: the kinds of files besides text that standard input may contain, by their first bytes
KINDS = {b"PAR1": ".parquet", b"\x1f\x8b": ".csv.gz", b"\x28\xb5\x2f\xfd": ".csv.zst"}

Write = Callable[[pa.Table], None]


@contextmanager
def receive_rows(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file with the rows and its name in messages.

    Raises InputError where standard input is closed, or is neither text (plain, gzip, Zstandard) nor Parquet.
    """
    if path != STREAM:
        yield path, path.as_posix()
        return
    if sys.stdin is None:
        raise InputError(f"{STDIN}: is closed; send the table to it, or name a file")
    stream = sys.stdin.buffer
    beginning = stream.read(CHUNK_BYTES)
    kind = next((kind for start, kind in KINDS.items() if beginning.startswith(start)), ".csv")
    unread = next((name for start, name in MAGIC_BYTES.items() if beginning.startswith(start)), None)
    if unread and kind == ".csv":
        raise InputError(
            f"{STDIN}: looks like {unread.split(' (')[0]}; send CSV text (plain, gzip or Zstandard) or Parquet, or "
            "name a file"
        )
    with _make_temporary(f"rows{kind}") as copy:
        with copy.open("wb") as file:
            file.write(beginning)
            shutil.copyfileobj(stream, file, CHUNK_BYTES)
        yield copy, STDIN


@contextmanager
def send_results(path: Path) -> Iterator[Write]:
    """Yield a function that adds a table to the result, which is there only if the block succeeds."""
    if path == STREAM:
        if sys.stdout is None:
            raise InputError(f"{STDOUT}: is closed; open it, or name a file with --output")
        with _make_temporary("scored.csv") as file:
            with _open_writer(file, ".csv") as write:
                yield write
            with name_in_errors(Path(STDOUT)), file.open("rb") as content:
                # without a buffer, which would be flushed once more at the end after a fault
                out = io.FileIO(sys.stdout.fileno(), "wb", closefd=False)
                while chunk := memoryview(content.read(CHUNK_BYTES)):
                    while chunk:
                        chunk = chunk[out.write(chunk) :]
    else:
        with atomic_path(path) as file, _open_writer(file, path.suffix) as write:
            yield write


@contextmanager
def _open_writer(file: Path, kind: str) -> Iterator[Write]:
    writers: list[Any] = []

    def write(table: pa.Table) -> None:
        if not writers:
            make = pyarrow.csv.CSVWriter if kind == ".csv" else pyarrow.parquet.ParquetWriter
            writers.append(make(file, table.schema))
        writers[0].write_table(table)

    try:
        yield write
    finally:
        for writer in writers:
            writer.close()


@contextmanager
def _make_temporary(name: str) -> Iterator[Path]:
    """Yield a path in a folder that is removed afterwards; without space there, errors name the folder."""
    with (
        name_in_errors(Path(tempfile.gettempdir())),
        tempfile.TemporaryDirectory(prefix="evenhand-") as folder,
    ):
        yield Path(folder) / name
