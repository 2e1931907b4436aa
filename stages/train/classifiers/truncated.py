"""Scores of a smaller XGBoost model from a larger one that is already fitted.

A boosting round depends only on earlier rounds, so one fit with the largest n_estimators of a grid serves all of them.
The booster `dart` is the exception: it changes the weights of earlier trees.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from stages.train.params.allowed_settings import Settings


def can_truncate(settings: Settings) -> bool:
    """Return whether an XGBoost model with `settings` contains every model with fewer trees.

    False if n_estimators is missing or not a positive number: the library must then refuse the settings.
    """
    size = settings.get("n_estimators")
    return type(size) is int and size > 0 and settings.get("booster", "gbtree") == "gbtree"


def truncated_scores(fitted: Any, n_estimators: int, X: Any) -> npt.NDArray[np.float64]:
    """Return the scores of the positive class, shape (rows,), by the first `n_estimators` trees of a fitted XGBoost.

    They equal the scores of a model fitted with that many trees, to the last bit, if `can_truncate` allows it.
    Raises ValueError if the fitted model has fewer trees.
    """
    if not 0 < n_estimators <= fitted.n_estimators:
        raise ValueError(f"{n_estimators} trees of {fitted.n_estimators} fitted ones")
    return np.asarray(fitted.predict_proba(X, iteration_range=(0, n_estimators))[:, 1], dtype=np.float64)
