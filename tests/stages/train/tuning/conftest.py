"""A small search: its table, its grids and its params."""

from collections.abc import Callable
from typing import Any

import pytest

from stages.shared.storage.parquet import Table
from stages.train.params import TrainParams

GRID = {"k_neighbors": [1, 3], "sampling_strategy": [0.5, 0.75]}
TUNING = {"samplers": {"SMOTE": GRID}, "classifiers": {"logistic_regression": {"C": [0.01, 1.0]}}}
STRATEGY = {"sampler": "SMOTE"}
Make = Callable[..., Any]


def tried(make_params: Make, **changes: Any) -> TrainParams:
    found: TrainParams = make_params(
        STRATEGY, ["logistic_regression", "random_forest"], tuning={**TUNING, **changes}, n_splits=3
    )
    return found


@pytest.fixture(scope="module")
def table(make_table: Callable[..., Table]) -> Table:
    return make_table("numeric", negatives=90, positives=30)
