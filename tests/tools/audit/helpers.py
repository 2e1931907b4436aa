"""Small finished runs, made by hand and parted by the stage split itself."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from stages.shared.schemas.contract import Feature
from stages.shared.storage.parquet import Table
from stages.split.split import split
from tests.stages.split.tables import params_of, table_of
from tools.audit.params import AuditParams
from tools.audit.run import Run

SMOTE = {"sampler": "SMOTE", "sampling_strategy": 0.75, "k_neighbors": 5}


def content(**changes: Any) -> dict[str, Any]:
    """What the audit reads of params.yaml, with classifiers that fit in milliseconds."""
    return {
        "random_state": 0,
        "split": {
            "test_size": 0.25,
            "group": None,
            "time": None,
            "duplicates": "together",
            "rotation": None,
            "gap": None,
            "negatives": None,
        },
        "cv": {"n_splits": 5, "n_repeats": 1},
        "preprocess": {"impute": "median", "scale": "before_resampling", "max_categories": 30},
        "calibration": "auto",
        "strategies": {"baseline": {}, "smote": SMOTE},
        "classifiers": {"logistic_regression": {"max_iter": 1000}, "random_forest": {"n_estimators": 20}},
        "evaluate": {"confidence": 0.95},
        **changes,
    }


def audit_params(**changes: Any) -> AuditParams:
    """Its model."""
    return AuditParams.model_validate(content(**changes))


def labels(rows: int = 400, every: int = 4) -> list[int]:
    """One positive in `every` rows."""
    return [int(row % every == 0) for row in range(rows)]


def noise(rows: int = 400, random_state: int = 0) -> list[float]:
    """Numbers that say nothing."""
    return np.random.RandomState(random_state).normal(size=rows).tolist()


def run_of(y: list[int], random_state: int = 0, negatives: dict[str, float] | None = None, **columns: Any) -> Run:
    """A run on a table with target `y` and features (or `group` or `time`) as in tests/stages/split/tables.py."""
    prepared = table_of(y, **columns)
    group, time = prepared.contract.group, prepared.contract.time
    settings = {"group": group, "time": time, "negatives": negatives}
    train, test = split(prepared, params_of(n_splits=5, random_state=random_state, **settings))
    params = audit_params(
        split={"test_size": 0.25, "duplicates": "together", "rotation": None, "gap": None, **settings}
    )
    return Run(prepared, train, test, params, rows=10_000)


def made_table(X: Any, y: Any) -> Table:
    """Arrays as a prepared table with the columns x0, x1, …"""
    return table_of(y.tolist(), **{f"x{place}": column.tolist() for place, column in enumerate(X.T)})


def with_cell(table: Table, name: str, row: int, value: Any) -> Table:
    """The table with one cell changed."""
    cells = table.data.column(name).to_pylist()
    cells[row] = value
    place = table.data.column_names.index(name)
    return replace(table, data=table.data.set_column(place, name, pa.array(cells, table.data.schema.field(name).type)))


def with_rows(table: Table, rows: Table) -> Table:
    """The table with further rows."""
    return replace(table, data=pa.concat_tables([table.data, rows.data]))


def listed(table: Table, name: str) -> Table:
    """The table with one feature declared a category."""
    features = [
        Feature(name=name, type="categorical", missing=0.0) if item.name == name else item
        for item in table.contract.features
    ]
    return replace(table, contract=table.contract.model_copy(update={"features": features}))
