"""An estimate of the memory that a table needs in prepare and split, from its first rows.

A run that would exceed memory is refused at once instead of being killed later.
"""

from collections.abc import Iterable
import math

import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.parsing import is_text
from stages.prepare.columns.validation import decode_dictionary
from stages.shared.errors import InputError
from stages.shared.runtime.memory import check_memory
from stages.shared.storage.spill import MIN_BYTES, can_spill

#: limit of the unpacked size; a few kilobytes of gzip can unpack to any size
MAX_BYTES = 8 << 30
#: bytes of a number
NUMBER_BYTES = 8
#: bytes of a row in split besides its cells: its index, its group and the search for duplicates
SPLIT_ROW_BYTES = 136
#: a column being parsed temporarily takes so many times its size
TEMPORARY_FACTOR = 5
#: bytes of a rarely repeated text as a Python object
TEXT_BYTES = 400
#: bytes of the libraries and of the blocks being read
BASE_BYTES = 160 << 20


def check_size(size: int, source: str) -> None:
    """Raise InputError when the unpacked bytes are beyond the limit."""
    if size > MAX_BYTES:
        raise InputError(f"{source}: more than {MAX_BYTES:,} bytes when unpacked, which is the limit; use fewer rows")


def check_fits(
    source: str, rows: int, columns: Iterable[pa.ChunkedArray], available: int | None, mapped: bool = False
) -> None:
    """Raise InputError when `rows` rows of a table that begins with `columns` need more than `available` bytes.

    Large columns take no memory where the reader maps them.
    """
    sizes = [_estimate_row_bytes(column) for column in columns]
    on_disk = mapped and can_spill()
    in_memory = sum(size for size, _ in sizes if not (on_disk and rows * size >= MIN_BYTES))
    bytes_per_row = in_memory + max([SPLIT_ROW_BYTES, *(extra for _, extra in sizes)])
    advice = (
        f"it has about {rows:,} rows; use fewer of them, name unneeded columns in data.drop, or use a machine with "
        "more memory"
    )
    if available is not None and (max_rows := math.floor((available - BASE_BYTES) / bytes_per_row)) > 0:
        advice = advice.replace("use fewer of them", f"use fewer of them ({max_rows:,} would fit)")
    check_memory(source, BASE_BYTES + rows * bytes_per_row, available, advice)


def _estimate_row_bytes(column: pa.ChunkedArray) -> tuple[float, float]:
    """Return the bytes of a row in the typed column, and the extra bytes while the column is parsed."""
    if pat.is_null(column.type):
        return 0, 0
    cells = decode_dictionary(column)
    size = max(NUMBER_BYTES, cells.nbytes / len(cells))
    is_mostly_unique = is_text(cells.type) and len(cells.unique()) > len(cells) / 2
    return size, TEMPORARY_FACTOR * size + (TEXT_BYTES if is_mostly_unique else 0)
