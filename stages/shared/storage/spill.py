"""Columns of large tables in memory maps of temporary files, so that a table may be larger than memory.

The system drops mapped pages when memory runs short, and reads them again when they are used.
"""

import os
import tempfile

import pyarrow as pa

from stages.shared.paths import PREPARED

#: a column of fewer bytes stays in memory
MIN_BYTES = 64 << 20


def can_spill() -> bool:
    """Return whether columns can be mapped: only POSIX can delete a file in use, and only stages have a data/."""
    return os.name == "posix" and PREPARED.parent.is_dir()


def spill(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a large column from a mapped file in data/, and any other column as it is.

    The file has no name, so that its space is free as soon as the column or the process is gone.
    """
    if column.nbytes < MIN_BYTES or not can_spill():
        return column
    with tempfile.NamedTemporaryFile(dir=PREPARED.parent, prefix=".column-") as file:
        with pa.ipc.new_stream(file, pa.schema([("column", column.type)])) as writer:
            writer.write_table(pa.table({"column": column}))
        file.flush()
        return pa.ipc.open_stream(pa.memory_map(file.name)).read_all().column("column")


def spill_array(array: pa.Array) -> pa.Array:
    """Return a large array from a mapped file; see `spill`."""
    column = spill(pa.chunked_array([array]))
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
