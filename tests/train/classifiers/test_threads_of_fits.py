"""The threads that a fit may take change neither its model nor its scores."""

from typing import Any

import numpy as np
import pytest

from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.registry import Training, fit

#: enough trees and rows that threads finish out of order
SETTINGS: dict[str, dict[str, Any]] = {
    "random_forest": {"n_estimators": 40, "min_samples_leaf": 2},
    "extra_trees": {"n_estimators": 40, "min_samples_leaf": 2},
    "balanced_random_forest": {"n_estimators": 40, "min_samples_leaf": 2},
    "xgboost": {"n_estimators": 20, "subsample": 0.8},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_scores_are_those_of_one_thread(name: str) -> None:
    y = np.repeat([0, 1], [1800, 200])
    X = np.random.RandomState(0).normal(size=(2000, 5)) + 0.5 * y[:, None]
    one, two = (
        fit(name, SETTINGS[name], None, ClassWeights(1.0, 1.0), 0, Training(X, y), n_jobs=threads) for threads in (1, 2)
    )
    for _ in range(3):
        assert np.array_equal(one.scores(X), two.scores(X))
