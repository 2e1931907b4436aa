"""What memory a table will take in prepare and in split, judged by its first rows."""

from collections.abc import Iterable
import math

import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.parsing import is_text
from stages.prepare.columns.validation import decoded
from stages.shared.runtime.memory import check_memory

#: bytes of a number
NUMBER = 8
#: bytes of a row besides its cells, in split: its place and unit, and what finds its duplicates
ROW = 136
#: while a column is settled, so many times its size is taken for a while
PASSING = 5
#: bytes of a text that stands in few rows, as an object that is looked at by itself
TEXT = 400
#: libraries, and the blocks of a file on their way
CONSTANT = 160 << 20


def check_fits(source: str, rows: int, columns: Iterable[pa.ChunkedArray], available: int | None) -> None:
    """Raises InputError when so many rows of a table beginning with `columns` need more than `available` bytes."""
    sizes = [_row_bytes(column) for column in columns]
    a_row = sum(settled for settled, _ in sizes) + max([ROW, *(passing for _, passing in sizes)])
    advice = (
        f"it has about {rows:,} rows; take fewer of them, name columns that can be spared in data.drop, or use a "
        "machine with more memory"
    )
    if available is not None and (room := math.floor((available - CONSTANT) / a_row)) > 0:
        advice = advice.replace("take fewer of them", f"take fewer of them ({room:,} would fit)")
    check_memory(source, CONSTANT + rows * a_row, available, advice)


def _row_bytes(column: pa.ChunkedArray) -> tuple[float, float]:
    """What a row takes in the settled column, and for a while on the way to it."""
    if pat.is_null(column.type):
        return 0, 0
    cells = decoded(column)
    size = max(NUMBER, cells.nbytes / len(cells))
    own = is_text(cells.type) and len(cells.unique()) > len(cells) / 2
    return size, PASSING * size + (TEXT if own else 0)
