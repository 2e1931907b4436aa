"""Trains XGBoost and keeps the curve of its boosting rounds, in the form of the epochs of a neural network."""

import numpy as np
import numpy.typing as npt
from xgboost import XGBClassifier

from stages.train.epochs import Epoch

Features = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]

#: a curve of more points says no more
_MOST = 60


def fit_by_round(
    xgboost: XGBClassifier,
    training: tuple[Features, Target],
    validation: tuple[Features, Target] | None,
    weights: Features | None = None,
) -> list[Epoch]:
    """Fits `xgboost` in place; returns its curve, thinned to 60 rounds at most, when a validation part is given.

    `weights`, shape (rows,), are those of the training rows.

    The number of rounds is fixed, so looking at the validation part changes nothing in the model. Losses are log losses
    without weights, whatever `eval_metric` says.
    """
    if validation is None:
        xgboost.fit(*training, sample_weight=weights)
        return []
    asked = xgboost.eval_metric
    xgboost.set_params(eval_metric=["logloss", "error"])
    xgboost.fit(*training, sample_weight=weights, eval_set=[training, validation], verbose=False)
    xgboost.set_params(eval_metric=asked)
    train, held_out = xgboost.evals_result().values()
    rounds = len(train["logloss"])
    shown = np.unique(np.linspace(1, rounds, min(rounds, _MOST)).round().astype(int))
    return [
        Epoch(
            epoch=int(number),
            train_loss=float(train["logloss"][number - 1]),
            train_accuracy=1 - float(train["error"][number - 1]),
            validation_loss=float(held_out["logloss"][number - 1]),
            validation_accuracy=1 - float(held_out["error"][number - 1]),
        )
        for number in shown
    ]
