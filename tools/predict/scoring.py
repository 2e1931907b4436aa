"""Scores new rows with a champion: features by the contract, probability, decision."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from stages.prepare.apply_contract import apply_contract
from stages.shared.calibration import calibrate
from stages.shared.decisions import is_positive
from stages.shared.errors import InputError
from stages.shared.schemas.champion import ChampionFacts
from stages.shared.schemas.contract import Contract
from stages.shared.storage.model_file import Classifier, scores
from stages.shared.storage.parquet import to_frame


@dataclass(frozen=True)
class Scored:
    """The scored rows, and what a user should know of the cells."""

    table: pa.Table
    unseen: dict[str, int]  # cells per categorical column whose level training did not know


def score(raw: pa.Table, contract: Contract, facts: ChampionFacts, model: Classifier, source: str) -> Scored:
    """Return a row for each of `raw`: key columns, calibrated probability, decision (1 or 0), threshold, model.

    Without key columns in the contract the column `row` counts from 0. Raises InputError when `raw` lacks a
    column of the contract, holds cells of another type, or has no rows.
    """
    if raw.num_rows == 0:
        raise InputError(f"{source}: no rows below the header; nothing to score")
    absent = [name for name in contract.key if name not in raw.column_names]
    if absent:
        raise InputError(
            [f"{source}: no column `{name}`, which names the rows (data.key); add it to the table" for name in absent]
        )
    for name in contract.key:
        kind = raw.column(name).type
        if pa.types.is_nested(kind):
            raise InputError(f"{source}: key column `{name}`: is of type {kind}; text, numbers or times are needed")
    features, unseen = apply_contract(raw, contract, source)
    probability = calibrate(scores(model, to_frame(features, contract)), facts.calibration)
    n = raw.num_rows
    keys = {name: raw.column(name) for name in contract.key} or {"row": pa.array(np.arange(n))}
    columns = {
        **keys,
        "probability": pa.array(probability),
        "decision": pa.array(is_positive(probability, facts.threshold).astype(np.int8)),
        "threshold": pa.array(np.full(n, facts.threshold)),
        "model": pa.array([facts.id] * n),
    }
    doubled = [name for name in contract.key if name in ("probability", "decision", "threshold", "model")]
    if doubled:
        raise InputError(f"{source}: the key column `{doubled[0]}` has the name of a result; rename it")
    return Scored(pa.table(columns), {name: count for name, count in unseen.items() if count})
