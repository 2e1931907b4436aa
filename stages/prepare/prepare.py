"""The raw table as a prepared table: typed features, a 0/1 target and a data contract.

Every column is checked before the first problem is raised, so that a user can fix all of them at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.parsing import MissingValues, is_number, is_text, to_texts
from stages.prepare.columns.roles import ColumnRoles, assign_roles
from stages.prepare.columns.target import Target, code_target
from stages.prepare.columns.timestamps import NO_MISSING_VALUES, parse_timestamps
from stages.prepare.columns.type_inference import TypedColumn, infer_type
from stages.prepare.columns.validation import decode_dictionary
from stages.prepare.params import PrepareParams
from stages.prepare.readers.table import has_schema
from stages.shared.errors import ErrorCollector, InputError
from stages.shared.messages import format_rows
from stages.shared.schemas.contract import ROW, Contract, Noticed, Step
from stages.shared.storage.arrow import from_numpy
from stages.shared.storage.parquet import Table


@dataclass(frozen=True)
class PreparedTable:
    """The prepared table and the number of missing feature cells."""

    table: Table
    missing: int


def prepare(raw: pa.Table, params: PrepareParams) -> PreparedTable:
    """Parse every column of `raw` according to its role in `params`.

    Raises InputError with the problems of all columns.
    """
    names, typed = raw.column_names, has_schema(raw)
    roles, missing_values = assign_roles(names, params), params.data.missing_texts
    columns = dict(zip(names, raw.columns, strict=True))
    del raw  # each column is freed once it is parsed, so that memory never holds a large table twice

    def take(name: str) -> pa.ChunkedArray:
        return columns.pop(name) if typed else decode_dictionary(columns.pop(name))

    errors = ErrorCollector()
    features: list[TypedColumn] = []
    passthrough: dict[str, pa.Array] = {}
    target: Target | None = None
    for name in roles.features:
        with errors.collect():
            location = f"{params.data.path}: column `{name}`"
            values = MissingValues.of(missing_values, name)
            features.append(infer_type(location, name, take(name), values, roles.categorical_columns, typed))
    for name in roles.passthrough:
        with errors.collect():
            passthrough[name] = _parse_passthrough(name, take(name), roles, params)
    with errors.collect():
        target = code_target(take(roles.target), params)
    errors.check()
    assert target is not None  # errors.check() has raised otherwise
    return _assemble(names, features, passthrough, target, roles, params)


def _parse_passthrough(name: str, column: pa.ChunkedArray, roles: ColumnRoles, params: PrepareParams) -> pa.Array:
    """Parse a key, group or time column. Only a key may have empty cells: a group or time must be known."""
    location = f"{params.data.path}: column `{name}`"
    if name == roles.time:
        return parse_timestamps(location, column)
    column = decode_dictionary(column)
    kind = column.type
    if not (is_text(kind) or is_number(kind) or pat.is_boolean(kind) or pat.is_temporal(kind)):
        raise InputError(f"{location}: is of type {kind}; text, numbers, booleans or times are needed")
    texts = to_texts(column, NO_MISSING_VALUES)
    if name == roles.group and texts.missing.any():
        rows = np.flatnonzero(texts.missing).tolist()
        raise InputError(f"{location}: is empty in {format_rows(rows)}; every row needs its split.group, fill it in")
    return texts.array()


def _assemble(
    names: list[str],
    features: list[TypedColumn],
    passthrough: Mapping[str, pa.Array],
    target: Target,
    roles: ColumnRoles,
    params: PrepareParams,
) -> PreparedTable:
    contract = Contract(
        source=params.data.path,
        rows=len(target.codes),
        positives=target.positives,
        target=roles.target,
        positive=target.positive,
        negative=target.negative,
        features=[item.feature for item in features],
        key=roles.key,
        group=roles.group,
        time=roles.time,
        missing=params.data.missing_texts,
        noticed=[*(notice for item in features for notice in item.noticed), *_notice_target(target, params)],
    )
    columns = {
        ROW: from_numpy(np.arange(len(target.codes)), pa.int64()),
        **{item.feature.name: item.data for item in features},
        **passthrough,
        roles.target: from_numpy(target.codes.astype(np.int8), pa.int8()),
    }
    data = pa.Table.from_arrays(list(columns.values()), names=list(columns))
    missing = sum(item.data.null_count for item in features)
    return PreparedTable(Table(data, contract, _describe_flow(names, contract, missing)), missing)


def _notice_target(target: Target, params: PrepareParams) -> list[Noticed]:
    if 2 * target.positives <= len(target.codes):
        return []
    message = f"params.yaml: data.positive: {params.data.positive!r} is the more frequent label; is it the rare class?"
    return [Noticed(column=params.data.target, kind="positive_is_frequent", message=message)]


def _describe_flow(names: list[str], contract: Contract, missing: int) -> list[Step]:
    """Return the first two steps of the data flow: the raw and the prepared table."""
    no_features = {contract.target, *contract.key, contract.group, contract.time}
    columns = [name for name in names if name not in no_features]
    dropped = len(columns) - len(contract.features)
    counts = {"rows": contract.rows, "negative": contract.rows - contract.positives, "positive": contract.positives}
    note = f"{len(contract.categorical)} categorical; {missing} missing cells" + (
        f"; {dropped} dropped" if dropped else ""
    )
    return [
        Step(step="raw", columns=len(columns), note=contract.source, **counts),
        Step(step="prepared", columns=len(contract.features), note=note, **counts),
    ]
