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


def carry_after(name: str, kept: float, rows: tuple[Any, Any], **settings: Any) -> tuple[Any, Any]:
    """Return the classes and the weights after a sampler that sees a share of the negatives."""
    X, y = rows
    weights = np.where(y == 1, 1.0, 1 / kept)
    sampler = SAMPLERS[name].load()(random_state=0, **settings)
    X_after, y_after = sampler.fit_resample(X, y)
    carried = carry_weights(sampler, weights, (X, y), (X_after, y_after), kept)
    assert carried is not None
    return y_after, carried


@pytest.mark.parametrize("name", ["SMOTE", "RandomOverSampler", "BorderlineSMOTE"])
def test_made_positives_count_as_on_the_whole_train_set(name: str, rows: tuple[Any, Any]) -> None:
    y, weights = carry_after(name, 0.1, rows, sampling_strategy=0.75)
    assert weights[y == 0].sum() == pytest.approx(900)
    assert weights[y == 1].sum() == pytest.approx(0.75 * 900, rel=0.02)  # 67 of 67.5 rows
    assert weights[:120][rows[1] == 1].tolist() == [1.0] * 30


def test_kept_negatives_count_once_after_undersampling(rows: tuple[Any, Any]) -> None:
    y, weights = carry_after("RandomUnderSampler", 0.1, rows, sampling_strategy=0.5)
    assert (y == 0).sum() == 60
    assert weights.tolist() == pytest.approx([1.0] * 90)


def test_numbers_of_rows_are_the_same_on_the_whole_train_set(rows: tuple[Any, Any]) -> None:
    y, weights = carry_after("SMOTE", 0.1, rows, sampling_strategy={1: 50})
    assert weights[y == 1].tolist() == [1.0] * 50


def test_cleaning_changes_no_weight(rows: tuple[Any, Any]) -> None:
    X, y = rows
    sampler = SAMPLERS["TomekLinks"].load()()
    after = sampler.fit_resample(X, y)
    carried = carry_weights(sampler, np.where(y == 1, 1.0, 10.0), rows, after, 0.1)
    assert carried is not None
    assert set(carried[after[1] == 0]) == {10.0}
