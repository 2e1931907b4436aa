"""Rows binned once for every fit of XGBoost on them: binning is a tenth of a fit of 300 rounds."""

from typing import Any

import numpy as np
import numpy.typing as npt
from xgboost import DMatrix, QuantileDMatrix, XGBClassifier, train
from xgboost.callback import TrainingCallback

Features = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]

#: XGBoost's ways of growing a tree that look at bins; the others look at the values
_BINNING = (None, "auto", "hist")


class CachedDMatrix:
    """Training rows, all of one weight or with `weights` of shape (rows,), binned when they are first asked for."""

    def __init__(self, X: Features, y: Target, weights: Features | None = None) -> None:
        self._rows = {"data": X, "label": y, "weight": weights}
        self._made: dict[Any, DMatrix] = {}

    def matrix(self, xgboost: XGBClassifier) -> DMatrix:
        """The matrix that `xgboost.fit` would make of the rows, made once for each number of bins."""
        key = _bins(xgboost)
        if key not in self._made:
            self._made[key] = _matrix(xgboost, self._rows)
        return self._made[key]


def beside(xgboost: XGBClassifier, X: Features, y: Target, training: DMatrix) -> DMatrix:
    """Rows to be watched, in the bins of `training`."""
    return _matrix(xgboost, {"data": X, "label": y}, training)


def fit_binned(
    xgboost: XGBClassifier, matrix: DMatrix, callbacks: list[TrainingCallback] | None = None, **changed: Any
) -> None:
    """Fits `xgboost` in place on `matrix`: the model that its own `fit` gives, to the byte of its file.

    `changed` are parameters that hold while it is fitted, such as what to measure; the file then names them.
    """
    requested = xgboost.get_params()
    params = {**xgboost.get_xgb_params(), **changed}
    booster = train(params, matrix, xgboost.get_num_boosting_rounds(), callbacks=callbacks, verbose_eval=False)
    xgboost.n_classes_ = 2  # as its `fit` does, and before the model: the order of attributes reaches the file
    xgboost.load_model(booster.save_raw())
    xgboost.get_booster().load_config(booster.save_config())
    xgboost.set_params(**requested)  # load_model writes down what the settings had left open


def _bins(xgboost: XGBClassifier) -> Any:
    """How many bins the rows are put into, or `exact` where they are not."""
    binning = xgboost.tree_method in _BINNING and xgboost.booster != "gblinear"
    return xgboost.max_bin if binning else "exact"


def _matrix(xgboost: XGBClassifier, rows: dict[str, Any], reference: DMatrix | None = None) -> DMatrix:
    bins = _bins(xgboost)
    if bins == "exact":
        return DMatrix(**rows, missing=xgboost.missing, nthread=xgboost.n_jobs)
    return QuantileDMatrix(**rows, missing=xgboost.missing, max_bin=bins, ref=reference, nthread=xgboost.n_jobs)
