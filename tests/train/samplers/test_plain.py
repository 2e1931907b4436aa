"""What is plainly well formed goes without checks, and nothing else does: rows, refusals and warnings as they were."""

from contextlib import suppress
from typing import Any

from imblearn import base, over_sampling
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from stages.train.samplers.smote import SMOTE
from stages.train.samplers.smotenc import SMOTENC
from tests.train.samplers.conftest import Array, assert_same_outcome, imbalanced, normal

PAIR = (SMOTE, over_sampling.SMOTE)
WELL: dict[str, Any] = {"sampling_strategy": 0.8, "random_state": 0, "k_neighbors": 3}


def rows() -> tuple[Array, Array]:
    X = normal(np.random.RandomState(0), 80, 4)
    return X, imbalanced(X)


def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the classes whose fit_resample of imbalanced-learn was called."""
    calls: list[str] = []
    own = base.BaseSampler.fit_resample

    def fit_resample(self: Any, X: Any, y: Any, **params: Any) -> Any:
        calls.append(type(self).__name__)
        return own(self, X, y, **params)

    monkeypatch.setattr(base.BaseSampler, "fit_resample", fit_resample)
    return calls


@pytest.mark.parametrize("settings", [{}, {"sampling_strategy": 1}, {"k_neighbors": 1}, {"random_state": 2**32 - 1}])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("minority", [0, 1])
def test_plain_calls_are_not_checked(
    settings: dict[str, Any], dtype: type, minority: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, y = rows()
    X, y = X.astype(dtype), y if minority else 1 - y
    assert_same_outcome(PAIR, X, y, **{**WELL, **settings})
    calls = checked(monkeypatch)
    sampler = SMOTE(**{**WELL, **settings})
    sampler.fit_resample(X, y)
    assert calls == []
    assert sampler.n_features_in_ == 4
    assert sampler.sampling_strategy_ == over_sampling.SMOTE(**{**WELL, **settings}).fit(X, y).sampling_strategy_


@pytest.mark.parametrize(
    "settings",
    [
        {"sampling_strategy": "auto"}, {"sampling_strategy": {1: 50}}, {"sampling_strategy": 0.1},
        {"sampling_strategy": 1.5}, {"sampling_strategy": True}, {"sampling_strategy": float("nan")},
        {"random_state": np.random.RandomState(0)}, {"random_state": -1}, {"random_state": 2**32},
        {"k_neighbors": 0}, {"k_neighbors": True}, {"k_neighbors": 2.0}, {"k_neighbors": "many"},
    ],
)  # fmt: skip
def test_other_settings_are_checked(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = rows()
    if settings.get("random_state") is None or not isinstance(settings["random_state"], np.random.RandomState):
        assert_same_outcome(PAIR, X, y, **{**WELL, **settings})
    calls = checked(monkeypatch)
    with suppress(ValueError):
        SMOTE(**{**WELL, **settings}).fit_resample(X, y)
    assert calls == ["SMOTE"]


def changed(place: int, value: float) -> Array:
    X, _ = rows()
    X[place] = value
    return X


@pytest.mark.parametrize(
    ("X", "y"),
    [
        (changed(3, np.nan), rows()[1]),
        (changed(3, np.inf), rows()[1]),
        (changed(3, 1e308), rows()[1]),
        (rows()[0].astype(int), rows()[1]),
        (rows()[0][:, :0], rows()[1]),
        (rows()[0][:, 0], rows()[1]),
        (rows()[0][:-1], rows()[1]),
        (rows()[0], 2 * rows()[1]),
        (rows()[0], -rows()[1]),
        (rows()[0], 0 * rows()[1]),
        (rows()[0], rows()[1].astype(float)),
        (rows()[0], np.arange(80) % 3),
        (rows()[0], rows()[1][:, np.newaxis]),
        (rows()[0], np.where(rows()[1] == 1, "rare", "often")),
        (rows()[0], np.arange(80) % 2),
    ],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning", "ignore:overflow:RuntimeWarning")
def test_other_tables_are_checked(X: Any, y: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same_outcome(PAIR, X, y, **WELL)
    calls = checked(monkeypatch)
    with suppress(ValueError):
        SMOTE(**WELL).fit_resample(X, y)
    assert calls == ["SMOTE"]


@pytest.mark.parametrize("form", [pd.DataFrame, sparse.csr_matrix])
def test_other_containers_come_back_as_they_were(form: type) -> None:
    X, y = rows()
    found, expected = (kind(**WELL).fit_resample(form(X), y)[0] for kind in PAIR)
    assert type(found) is type(expected)
    assert (found != expected).sum().sum() == 0


def test_smotenc_too(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = rows()
    X[:, 2] = np.arange(80) % 3
    assert_same_outcome((SMOTENC, over_sampling.SMOTENC), X, y, categorical_features=[2], **WELL)
    for wrong in ([], [7], "auto", [0, 1, 2, 3], ["x"]):
        assert_same_outcome((SMOTENC, over_sampling.SMOTENC), X, y, categorical_features=wrong, **WELL)
    calls = checked(monkeypatch)
    SMOTENC([2], **WELL).fit_resample(X, y)
    assert calls == []
