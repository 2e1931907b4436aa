"""Small prepared tables, made by hand."""

from typing import Any

import numpy as np
import pyarrow as pa

from stages.shared.schemas.contract import ROW, Contract, Feature, Step
from stages.shared.storage.parquet import Table
from stages.split.params import SplitStageParams


def table_of(
    y: list[int], group: list[str] | None = None, time: list[Any] | None = None, **features: list[Any]
) -> Table:
    """A prepared table with target `y`; features default to one column `x` of different numbers."""
    features = features or {"x": [float(row) for row in range(len(y))]}
    extra = {name: cells for name, cells in (("team", group), ("day", time)) if cells is not None}
    contract = Contract(
        source="t.csv", rows=len(y), positives=sum(y), target="sick", positive="yes", negative="no",
        features=[Feature(name=name, type=_kind(cells), missing=0.0) for name, cells in features.items()],
        key=[], group="team" if group else None, time="day" if time else None, missing={},
    )  # fmt: skip
    data = pa.table({ROW: np.arange(len(y)), **features, **extra, "sick": pa.array(y, pa.int8())})
    step = Step(step="prepared", rows=len(y), columns=len(features), negative=len(y) - sum(y), positive=sum(y))
    return Table(data, contract, [step])


def _kind(cells: list[Any]) -> Any:
    return "categorical" if any(isinstance(cell, str) for cell in cells) else "numeric"


def params_of(
    test_size: float = 0.25,
    group: str | None = None,
    time: str | None = None,
    n_splits: int = 2,
    random_state: int = 0,
    **split: Any,
) -> SplitStageParams:
    """What split reads of params.yaml."""
    split = {
        "test_size": test_size,
        "group": group,
        "time": time,
        "duplicates": "together",
        "rotation": None,
        "gap": None,
        "negatives": None,
        **split,
    }
    return SplitStageParams.model_validate({"random_state": random_state, "split": split, "cv": {"n_splits": n_splits}})
