"""Small tables and small train params that the tests of several stages share."""

from collections.abc import Callable
from functools import partial
import os
import shutil
import tempfile
from typing import Any

from stages.shared.runtime.threads import limit_threads

limit_threads()  # as the stages do, before any numerical library is imported
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process that a test starts compiles the project again

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pytest  # noqa: E402

from stages.shared.schemas.contract import GROUP, ROW, Contract, Feature, Step  # noqa: E402
from stages.shared.storage.parquet import Table  # noqa: E402
from stages.train.params import TrainParams  # noqa: E402
from tests.support.forks import RUN, SHARED, shared_folder  # noqa: E402
from tests.support.pictures import remember  # noqa: E402

#: levels of the categorical columns of a made table; `smoker` has gaps as well
LEVELS = {"colour": ["blue", "green", "red"], "smoker": ["no", "yes"]}

#: every classifier with settings that fit in milliseconds
CLASSIFIERS: dict[str, dict[str, Any]] = {
    "logistic_regression": {"max_iter": 200},
    "random_forest": {"n_estimators": 5},
    "extra_trees": {"n_estimators": 5},
    "xgboost": {"n_estimators": 5},
    "mlp": {"hidden_layer_sizes": [4], "max_iter": 3},
    "balanced_random_forest": {"n_estimators": 3},
    "easy_ensemble": {"n_estimators": 2},
    "rus_boost": {"n_estimators": 3},
    "blend": {"n_rounds": 4},
}

#: nothing is tuned
NO_TUNING: dict[str, Any] = {
    "metric": "average_precision", "search": {"how": "exhaustive"}, "n_splits": 2, "samplers": {}, "classifiers": {},
}  # fmt: skip

MakeTable = Callable[..., Table]


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that all workers of this run share."""
    if not hasattr(config, "workerinput"):
        os.environ[SHARED], os.environ[RUN] = tempfile.mkdtemp(), str(os.getpid())
        config.add_cleanup(partial(shutil.rmtree, os.environ[SHARED]))


@pytest.fixture(scope="session", autouse=True)
def remember_pictures() -> None:
    """Have the scripts of the report's page put together once for all workers, and each chart drawn once."""
    remember(shared_folder(), "javascript_bundle", "vegalite_to_svg")


def _make_table(
    kind: str = "mixed", negatives: int = 60, positives: int = 20, random_state: int = 0, missing: bool = True
) -> Table:
    """A train side of unique rows: `numeric`, `mixed`, `categorical` or `text` (mixed, and a note).

    Positives lie higher in every column.
    """
    rng = np.random.RandomState(random_state)
    rows = negatives + positives
    y = rng.permutation(np.repeat([0, 1], [negatives, positives]))
    columns: dict[str, pa.Array] = {}
    features = []
    if kind != "categorical":
        for name in ("age", "dose", "weight"):
            values = rng.normal(size=rows) + y
            gaps = (rng.uniform(size=rows) < 0.1) if missing and name == "dose" else np.zeros(rows, dtype=bool)
            columns[name] = pa.array(values, mask=gaps)
            features.append(Feature(name=name, type="numeric", missing=gaps.mean(), minimum=-5.0, maximum=5.0))
    if kind != "numeric":
        for name, levels in LEVELS.items():
            place = np.clip(rng.randint(len(levels), size=rows) + y * rng.randint(2, size=rows), 0, len(levels) - 1)
            gaps = (rng.uniform(size=rows) < 0.1) if missing and name == "smoker" else np.zeros(rows, dtype=bool)
            columns[name] = pa.array([None if gap else levels[at] for gap, at in zip(gaps, place, strict=True)])
            features.append(Feature(name=name, type="categorical", missing=gaps.mean(), categories=levels))
    if kind == "text":
        grave = rng.uniform(size=rows) < 0.3 + 0.4 * y
        notes = [None if row % 9 == 0 else f"case {row} is {'grave' if at else 'mild'}" for row, at in enumerate(grave)]
        columns["note"] = pa.array(notes)
        features.append(Feature(name="note", type="text", missing=0.1))
    return _as_table(columns, features, y)


def _as_table(columns: dict[str, pa.Array], features: list[Feature], y: np.ndarray) -> Table:
    rows, positives = len(y), int(y.sum())
    contract = Contract(
        source="data/raw/made.csv", rows=rows, positives=positives, target="sick", positive="yes", negative="no",
        features=features, key=[], group=None, time=None, missing={},
    )  # fmt: skip
    place = pa.array(np.arange(rows))
    data = pa.table({ROW: place, GROUP: place, **columns, "sick": pa.array(y, type=pa.int8())})
    counts = {"rows": rows, "columns": len(features), "negative": rows - positives, "positive": positives}
    return Table(data, contract, [Step(step="raw", **counts), Step(step="train", **counts)])


@pytest.fixture(scope="session")
def make_table() -> MakeTable:
    """A factory of small tables: see `_make_table`."""
    return _make_table


@pytest.fixture(scope="session")
def as_table() -> Callable[..., Table]:
    """A factory of a table from columns, features and y."""
    return _as_table


def _make_params(
    strategy: dict[str, Any],
    classifiers: list[str],
    *,
    scale: str = "before_resampling",
    calibration: str = "auto",
    tuning: dict[str, Any] | None = None,
    settings: dict[str, dict[str, Any]] | None = None,
    **cv: int,
) -> TrainParams:
    """Params with one strategy, called `tried`, and small classifiers, with `settings` in place of theirs by name."""
    content = {
        "random_state": 42,
        "cv": {"n_splits": 2, "n_repeats": 1, **cv},
        "preprocess": {"impute": "median", "scale": scale, "max_categories": 30},
        "strategies": {"tried": strategy},
        "classifiers": {name: (settings or {}).get(name, CLASSIFIERS[name]) for name in classifiers},
        "tuning": {**NO_TUNING, **(tuning or {})},
        "calibration": calibration,
    }
    return TrainParams.model_validate(content)


@pytest.fixture(scope="session")
def make_params() -> Callable[..., TrainParams]:
    """A factory of small train params: see `_make_params`."""
    return _make_params


@pytest.fixture(scope="session")
def no_tuning() -> dict[str, Any]:
    """The section `tuning` without any grid."""
    return NO_TUNING


@pytest.fixture(scope="session")
def small_classifiers() -> dict[str, dict[str, Any]]:
    """Small settings of every classifier."""
    return CLASSIFIERS
