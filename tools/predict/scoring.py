"""Scores a part of a table with a champion: features by the contract, probability, decision."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from stages.prepare.apply_contract import apply_contract
from stages.shared.calibration import calibrate, shift_prior
from stages.shared.errors import InputError
from stages.shared.metrics.decisions import is_positive
from stages.shared.schemas.contract import Contract, Feature
from stages.shared.storage.arrow import Floats
from stages.shared.storage.model_file import scores
from stages.shared.storage.parquet import to_frame
from tools.predict.champion import Champion
from tools.predict.unusual import Counts, count_cells

RESULTS = ("probability", "decision", "threshold", "model")


@dataclass(frozen=True)
class Scored:
    """A scored part of a table, and what is known of its cells."""

    table: pa.Table | None  # None where a feature has a fault
    faults: list[str]  # features with cells that break the contract
    counts: Counts
    dates: dict[str, pa.ChunkedArray]  # by raw column of dates: the first date, if there is one


def find_probabilities(features: pa.Table, champion: Champion) -> Floats:
    """Return the probability of each row of `features`: calibrated, and at the prevalence in use."""
    calibrated = calibrate(scores(champion.model, to_frame(features, champion.contract)), champion.facts.calibration)
    return shift_prior(calibrated, champion.facts.prior_shift)


def check_keys(raw: pa.Table, contract: Contract, source: str) -> None:
    """Raise InputError when the columns that name the rows are absent, nested, or called as a result."""
    absent = [name for name in contract.key if name not in raw.column_names]
    if absent:
        raise InputError(
            [f"{source}: no column `{name}`, which names the rows (data.key); add it to the table" for name in absent]
        )
    for name in contract.key:
        kind = raw.column(name).type
        if pa.types.is_nested(kind):
            raise InputError(f"{source}: key column `{name}`: is of type {kind}; text, numbers or times are needed")
        if name in RESULTS:
            raise InputError(f"{source}: the key column `{name}` has the name of a result; rename it")


def score_part(champion: Champion, packed: pa.Buffer, source: str, first_row: int, check_only: bool) -> Scored:
    """Return a row for each row of a part of a table: key columns, probability, decision (1 or 0), threshold, model.

    The part is packed by `pack`; `first_row` is the number of its first row. The probability is calibrated, and at the
    prevalence in use. Without key columns in the contract the column `row` counts from 0. With `check_only` nothing is
    scored.
    """
    raw, contract = pa.ipc.open_stream(packed).read_all(), champion.contract
    faults: list[str] = []
    try:
        features, unseen = apply_contract(raw, contract, source, whole=False)
    except InputError:
        faults = [feature.name for feature in contract.features if not _fits(raw, feature, contract, source)]
        contract = select_features(contract, [feature for feature in contract.features if feature.name not in faults])
        features, unseen = apply_contract(raw, contract, source, whole=False)
    table = None if faults or check_only else _score(raw, features, champion, first_row)
    dates = {
        feature.column: raw.column(feature.column).filter(features.column(feature.name).is_valid()).slice(0, 1)
        for feature in contract.features
        if feature.date
    }
    return Scored(table, faults, count_cells(features, contract, unseen), dates)


def pack(table: pa.Table) -> pa.Buffer:
    """Return the rows of a table for another process: pickling a slice would take the whole table along."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def select_features(contract: Contract, features: Sequence[Feature]) -> Contract:
    """Return the contract of these features alone."""
    return contract.model_copy(update={"features": list(features)})


def _score(raw: pa.Table, features: pa.Table, champion: Champion, first_row: int) -> pa.Table:
    contract, facts, n = champion.contract, champion.facts, raw.num_rows
    probability = find_probabilities(features, champion)
    keys = {name: raw.column(name) for name in contract.key} or {"row": pa.array(np.arange(first_row, first_row + n))}
    columns = {
        **keys,
        "probability": pa.array(probability),
        "decision": pa.array(is_positive(probability, facts.threshold).astype(np.int8)),
        "threshold": pa.array(np.full(n, facts.threshold)),
        "model": pa.array([facts.id] * n),
    }
    return pa.table(columns)


def _fits(raw: pa.Table, feature: Feature, contract: Contract, source: str) -> bool:
    try:
        apply_contract(raw, select_features(contract, [feature]), source, whole=False)
    except InputError:
        return False
    return True
