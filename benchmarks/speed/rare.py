"""Large made tables with a rare positive class, and what training wants to know beside them."""

from typing import Any

#: the share of positives in the best known table of card frauds
SHARE = 0.0017

#: rows that are drawn at a time
PIECE = 200_000


def made(rows: int, columns: int = 30, share: float = SHARE) -> tuple[Any, Any]:
    """Float32 rows, shape (rows, columns), and classes of 0 and 1: positives are wider and elsewhere, one column is
    skewed by another. Fewer rows with the same seed are not the first of more."""
    import numpy as np

    random, shift = np.random.default_rng(0), np.random.default_rng(1).normal(scale=0.5, size=columns)
    y = (random.random(rows) < share).astype(np.int8)
    X = np.empty((rows, columns), dtype=np.float32)
    for start in range(0, rows, PIECE):
        random.standard_normal(dtype=np.float32, out=X[start : start + PIECE])
    positive = y == 1
    X[positive] = X[positive] * 1.5 + shift
    X[:, 0] *= 1 + np.abs(X[:, 1])
    return X, y


def as_table(X: Any, y: Any) -> Any:
    """The rows as the train side of a split: every row a unit of its own."""
    import numpy as np
    import pyarrow as pa

    from stages.shared.schemas.contract import GROUP, ROW, Contract, Feature
    from stages.shared.storage.parquet import Table

    names = [f"x{index}" for index in range(X.shape[1])]
    contract = Contract(
        source="made", rows=len(y), positives=int(y.sum()), target="y", positive="1", negative="0",
        features=[Feature(name=name, type="numeric", missing=0.0) for name in names],
        key=[], group=None, time=None, missing={},
    )  # fmt: skip
    index = pa.array(np.arange(len(y)))
    columns = dict(zip(names, map(pa.array, X.T), strict=True))
    return Table(pa.table({ROW: index, GROUP: index, **columns, "y": pa.array(y.astype(np.int64))}), contract, [])


def settings(strategies: dict[str, Any], classifiers: dict[str, Any], n_splits: int) -> Any:
    """params.yaml as train reads it, without a search."""
    from stages.train.params import TrainParams

    return TrainParams.model_validate({
        "random_state": 42,
        "cv": {"n_splits": n_splits, "n_repeats": 1},
        "preprocess": {"impute": "median", "scale": "before_resampling", "max_categories": 30},
        "strategies": strategies,
        "classifiers": classifiers,
        "tuning": {
            "metric": "average_precision", "search": {"how": "exhaustive"}, "n_splits": 2,
            "samplers": {}, "classifiers": {},
        },
        "calibration": "auto",
    })  # fmt: skip
