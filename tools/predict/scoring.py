"""Scores new rows with a champion: features by the contract, probability, decision."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from stages.prepare.apply_contract import apply_contract
from stages.shared.calibration import calibrate, shift_prior
from stages.shared.errors import InputError
from stages.shared.metrics.decisions import is_positive
from stages.shared.storage.arrow import Floats
from stages.shared.storage.model_file import scores
from stages.shared.storage.parquet import to_frame
from tools.predict.champion import Champion
from tools.predict.unusual import Unusual, find_unusual


@dataclass(frozen=True)
class Scored:
    """The scored rows, and what a user should know of the cells."""

    table: pa.Table
    unusual: list[Unusual]


def find_probabilities(features: pa.Table, champion: Champion) -> Floats:
    """Return the probability of each row of `features`: calibrated, and at the prevalence in use."""
    calibrated = calibrate(scores(champion.model, to_frame(features, champion.contract)), champion.facts.calibration)
    return shift_prior(calibrated, champion.facts.prior_shift)


def score(raw: pa.Table, champion: Champion, source: str) -> Scored:
    """Return a row for each of `raw`: key columns, probability, decision (1 or 0), threshold, model.

    The probability is calibrated, and at the prevalence in use. Without key columns in the contract the column `row`
    counts from 0. Raises InputError when `raw` lacks a column of the contract, holds cells of another type, or has no
    rows.
    """
    contract, facts = champion.contract, champion.facts
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
    probability = find_probabilities(features, champion)
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
    return Scored(pa.table(columns), find_unusual(features, contract, unseen))
