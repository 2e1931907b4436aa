"""The raw table as a prepared table: typed features, a 0/1 target and a data contract.

Every column is checked before the first problem is raised, so that a user can fix all of them at once.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.amounts import check_amounts
from stages.prepare.columns.forms.timestamps import ISO, parse_timestamps
from stages.prepare.columns.names import UNNAMED, drop_index
from stages.prepare.columns.notices import find_missing_texts, notice_unused_missing_values
from stages.prepare.columns.parsing import NO_MISSING_VALUES, MissingValues, is_number, is_text, to_texts
from stages.prepare.columns.roles import ColumnRoles, assign_roles
from stages.prepare.columns.target import Target, code_target
from stages.prepare.columns.type_inference import TypedColumn, TypeRules, infer_features, infer_type
from stages.prepare.columns.validation import decode_dictionary
from stages.prepare.params import PrepareParams
from stages.prepare.read_facts import get_read_facts, notice_dialect
from stages.prepare.readers.table import has_schema
from stages.shared.errors import ErrorCollector, InputError, raise_problems
from stages.shared.messages import format_rows
from stages.shared.schemas.contract import ROW, Contract, Dialect, Notice, Step
from stages.shared.storage.arrow import from_numpy
from stages.shared.storage.parquet import Table
from stages.shared.storage.spill import spill_array


@dataclass(frozen=True)
class PreparedTable:
    """The prepared table and the number of missing feature cells."""

    table: Table
    missing: int


def prepare(raw: pa.Table, params: PrepareParams) -> PreparedTable:
    """Parse every column of `raw` according to its role in `params`.

    Raises InputError with the problems of all columns.
    """
    names, columns, errors = raw.column_names, _Columns(raw, params), ErrorCollector()
    del raw  # each column is freed once it is parsed, so that memory never holds a large table twice
    roles = columns.roles
    for parse, parsed_names in (
        (columns.parse_feature, roles.features),
        (columns.parse_passthrough, roles.passthrough),
        (columns.parse_number, roles.numbers),
        (columns.parse_target, [roles.target]),
    ):
        for name in parsed_names:
            with errors.collect():
                parse(name)
    features = columns.features
    with errors.collect():
        check_amounts({**{item.feature.name: item.data for item in features}, **columns.passthrough}, roles, params)
    with errors.collect():
        _check_points(features, params, columns.facts.dialect)
    errors.check()
    date_features = {item.feature.name for item in features if item.feature.date}
    if clash := sorted(date_features & set(names)):
        raise InputError(f"{params.data.path}: a part of a date would be called `{clash[0]}` as a column is; rename it")
    if not features:
        raise InputError(f"{params.data.path}: no feature is left but columns that number the rows; add others")
    columns.noticed += notice_unused_missing_values(columns.missing_values, columns.used)
    return _assemble(names, columns, params)


class _Columns:
    """The columns of a raw table, which are parsed one after the other, and the parsed columns."""

    target: Target

    def __init__(self, raw: pa.Table, params: PrepareParams) -> None:
        self.params, self.has_schema, self.facts = params, has_schema(raw), get_read_facts(raw)
        self.roles = roles = assign_roles(raw.column_names, params)
        self.missing_values = params.data.missing_texts
        self.rules = TypeRules(
            categorical=roles.categorical_columns,
            text=roles.text,
            read=params.data.read,
            dates=params.data.dates,
            has_schema=self.has_schema,
            facts=self.facts,
        )
        self.raw = dict(zip(raw.column_names, raw.columns, strict=True))  # a column leaves when it is parsed
        self.features: list[TypedColumn] = []
        self.passthrough: dict[str, pa.Array] = {}
        self.noticed = notice_dialect(params.data.path, self.facts.dialect)
        self.used = {name: set(cells) for name, cells in self.facts.used.items()}  # column -> its missing texts

    def parse_feature(self, name: str) -> None:
        """Parse a column of features; leave it out if it only numbers the rows."""
        location, values, column = self._locate(name), MissingValues.of(self.missing_values, name), self._take(name)
        is_listed = name in (self.roles.categorical_columns or []) or name in self.roles.text
        if (UNNAMED.fullmatch(name) or name in self.facts.index) and not is_listed:
            dropped = drop_index(location, name, column)
            self.noticed += dropped
            if dropped:
                return
        self.used.setdefault(name, set()).update(find_missing_texts(column, values))
        features = infer_features(location, name, column, values, self.rules)
        self.features += [replace(item, data=spill_array(item.data)) for item in features]

    def parse_passthrough(self, name: str) -> None:
        """Parse a key, group or time column. Only a key may have empty cells: a group or time must be known."""
        self.passthrough[name] = _parse_passthrough(name, self._take(name), self.roles, self.params)

    def parse_number(self, name: str) -> None:
        """Parse a column of weights or costs."""
        values = MissingValues.of(self.missing_values, name)
        parsed = infer_type(self._locate(name), name, self._take(name), values, self.rules)
        self.noticed += [item for item in parsed.noticed if item.kind in ("number_form", "numbers_as_text")]
        self.passthrough[name] = parsed.data

    def parse_target(self, name: str) -> None:
        """Encode the target as 0 and 1."""
        self.target = code_target(self._take(name), self.params)

    def _locate(self, name: str) -> str:
        return f"{self.params.data.path}: column `{name}`"

    def _take(self, name: str) -> pa.ChunkedArray:
        return self.raw.pop(name) if self.has_schema else decode_dictionary(self.raw.pop(name))


def _check_points(features: list[TypedColumn], params: PrepareParams, dialect: Dialect | None) -> None:
    """Raise InputError for points that may stand between thousands: other columns or the separator suggest commas."""
    commas = [item.feature for item in features if item.feature.number and item.feature.number.decimal == ","]
    semicolons = dialect is not None and dialect.separator == ";"
    if not (commas or semicolons) or params.data.read.thousands != "auto" or params.data.read.decimal != "auto":
        return
    reason = f"`{commas[0].name}` has decimal commas" if commas else "semicolons go with decimal commas"
    problems = [
        f"{params.data.path}: column `{item.feature.name}`: three digits follow each point, and {reason}; say in "
        'data.read.thousands whether points stand between thousands: "." or "none"'
        for item in features
        if item.grouped
    ]
    raise_problems(problems)


def _parse_passthrough(name: str, column: pa.ChunkedArray, roles: ColumnRoles, params: PrepareParams) -> pa.Array:
    location = f"{params.data.path}: column `{name}`"
    if name == roles.time:
        return parse_timestamps(location, column, params.data.dates.get(name, ISO))
    column = decode_dictionary(column)
    kind = column.type
    if not (is_text(kind) or is_number(kind) or pat.is_boolean(kind) or pat.is_temporal(kind)):
        raise InputError(f"{location}: is of type {kind}; text, numbers, booleans or times are needed")
    texts = to_texts(column, NO_MISSING_VALUES)
    if name == roles.group and texts.missing.any():
        rows = np.flatnonzero(texts.missing).tolist()
        raise InputError(f"{location}: is empty in {format_rows(rows)}; every row needs its split.group, fill it in")
    return texts.array()


def _assemble(names: list[str], columns: _Columns, params: PrepareParams) -> PreparedTable:
    roles, features, target = columns.roles, columns.features, columns.target
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
        weight=roles.weight,
        missing=params.data.missing_texts,
        read=columns.facts.dialect,
        noticed=[
            *columns.noticed,
            *(notice for item in features for notice in item.noticed),
            *_notice_target(target, params),
        ],
    )
    arrays = {
        ROW: from_numpy(np.arange(len(target.codes)), pa.int64()),
        **{item.feature.name: item.data for item in features},
        **columns.passthrough,
        roles.target: from_numpy(target.codes.astype(np.int8), pa.int8()),
    }
    data = pa.Table.from_arrays(list(arrays.values()), names=list(arrays))
    missing = sum(item.data.null_count for item in features)
    return PreparedTable(Table(data, contract, _describe_flow(names, contract, missing)), missing)


def _notice_target(target: Target, params: PrepareParams) -> list[Notice]:
    noticed = list(target.noticed)
    if 2 * target.positives > len(target.codes):
        message = (
            f"params.yaml: data.positive: {params.data.positive!r} is the more frequent label; is it the rare class?"
        )
        noticed.append(Notice(column=params.data.target, kind="positive_is_frequent", message=message))
    return noticed


def _describe_flow(names: list[str], contract: Contract, missing: int) -> list[Step]:
    """Return the first two steps of the data flow: the raw and the prepared table."""
    no_features = {contract.target, *contract.key, contract.group, contract.time, contract.weight}
    columns = [name for name in names if name not in no_features]
    dropped = len(set(columns) - {feature.column for feature in contract.features})
    counts = {"rows": contract.rows, "negative": contract.rows - contract.positives, "positive": contract.positives}
    note = f"{contract.no_numbers}; {missing} missing cells" + (f"; {dropped} dropped" if dropped else "")
    return [
        Step(step="raw", columns=len(columns), note=contract.source, **counts),
        Step(step="prepared", columns=len(contract.features), note=note, **counts),
    ]
