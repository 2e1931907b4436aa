"""The hash of a table's content, independent of its memory layout."""

from collections.abc import Iterator
import hashlib
import json

import numpy as np
import pyarrow as pa

from stages.shared.storage.arrow import to_bools

#: rows of a column that are hashed at a time, to avoid a copy of the column
PIECE_SIZE = 1 << 16


def hash_table(data: pa.Table, contract: str, flow: str) -> str:
    """Return the SHA-256 of names, types, values, contract and flow.

    The page checksums of a Parquet file do not cover its footer, which holds names, types and metadata.
    """
    digest = hashlib.sha256(json.dumps([contract, flow, *(str(field) for field in data.schema)]).encode())
    for column in data.columns:
        is_numeric = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        for piece in _cut(column):
            digest.update(to_bools(piece.is_null()).data)
        for part in _encode_numbers(column) if is_numeric else _encode_texts(column):
            digest.update(part)
    return digest.hexdigest()


def _cut(column: pa.ChunkedArray) -> Iterator[pa.Array]:
    for chunk in column.chunks:
        for start in range(0, len(chunk), PIECE_SIZE):
            yield chunk.slice(start, PIECE_SIZE)


def _encode_numbers(column: pa.ChunkedArray) -> Iterator[memoryview]:
    """Yield the bytes of the numbers that are not missing."""
    for piece in _cut(column):
        yield np.from_dlpack(piece.drop_null()).data


def _encode_texts(column: pa.ChunkedArray) -> Iterator[bytes]:
    """Yield the texts that are not missing, as one JSON list."""
    between = "["
    for piece in _cut(column):
        if texts := piece.drop_null().cast(pa.string()).to_pylist():
            yield (between + json.dumps(texts)[1:-1]).encode()
            between = ", "
    yield b"[]" if between == "[" else b"]"
