"""The raw table as a prepared table: types settled, target coded, everything doubtful refused."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.parsing import Marks, as_texts, is_number, is_text
from stages.prepare.columns.roles import Roles, roles
from stages.prepare.columns.target import Target, code_target
from stages.prepare.columns.timestamps import NO_MARKS, time_cells
from stages.prepare.columns.type_inference import Settled, settle
from stages.prepare.columns.validation import decoded
from stages.prepare.error_collector import Gatherer
from stages.prepare.messages import data_rows
from stages.prepare.params import PrepareParams
from stages.prepare.readers.table import is_typed
from stages.shared.errors import InputError
from stages.shared.schemas.contract import ROW, Contract, Step
from stages.shared.storage.arrow import from_numpy
from stages.shared.storage.parquet import Table


@dataclass(frozen=True)
class Prepared:
    """The prepared table, what is odd about it without being wrong, and how many feature cells are missing."""

    table: Table
    warnings: list[str]
    missing: int


def prepare(raw: pa.Table, params: PrepareParams) -> Prepared:
    """Settles every column of `raw` by its part in `params`. Raises InputError with all problems at once."""
    names, typed = raw.column_names, is_typed(raw)
    parts, marks = roles(names, params), missing_texts(params)
    columns = dict(zip(names, raw.columns, strict=True))
    del raw  # a column goes when it is settled, unless somebody else holds it: a large table is not there twice

    def taken(name: str) -> pa.ChunkedArray:
        return columns.pop(name) if typed else decoded(columns.pop(name))

    gather = Gatherer()
    settled: list[Settled] = []
    carried: dict[str, pa.Array] = {}
    target: Target | None = None
    for name in parts.features:
        with gather.catching():
            where = f"{params.data.path}: column `{name}`"
            settled.append(settle(where, name, taken(name), Marks.of(marks, name), parts.listed, typed))
    for name in parts.carried:
        with gather.catching():
            carried[name] = _carried(name, taken(name), parts, params)
    with gather.catching():
        target = code_target(taken(parts.target), params)
    gather.check()
    assert target is not None  # or gather.check() had raised
    return _assembled(names, settled, carried, target, parts, params)


def missing_texts(params: PrepareParams) -> dict[str, list[str]]:
    """The values of data.missing as texts, the form in which the contract keeps them."""
    return {column: [str(value) for value in values] for column, values in params.data.missing.items()}


def _carried(name: str, column: pa.ChunkedArray, parts: Roles, params: PrepareParams) -> pa.Array:
    """A key, group or time column. Only a key may have empty cells: rows must be known to belong together or not."""
    where = f"{params.data.path}: column `{name}`"
    if name == parts.time:
        return time_cells(where, column)
    column = decoded(column)
    kind = column.type
    if not (is_text(kind) or is_number(kind) or pat.is_boolean(kind) or pat.is_temporal(kind)):
        raise InputError(f"{where}: is of type {kind}; text, numbers, booleans or times are needed")
    texts = as_texts(column, NO_MARKS)
    if name == parts.group and texts.missing.any():
        rows = np.flatnonzero(texts.missing).tolist()
        raise InputError(f"{where}: is empty in {data_rows(rows)}; every row needs its split.group, fill it in")
    return texts.array()


def _assembled(
    names: list[str],
    settled: list[Settled],
    carried: Mapping[str, pa.Array],
    target: Target,
    parts: Roles,
    params: PrepareParams,
) -> Prepared:
    contract = Contract(
        source=params.data.path,
        rows=len(target.codes),
        positives=target.positives,
        target=parts.target,
        positive=target.positive,
        negative=target.negative,
        features=[item.feature for item in settled],
        key=parts.key,
        group=parts.group,
        time=parts.time,
        missing=missing_texts(params),
    )
    columns = {
        ROW: from_numpy(np.arange(len(target.codes)), pa.int64()),
        **{item.feature.name: item.data for item in settled},
        **carried,
        parts.target: from_numpy(target.codes.astype(np.int8), pa.int8()),
    }
    data = pa.Table.from_arrays(list(columns.values()), names=list(columns))
    missing = sum(item.data.null_count for item in settled)
    warnings = [warning for item in settled for warning in item.warnings]
    if 2 * target.positives > len(target.codes):
        warnings.append(
            f"params.yaml: data.positive: {params.data.positive!r} is the more frequent label; is it the rare class?"
        )
    return Prepared(Table(data, contract, _flow(names, contract, missing)), warnings, missing)


def _flow(names: list[str], contract: Contract, missing: int) -> list[Step]:
    named = {contract.target, *contract.key, contract.group, contract.time}
    columns = [name for name in names if name not in named]
    dropped = len(columns) - len(contract.features)
    counts = {"rows": contract.rows, "negative": contract.rows - contract.positives, "positive": contract.positives}
    note = f"{len(contract.categorical)} categorical; {missing} missing cells" + (
        f"; {dropped} dropped" if dropped else ""
    )
    return [
        Step(step="raw", columns=len(columns), note=contract.source, **counts),
        Step(step="prepared", columns=len(contract.features), note=note, **counts),
    ]
