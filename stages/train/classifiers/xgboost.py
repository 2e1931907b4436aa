"""Trains XGBoost and keeps the curve of its boosting rounds, in the form of the epochs of a neural network."""

from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt
from xgboost import Booster, DMatrix, XGBClassifier
from xgboost.callback import TrainingCallback

from stages.train.classifiers.mlp import Epoch
from stages.train.classifiers.xgb_data import CachedDMatrix, beside, fit_binned

Features = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]

#: a curve of more points says no more
_MOST = 60


def fit_by_round(
    xgboost: XGBClassifier,
    training: tuple[Features, Target],
    validation: tuple[Features, Target] | None,
    weights: Features | None = None,
    binned: CachedDMatrix | None = None,
) -> list[Epoch]:
    """Fits `xgboost` in place; returns its curve, thinned to 60 rounds at most, when a validation part is given.

    `weights`, shape (rows,), are those of the training rows; `binned` are these rows with these weights, where they
    serve several fits. The number of rounds is fixed, so looking at the validation part changes nothing in the model.
    Losses are log losses without weights, whatever `eval_metric` says.
    """
    if validation is None and binned is None:
        xgboost.fit(*training, sample_weight=weights)
        return []
    matrix = (binned or CachedDMatrix(*training, weights)).matrix(xgboost)
    if validation is None:
        fit_binned(xgboost, matrix)
        return []
    # with weights, the curve needs the rows once more: XGBoost would weigh the losses
    seen = matrix if weights is None else beside(xgboost, *training, matrix)
    watch = _Watch(seen, beside(xgboost, *validation, matrix), xgboost.get_num_boosting_rounds())
    fit_binned(xgboost, matrix, [watch], eval_metric=["logloss", "error"])
    return watch.curve


class _Watch(TrainingCallback):
    """Measures the rounds that will be shown. XGBoost's own `eval_set` measures every round, which takes longer."""

    def __init__(self, training: DMatrix, validation: DMatrix, rounds: int) -> None:
        self._parts = [(training, "training"), (validation, "validation")]
        self._shown = set(np.linspace(1, index(rounds), min(rounds, _MOST)).round().astype(int).tolist())
        self.curve: list[Epoch] = []

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """Never ends the training."""
        if epoch + 1 in self._shown:
            self.curve.append(_measured(model, epoch, self._parts))
        return False


def _measured(booster: Booster, epoch: int, parts: list[tuple[DMatrix, str]]) -> Epoch:
    # XGBoost gives text: a label, then loss and error of each part as name:value
    _, *values = booster.eval_set(parts, epoch).split()
    train_loss, train_error, held_out_loss, held_out_error = (float(value.rpartition(":")[2]) for value in values)
    return Epoch(
        epoch=epoch + 1,
        train_loss=train_loss,
        train_accuracy=1 - train_error,
        validation_loss=held_out_loss,
        validation_accuracy=1 - held_out_error,
    )
