"""The weights of rows after every sampler: a row keeps its own, a new row has the mean of its class."""

from typing import Any

import numpy as np
import pytest

from stages.train.samplers.carried_weights import carry_weights
from stages.train.samplers.registry import SAMPLERS

#: SMOTENC needs categories
NAMES = [name for name in SAMPLERS if name != "SMOTENC"]


@pytest.fixture(scope="module")
def rows() -> tuple[Any, Any]:
    random = np.random.RandomState(0)
    y = np.repeat([0, 1], [90, 30])
    return random.normal(size=(120, 3)) + 0.8 * y[:, None], y


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_of_every_sampler(name: str, rows: tuple[Any, Any]) -> None:
    X, y = rows
    if name == "SMOTEN":
        X = X.round()  # categories
    weights = 1 + np.arange(len(y)) / 100
    sampler = SAMPLERS[name].load()()
    if "random_state" in sampler.get_params():
        sampler.set_params(random_state=1)  # else clusters depend on the tests before; some seeds find none
    X_after, y_after = sampler.fit_resample(X, y)
    carried = carry_weights(sampler, weights, (X, y), (X_after, y_after))
    assert carried is not None
    assert carried.shape == y_after.shape
    means = {label: weights[y == label].mean() for label in (0, 1)}
    for row, label, weight in zip(X_after, y_after, carried, strict=True):
        own = weights[(row == X).all(axis=1) & (y == label)]
        assert any(np.isclose(weight, [*own, means[label]]))
        if len(own) and not SAMPLERS[name].creates_values and name != "SMOTEN":
            assert any(np.isclose(weight, own))
    if name != "ClusterCentroids":
        assert len(set(np.round(carried, 9))) > 2  # most rows kept a weight of their own


def test_rows_without_weights_have_none_afterwards(rows: tuple[Any, Any]) -> None:
    assert carry_weights(object(), None, rows, rows) is None


def test_a_sampler_that_did_nothing_changes_no_weight(rows: tuple[Any, Any]) -> None:
    weights = np.arange(120.0)
    assert np.array_equal(carry_weights(object(), weights, rows, rows), weights)
