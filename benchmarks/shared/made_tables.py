"""Made tables and params in the form in which the stage train reads them.

With them, benchmarks train on tables of any size without files and without params.yaml.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from stages.shared.schemas.contract import GROUP, ROW, Contract, Feature
from stages.shared.storage.parquet import Table
from stages.train.params import TrainParams

#: the share of positives in a well-known table of card frauds
FRAUD_SHARE = 0.0017

#: rows drawn at a time
CHUNK = 200_000

#: strategies that several benchmarks train on made tables
STRATEGIES: dict[str, dict[str, Any]] = {
    "baseline": {},
    "class_weight": {"class_weight": "balanced"},
    "smote": {"sampler": "SMOTE", "sampling_strategy": 0.75},
    "random_under": {"sampler": "RandomUnderSampler", "sampling_strategy": 0.75},
}


def make_rare_table(rows: int, columns: int = 30, share: float = FRAUD_SHARE, seed: int = 0) -> tuple[Any, Any]:
    """Return float32 features, shape (rows, columns), and classes of which `share` are positive.

    Positives have another mean and a larger variance; the first column depends on the second. Other seeds draw other
    rows of the same distribution.
    """
    random, shift = np.random.default_rng(seed), np.random.default_rng(1).normal(scale=0.5, size=columns)
    y = (random.random(rows) < share).astype(np.int8)
    X = np.empty((rows, columns), dtype=np.float32)
    for start in range(0, rows, CHUNK):
        random.standard_normal(dtype=np.float32, out=X[start : start + CHUNK])
    positive = y == 1
    X[positive] = X[positive] * 1.5 + shift
    X[:, 0] *= 1 + np.abs(X[:, 1])
    return X, y


def make_train_table(X: Any, y: Any) -> Table:
    """Return the rows as the training table of a split without groups or duplicates."""
    names = [f"x{index}" for index in range(X.shape[1])]
    contract = Contract(
        source="made", rows=len(y), positives=int(y.sum()), target="y", positive="1", negative="0",
        features=[Feature(name=name, type="numeric", missing=0.0) for name in names],
        key=[], group=None, time=None, missing={},
    )  # fmt: skip
    index = pa.array(np.arange(len(y)))
    columns = dict(zip(names, map(pa.array, X.T.copy()), strict=True))
    return Table(pa.table({ROW: index, GROUP: index, **columns, "y": pa.array(y.astype(np.int64))}), contract, [])


def make_params(
    strategies: dict[str, Any],
    classifiers: dict[str, Any],
    n_splits: int,
    tuning: dict[str, Any] | None = None,
    random_state: int = 42,
    calibration: str = "auto",
) -> TrainParams:
    """Return the params of train; `tuning` adds its settings to a search that has no grids."""
    search = {"metric": "average_precision", "search": {"how": "exhaustive"}, "n_splits": 3}
    return TrainParams.model_validate({
        "random_state": random_state,
        "cv": {"n_splits": n_splits, "n_repeats": 1},
        "preprocess": {"impute": "median", "scale": "before_resampling", "max_categories": 30},
        "strategies": strategies,
        "classifiers": classifiers,
        "tuning": {**search, "samplers": {}, "classifiers": {}, **(tuning or {})},
        "calibration": calibration,
    })  # fmt: skip
