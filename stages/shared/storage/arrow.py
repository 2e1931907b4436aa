"""Conversions between Arrow arrays and numpy arrays, through their buffers.

pyarrow's own conversions import pandas, which would take `prepare` and `split` longer than their work.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def thin(rows: Ints, limit: int) -> Ints:
    """Return `rows`, or every n-th of them where they are more than `limit`."""
    return rows[:: -(-len(rows) // limit) or 1]


def to_floats(array: pa.Array) -> Floats:
    """Convert an array of numbers to float64, shape (rows,), NaN where null."""
    return _to_numpy(array.cast(pa.float64(), safe=False), np.float64, np.nan)


def to_ints(array: pa.Array) -> Ints:
    """Convert an array of integers or timestamps to int64, shape (rows,), −1 where null."""
    return _to_numpy(array.cast(pa.int64()), np.int64, -1)


def to_bools(array: pa.Array) -> Bools:
    """Convert a boolean array without nulls to numpy, shape (rows,)."""
    return _to_numpy(array.cast(pa.uint8()), np.uint8, 0).astype(np.bool_)


def from_numpy(values: npt.NDArray[Any], kind: pa.DataType, missing: Bools | None = None) -> pa.Array:
    """Convert a numpy array of the width of `kind` to an Arrow array, null where `missing`."""
    validity = None if missing is None or not missing.any() else _pack_bits(~missing)
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(np.ascontiguousarray(values))])


def from_floats(values: Floats, missing: Bools) -> pa.Array:
    """Convert numbers to a float32 array if that is exact, else to float64; null where missing."""
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    if bool(np.all((narrow == values) | missing)):
        return from_numpy(narrow, pa.float32(), missing)
    return from_numpy(values, pa.float64(), missing)


def from_bools(values: Bools) -> pa.Array:
    """Convert a numpy mask to an Arrow array."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _pack_bits(values)])


def _pack_bits(values: Bools) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))


def _to_numpy(array: pa.Array, dtype: type[Any], absent: float) -> npt.NDArray[Any]:
    values = np.frombuffer(array.buffers()[1], dtype, count=array.offset + len(array))[array.offset :].copy()
    if array.null_count:
        values[to_bools(array.is_null())] = absent
    return values
