"""Parquet tables with their data contract and flow, checksums on every page and a hash of the whole table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages.shared.errors import InputError, IntegrityError
from stages.shared.schemas.contract import GROUP, ROW, WEIGHT, Contract, Step
from stages.shared.storage.arrow import Floats, Ints, to_floats, to_ints
from stages.shared.storage.files import atomic_path
from stages.shared.storage.spill import spill
from stages.shared.storage.table_hash import hash_table

if TYPE_CHECKING:
    import pandas as pd

#: a format that all supported pyarrow versions read
_WRITE = {"compression": "zstd", "write_page_checksum": True, "version": "2.6"}

#: numbers that sort like the times of the rows
Times = Ints | Floats

#: number of parts in which a table is read
N_PARTS = 32


@dataclass(frozen=True)
class Table:
    """Rows with their contract: ROW, GROUP (after split), features, key, group and time, and the target as 0 or 1."""

    data: pa.Table
    contract: Contract
    flow: list[Step]

    @property
    def target(self) -> np.ndarray:
        """The target, shape (rows,), int64 of 0 and 1."""
        return np.asarray(self.data.column(self.contract.target).combine_chunks(), dtype=np.int64)

    @property
    def rows(self) -> np.ndarray:
        """The row number of each row in the raw file, counted from 0, shape (rows,), int64."""
        return np.asarray(self.data.column(ROW).combine_chunks(), dtype=np.int64)

    @property
    def groups(self) -> np.ndarray:
        """The group of each row of a train or test set, shape (rows,), int64; rows of one group stay together."""
        return np.asarray(self.data.column(GROUP).combine_chunks(), dtype=np.int64)

    @property
    def weights(self) -> Floats | None:
        """The weight of each row, shape (rows,); None where all weigh the same.

        The mean is 1, over all rows of train where `split.negatives` dropped some.
        """
        if WEIGHT in self.data.column_names:
            return to_floats(self.data.column(WEIGHT).combine_chunks())
        if self.contract.weight is None:
            return None
        weights = to_floats(self.data.column(self.contract.weight).combine_chunks())
        return np.asarray(weights / weights.mean())

    @property
    def times(self) -> Times:
        """The time of each row, shape (rows,): a number, or ticks of the timestamp since 1970. Needs a time column."""
        array = self.data.column(self.contract.time).combine_chunks()
        return to_floats(array) if pa.types.is_floating(array.type) else to_ints(array)

    def features(self) -> "pd.DataFrame":
        """Return the features as models take them; see `to_frame`."""
        return to_frame(self.data, self.contract)


def to_frame(data: pa.Table, contract: Contract) -> "pd.DataFrame":
    """Return the feature columns of `data` in contract order: float64, or object (str).

    A missing number or category is NaN, a missing text is empty.
    """
    import pandas as pd  # a second of import, which prepare and split do not need

    names = [feature.name for feature in contract.features]
    if len(contract.numeric) == len(names):  # one block, filled in place: pandas would copy what it joins
        block = np.empty((len(names), data.num_rows))
        for index, name in enumerate(names):
            block[index] = to_floats(data.column(name).combine_chunks())
        return pd.DataFrame(block.T, columns=names, copy=False)
    columns = {}
    for feature in contract.features:
        values = data.column(feature.name)
        if feature.type == "numeric":
            columns[feature.name] = pd.Series(values.cast(pa.float64()).to_numpy(), dtype="float64")
        else:
            absent = "" if feature.type == "text" else np.nan
            texts = np.array([absent if text is None else text for text in values.to_pylist()], dtype=object)
            columns[feature.name] = pd.Series(texts, dtype="object")
    return pd.DataFrame(columns, columns=names)


def write_table(path: Path, table: Table) -> None:
    """Write `table`; equal tables give equal bytes."""
    contract = table.contract.model_dump_json()
    flow = json.dumps([step.model_dump() for step in table.flow])
    metadata = {"contract": contract, "flow": flow, "digest": hash_table(table.data, contract, flow)}
    with atomic_path(path) as temporary:
        pq.write_table(table.data.replace_schema_metadata(metadata), temporary, **_WRITE)


def read_table(path: Path) -> Table:
    """Read a table of an earlier stage. Raises InputError when it is absent, IntegrityError when it is damaged."""
    data = read_parquet(path)
    metadata = data.schema.metadata or {}
    if b"contract" not in metadata:
        raise IntegrityError(f"{path}: carries no data contract; run `dvc repro` to make it again")
    try:
        contract, flow = metadata[b"contract"].decode(), metadata[b"flow"].decode()
        if metadata[b"digest"].decode() != hash_table(data, contract, flow):
            raise ValueError("its rows are not the ones that were written")
        steps = [Step.model_validate(step) for step in json.loads(flow)]
        return Table(data.replace_schema_metadata(None), Contract.model_validate_json(contract), steps)
    except (KeyError, ValueError) as error:
        raise _make_damage_error(path, error) from None


def write_columns(path: Path, columns: dict[str, np.ndarray]) -> None:
    """Write plain columns of equal length as Parquet."""
    with atomic_path(path) as temporary:
        pq.write_table(pa.table(columns), temporary, **_WRITE)


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a Parquet file, or these columns of it, and verify its page checksums."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; run `dvc repro` to make it")
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:  # read_table would import pandas
            names = file.schema_arrow.names
            if columns is not None:
                return file.read(list(columns), use_threads=False).select(list(columns))
            if len(set(names)) < len(names):
                return file.read()  # the file is damaged, which its hash will show
            columns = [column for table in read_by_column([path], names) for column in table.columns]
            return pa.table(columns, schema=file.schema_arrow)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _make_damage_error(path, error) from None


def read_by_column(paths: Sequence[Path], names: Sequence[str]) -> Iterator[pa.Table]:
    """Yield a few of these columns of all files at a time: reading all at once takes twice the memory.

    Large columns are mapped (`storage.spill`). Raises pa.ArrowException for damaged files and for types that differ.
    """
    footers = {path: pq.read_metadata(path) for path in paths}
    size = -(-len(names) // N_PARTS)
    for start in range(0, len(names), size):
        part = list(names[start : start + size])
        tables = []
        for path, footer in footers.items():  # a folder may have more parts than a process may open files
            with pq.ParquetFile(path, metadata=footer, page_checksum_verification=True) as file:
                tables.append(file.read(part, use_threads=False).select(part))  # a dot in a name may bring others along
        table = pa.concat_tables(tables, promote_options="permissive")
        yield pa.table([spill(column) for column in table.columns], schema=table.schema)


def _make_damage_error(path: Path, error: Exception) -> IntegrityError:
    return IntegrityError(f"{path}: damaged ({error}); run `dvc repro` to make it again")
