"""Parquet tables that carry their contract and their way so far, with checksums on every page and over all of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages.shared.arrays import to_bools
from stages.shared.contract import ROW, UNIT, Contract, Step
from stages.shared.errors import InputError, IntegrityError
from stages.shared.files import replacing

if TYPE_CHECKING:
    import pandas as pd

#: the oldest and the newest pyarrow that may read a table agree on this format
_WRITE = {"compression": "zstd", "write_page_checksum": True, "version": "2.6"}

#: so many rows of a column are hashed at a time
PIECE = 1 << 16
#: a table is read in so many parts
PARTS = 32


@dataclass(frozen=True)
class Table:
    """Rows with their contract: ROW, UNIT (once split), features, key, group and time, and the target as 0 or 1."""

    data: pa.Table
    contract: Contract
    flow: list[Step]

    @property
    def target(self) -> np.ndarray:
        """The target, shape (rows,), int64 of 0 and 1."""
        return np.asarray(self.data.column(self.contract.target).combine_chunks(), dtype=np.int64)

    @property
    def rows(self) -> np.ndarray:
        """Each row's place in the raw file, shape (rows,), int64."""
        return np.asarray(self.data.column(ROW).combine_chunks(), dtype=np.int64)

    @property
    def units(self) -> np.ndarray:
        """The unit of each row of a train or test side, shape (rows,), int64; rows of one unit stay together."""
        return np.asarray(self.data.column(UNIT).combine_chunks(), dtype=np.int64)

    def features(self) -> "pd.DataFrame":
        """The features as models take them: float64 columns, and str objects with NaN for missing levels."""
        return to_frame(self.data, self.contract)


def to_frame(data: pa.Table, contract: Contract) -> "pd.DataFrame":
    """The feature columns of `data` in contract order: float64 or object (str, NaN where missing)."""
    import pandas as pd  # a second of import that the doors of prepare and split need not pay

    columns = {}
    for feature in contract.features:
        values = data.column(feature.name)
        if feature.type == "numeric":
            columns[feature.name] = pd.Series(values.cast(pa.float64()).to_numpy(), dtype="float64")
        else:
            texts = np.array([np.nan if text is None else text for text in values.to_pylist()], dtype=object)
            columns[feature.name] = pd.Series(texts, dtype="object")
    return pd.DataFrame(columns, columns=[feature.name for feature in contract.features])


def write_table(path: Path, table: Table) -> None:
    """Writes `table` so that equal tables give equal bytes."""
    contract = table.contract.model_dump_json()
    flow = json.dumps([step.model_dump() for step in table.flow])
    metadata = {"contract": contract, "flow": flow, "digest": _digest(table.data, contract, flow)}
    with replacing(path) as temporary:
        pq.write_table(table.data.replace_schema_metadata(metadata), temporary, **_WRITE)


def read_table(path: Path) -> Table:
    """A table that an earlier stage wrote. Raises InputError when absent, IntegrityError when damaged."""
    data = read_parquet(path)
    metadata = data.schema.metadata or {}
    if b"contract" not in metadata:
        raise IntegrityError(f"{path}: carries no data contract; run `dvc repro` to make it again")
    try:
        contract, flow = metadata[b"contract"].decode(), metadata[b"flow"].decode()
        if metadata[b"digest"].decode() != _digest(data, contract, flow):
            raise ValueError("its rows are not the ones that were written")
        steps = [Step.model_validate(step) for step in json.loads(flow)]
        return Table(data.replace_schema_metadata(None), Contract.model_validate_json(contract), steps)
    except (KeyError, ValueError) as error:
        raise _damaged(path, error) from None


def _digest(data: pa.Table, contract: str, flow: str) -> str:
    """The SHA-256 of what a table says, however it lies in memory.

    A parquet file's page checksums leave out its footer, where names, types and metadata stand.
    """
    digest = hashlib.sha256(json.dumps([contract, flow, *(str(field) for field in data.schema)]).encode())
    for column in data.columns:
        numbers = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        for piece in _pieces(column):
            digest.update(to_bools(piece.is_null()))
        for part in _number_bytes(column) if numbers else _text_bytes(column):
            digest.update(part)
    return digest.hexdigest()


def _pieces(column: pa.ChunkedArray) -> Iterator[pa.Array]:
    """The column in pieces of at most PIECE rows, so that no second copy of it is made."""
    for chunk in column.chunks:
        for start in range(0, len(chunk), PIECE):
            yield chunk.slice(start, PIECE)


def _number_bytes(column: pa.ChunkedArray) -> Iterator[np.ndarray]:
    """The bytes of the numbers that are there."""
    for piece in _pieces(column):
        yield np.from_dlpack(piece.drop_null())


def _text_bytes(column: pa.ChunkedArray) -> Iterator[bytes]:
    """The texts that are there, as one JSON list."""
    between = "["
    for piece in _pieces(column):
        if texts := piece.drop_null().cast(pa.string()).to_pylist():
            yield (between + json.dumps(texts)[1:-1]).encode()
            between = ", "
    yield b"[]" if between == "[" else b"]"


def write_columns(path: Path, columns: dict[str, np.ndarray]) -> None:
    """Writes plain columns of equal length as parquet."""
    with replacing(path) as temporary:
        pq.write_table(pa.table(columns), temporary, **_WRITE)


def read_parquet(path: Path) -> pa.Table:
    """A parquet file with its page checksums verified."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; run `dvc repro` to make it")
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:  # read_table would import pandas
            names = file.schema_arrow.names
            if len(set(names)) < len(names):
                return file.read()  # of a damaged file, as the digest will tell
            return pa.table(read_lean(file, names), schema=file.schema_arrow)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(path, error) from None


def read_lean(file: pq.ParquetFile, names: Sequence[str]) -> list[pa.ChunkedArray]:
    """The columns of these names, of which there is one each, a few at a time: at once they take twice their memory."""
    columns: list[pa.ChunkedArray] = []
    size = -(-len(names) // PARTS)
    for start in range(0, len(names), size):
        part = list(names[start : start + size])
        columns += file.read(part, use_threads=False).select(part).columns  # a name with a dot may bring others along
    return columns


def _damaged(path: Path, error: Exception) -> IntegrityError:
    return IntegrityError(f"{path}: damaged ({error}); run `dvc repro` to make it again")
