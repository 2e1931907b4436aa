"""The hash of a table, however it lies in memory."""

import hashlib
import json

import numpy as np
import pyarrow as pa
import pytest

from stages.shared.storage import table_hash as digest
from stages.shared.storage.table_hash import hash_table

TABLE = pa.table(
    {
        "whole": pa.array([1, None, 3, 4], pa.int64()),
        "narrow": pa.array([0.5, 1.5, None, None], pa.float32()),
        "text": pa.array(["ü", None, 'a "b"', ""]),
        "nothing": pa.nulls(4, pa.string()),
        "when": pa.array([1, 2, 3, None], pa.timestamp("us")),
    }
)


def test_the_digest_is_of_names_types_gaps_and_values() -> None:
    """Told once more in one go."""
    expected = hashlib.sha256(json.dumps(["c", "f", *(str(field) for field in TABLE.schema)]).encode())
    for column in TABLE.columns:
        cells = column.to_pylist()
        expected.update(bytes(cell is None for cell in cells))
        present = column.drop_null()
        if column.type in (pa.int64(), pa.float32()):
            dtype = np.int64 if column.type == pa.int64() else np.float32
            expected.update(np.array(present.to_pylist(), dtype).tobytes())
        else:
            expected.update(json.dumps(present.cast(pa.string()).to_pylist()).encode())
    assert hash_table(TABLE, "c", "f") == expected.hexdigest()


@pytest.mark.parametrize("piece", [1, 2, 3, 100])
def test_chunks_and_pieces_make_no_difference(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = hash_table(TABLE, "c", "f")
    monkeypatch.setattr(digest, "PIECE_SIZE", piece)
    assert hash_table(TABLE, "c", "f") == expected
    in_parts = pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1, 0), TABLE.slice(1)])
    assert hash_table(in_parts, "c", "f") == expected


def test_a_narrower_type_is_another_table() -> None:
    wide = TABLE.set_column(1, "narrow", TABLE.column("narrow").cast(pa.float64()))
    assert hash_table(wide, "c", "f") != hash_table(TABLE, "c", "f")
