"""What the mistakes need: the user's SMOTE, repeated rows, and a column that nearly copies the target."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from stages.shared.schemas.contract import Feature
from stages.shared.storage.arrow import from_numpy
from stages.shared.storage.parquet import Table
from stages.split.groups import find_duplicates
from stages.train.params import Strategy
from tools.audit.leakage.experiments import AuditData
from tools.audit.params import AuditParams

#: share of the rows that are repeated on purpose where the table has no duplicates
REPEATED = 0.1

#: standard deviation of the noise on the copy of the target, whose classes are 1 apart
NOISE = 0.2

#: the name of that copy
DISGUISE = "__disguise__"


def find_smote(params: AuditParams) -> Strategy:
    """Return the first SMOTE strategy of params, without its weights, or SMOTE with its defaults."""
    settings = next((entry.settings for entry in params.strategies.values() if entry.sampler == "SMOTE"), {})
    return Strategy(sampler="SMOTE", **settings)


def count_duplicates(table: Table) -> int:
    """Return the number of rows that repeat an earlier one in every feature."""
    numbers = find_duplicates(table)
    return len(numbers) - len(np.unique(numbers))


def repeat_rows(audit_data: AuditData, seed: int) -> AuditData:
    """Return the table with a random tenth of its rows repeated."""
    rows = audit_data.table.data.num_rows
    repeated = np.random.RandomState(seed).choice(rows, max(1, round(REPEATED * rows)), replace=False)
    data = audit_data.table.data.take(np.concatenate([np.arange(rows), repeated]))
    return replace(audit_data, table=replace(audit_data.table, data=data))


def add_disguised_target(audit_data: AuditData, seed: int) -> AuditData:
    """Return the table with one more feature: the target with noise."""
    table = audit_data.table
    values = audit_data.y + np.random.RandomState(seed).normal(scale=NOISE, size=len(audit_data.y))
    feature = Feature(name=DISGUISE, type="numeric", missing=0.0)
    contract = table.contract.model_copy(update={"features": [*table.contract.features, feature]})
    data = table.data.append_column(DISGUISE, from_numpy(values, pa.float64()))
    return replace(audit_data, table=replace(table, data=data, contract=contract))
