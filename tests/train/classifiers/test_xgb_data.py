"""A fit on binned rows is the fit on the rows: the same trees, and the same file to the byte."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import Pipeline
from xgboost import QuantileDMatrix, XGBClassifier

from stages.shared.storage.model_file import dump_model
from stages.train.classifiers import xgb_data as matrices
from stages.train.classifiers.xgb_data import CachedDMatrix, fit_binned

RNG = np.random.RandomState(0)
X = RNG.normal(size=(150, 4))
X[:, 3] = X[:, 3].round()
Y = (X[:, 0] + RNG.normal(size=150) > 1).astype(np.int64)
WEIGHTS = np.where(Y == 1, 1.0, 6.5)

#: ways of growing trees, and what differs in the rows that they look at
WAYS: list[dict[str, Any]] = [
    {},
    {"subsample": 0.8, "colsample_bytree": 0.6, "learning_rate": 0.05, "eval_metric": "aucpr"},
    {"scale_pos_weight": 9.0, "max_bin": 16},
    {"tree_method": "hist", "grow_policy": "lossguide", "max_leaves": 5},
    {"tree_method": "auto", "base_score": 0.3},
    {"tree_method": "exact", "max_depth": 3},
    {"tree_method": "approx", "subsample": 0.5, "max_bin": 8},
    {"booster": "dart", "subsample": 0.7},
    {"booster": "gblinear"},
    {"num_parallel_tree": 3, "subsample": 0.5},
]


def model(**settings: Any) -> XGBClassifier:
    return XGBClassifier(n_estimators=7, random_state=3, n_jobs=1, **settings)


def stored(xgboost: XGBClassifier, folder: Path) -> bytes:
    """The bytes of its model file."""
    dump_model(Pipeline([("classifier", xgboost)]), folder / "model.skops")
    return (folder / "model.skops").read_bytes()


@pytest.mark.parametrize("settings", WAYS, ids=str)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["even", "weighted"])
def test_the_model_is_that_of_its_own_fit(settings: dict[str, Any], weights: Any, tmp_path: Path) -> None:
    alone, shared = model(**settings), model(**settings)
    alone.fit(X, Y, sample_weight=weights)
    fit_binned(shared, CachedDMatrix(X, Y, weights).matrix(shared))
    assert np.array_equal(shared.predict_proba(X), alone.predict_proba(X))
    assert shared.get_booster().save_raw() == alone.get_booster().save_raw()
    assert shared.get_params() == alone.get_params()
    assert stored(shared, tmp_path) == stored(alone, tmp_path)


def test_one_matrix_serves_fits_that_differ_in_boosting_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    def count(**arguments: Any) -> QuantileDMatrix:
        made.append(arguments["max_bin"])
        return QuantileDMatrix(**arguments)

    monkeypatch.setattr(matrices, "QuantileDMatrix", count)
    rows = CachedDMatrix(X, Y)
    differing: list[dict[str, Any]] = [
        {"max_depth": 2}, {"scale_pos_weight": 5.0}, {"subsample": 0.5}, {"booster": "dart"}, {"max_depth": 2},
    ]  # fmt: skip
    for settings in differing:
        alone, shared = model(**settings), model(**settings)
        alone.fit(X, Y)
        fit_binned(shared, rows.matrix(shared))
        assert shared.get_booster().save_raw() == alone.get_booster().save_raw()
    assert made == [None]
    rows.matrix(model(max_bin=16))
    rows.matrix(model(max_bin=16, max_depth=2))
    assert made == [None, 16]


def test_bins_and_values_do_not_get_mixed_up() -> None:
    rows = CachedDMatrix(X, Y)
    binned, exact, linear = (
        rows.matrix(model(**way)) for way in ({}, {"tree_method": "exact"}, {"booster": "gblinear"})
    )
    assert isinstance(binned, QuantileDMatrix)
    assert not isinstance(exact, QuantileDMatrix)
    assert linear is exact
