"""Logistic regression replayed: scikit-learn's own scores, to the last bit, or scikit-learn itself."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.logistic import replay
from stages.train.classifiers.logistic.replay import replayed_scores, replays
from stages.train.params.allowed_settings import Settings

EQUAL = ClassWeights(1.0, 1.0)


def made(rows: int, columns: int, seed: int, scale: float = 1.0) -> tuple[Any, Any]:
    random = np.random.RandomState(seed)
    y = (random.uniform(size=rows) < 0.3).astype(int)
    y[:2] = 0, 1
    return scale * (random.normal(size=(rows, columns)) + 0.5 * y[:, np.newaxis]), y


def scores(X: Any, y: Any, weights: ClassWeights, tried: Settings, validation: Any) -> Any:
    by_label = None if weights == EQUAL else {0: weights.negative, 1: weights.positive}
    return LogisticRegression(**tried, class_weight=by_label).fit(X, y).predict_proba(validation)[:, 1]


def test_what_is_installed_is_replayed() -> None:
    """Else every other test here would pass by asking scikit-learn."""
    assert replays({})
    assert replays({"C": 10, "tol": 1e-6, "max_iter": 5000, "fit_intercept": False, "solver": "lbfgs"})


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(10, 700),
    columns=st.integers(1, 35),
    seed=st.integers(0, 10_000),
    weights=st.sampled_from([EQUAL, ClassWeights(0.6, 2.5), ClassWeights(1.0, 50.0)]),
    scale=st.sampled_from([1e-3, 1.0, 30.0]),
    fit_intercept=st.booleans(),
    tol=st.sampled_from([1e-2, 1e-4, 1e-7]),
)
def test_scores_are_scikit_learns_to_the_last_bit(
    rows: int, columns: int, seed: int, weights: ClassWeights, scale: float, fit_intercept: bool, tol: float
) -> None:
    X, y = made(rows, columns, seed, scale)
    validation, _ = made(50, columns, seed + 1, scale)
    tried = [{"C": C, "tol": tol, "fit_intercept": fit_intercept, "max_iter": 10_000} for C in (0.01, 1, 100.0)]
    for each, found in zip(tried, replayed_scores(X, y, weights, tried, validation), strict=True):
        assert found is not None
        assert np.array_equal(found, scores(X, y, weights, each, validation))


def test_where_steps_do_not_suffice_scikit_learn_is_to_say_so() -> None:
    X, y = made(200, 5, 0)
    few, enough = replayed_scores(X, y, EQUAL, [{"max_iter": 2}, {"max_iter": 200}], X)
    assert few is None
    assert enough is not None


def test_where_the_solver_gives_up_scikit_learn_is_to_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(*arguments: Any) -> None:
        arguments[11][0] = 5  # neither converged nor asking for anything

    X, y = made(200, 5, 0)
    monkeypatch.setattr("scipy.optimize._lbfgsb.setulb", gives_up)
    assert replayed_scores(X, y, EQUAL, [{}], X) == [None]


@pytest.mark.parametrize(
    "unknown",
    [
        {"solver": "saga"}, {"l1_ratio": 0.5}, {"C": -1.0}, {"C": 0}, {"C": float("inf")}, {"C": "1"}, {"C": True},
        {"max_iter": 0}, {"max_iter": 10.0}, {"tol": 0}, {"tol": None},
    ],
)  # fmt: skip
def test_what_is_not_plain_is_for_scikit_learn(unknown: Settings) -> None:
    assert not replays(unknown)


@pytest.mark.parametrize("wrong", ["missing", "other"])
def test_other_insides_of_the_libraries_are_noticed(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if wrong == "missing":
        monkeypatch.delattr("scipy.optimize._lbfgsb.setulb")
    else:
        monkeypatch.setattr(replay, "FACTOR", 1e13)  # as if another tolerance had become scikit-learn's
    replay._is_the_same.cache_clear()
    try:
        assert not replays({})
    finally:
        replay._is_the_same.cache_clear()
