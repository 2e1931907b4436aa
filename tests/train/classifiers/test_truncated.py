"""The first trees of an XGBoost fit are the smaller fit: the same scores to the last bit, whatever the settings."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from xgboost import XGBClassifier

from stages.train.classifiers.class_weights import class_weights
from stages.train.classifiers.registry import Training, fit
from stages.train.classifiers.truncated import can_truncate, truncated_scores

#: settings in which a tree could depend on later trees, if anywhere
CASES: list[dict[str, Any]] = [
    {},
    {"subsample": 0.5, "colsample_bytree": 0.6, "learning_rate": 0.05},
    {"subsample": 0.7, "colsample_bylevel": 0.5, "colsample_bynode": 0.5},
    {"num_parallel_tree": 3, "subsample": 0.5},
    {"tree_method": "exact", "max_depth": 3},
    {"tree_method": "approx", "subsample": 0.5},
    {"grow_policy": "lossguide", "max_leaves": 5, "max_bin": 16},
    {"base_score": 0.2, "eval_metric": "aucpr", "min_child_weight": 0, "reg_lambda": 0},
]


def rows(random_state: int, size: int = 120, columns: int = 4, share: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """A table of overlapping classes, with ties in its last column."""
    random = np.random.RandomState(random_state)
    y = (np.arange(size) < max(3, share * size)).astype(np.int64)
    X = random.normal(size=(size, columns)) + y[:, None] * 0.7
    X[:, -1] = X[:, -1].round()
    return X, y


def fitted(given: dict[str, Any], class_weight: Any, seed: int, data: tuple[Any, Any]) -> Any:
    return fit("xgboost", given, class_weight, class_weights(class_weight, data[1]), seed, Training(*data)).classifier


@pytest.mark.parametrize("given", CASES)
@pytest.mark.parametrize("class_weight", [None, {"negative": 1.0, "positive": 10.0}], ids=str)
def test_the_first_trees_are_the_smaller_fit(given: dict[str, Any], class_weight: Any) -> None:
    data, (unseen, _) = rows(42), rows(9)
    assert can_truncate({**given, "n_estimators": 12})
    largest = fitted({**given, "n_estimators": 12}, class_weight, 42, data)
    before = largest.predict_proba(unseen)
    for size in (1, 5, 12):
        alone = fitted({**given, "n_estimators": size}, class_weight, 42, data).predict_proba(unseen)
        assert np.array_equal(truncated_scores(largest, size, unseen), alone[:, 1])
    assert np.array_equal(largest.predict_proba(unseen), before)


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 2**31),
    size=st.integers(1, 9),
    more=st.integers(0, 8),
    shape=st.tuples(st.integers(20, 90), st.integers(1, 6)),
)
def test_any_table_and_any_two_sizes(seed: int, size: int, more: int, shape: tuple[int, int]) -> None:
    data = rows(seed % 2**16, *shape)
    largest, alone = (fitted({"n_estimators": n}, None, seed, data) for n in (size + more, size))
    assert np.array_equal(truncated_scores(largest, size, data[0]), alone.predict_proba(data[0])[:, 1])


@pytest.mark.parametrize("size", [0, 9])
def test_a_size_that_was_not_fitted_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} trees of 8"):
        truncated_scores(fitted({"n_estimators": 8}, None, 0, rows(0)), size, rows(0)[0])


@pytest.mark.parametrize(
    "given",
    [
        {"n_estimators": 10, "booster": "dart"},
        {"n_estimators": 10, "booster": "gblinear"},
        {},
        {"n_estimators": 0},
        {"n_estimators": True},
    ],
)
def test_other_settings_are_fitted_one_by_one(given: dict[str, Any]) -> None:
    assert not can_truncate(given)


def test_dart_is_excluded_for_a_reason() -> None:
    """Dropping trees changes the weights of earlier ones: the first trees of a longer fit are not the shorter fit."""
    X, y = rows(0)
    long, short = (
        XGBClassifier(booster="dart", rate_drop=0.5, n_estimators=size, random_state=0, n_jobs=1).fit(X, y)
        for size in (12, 5)
    )
    assert not np.array_equal(long.predict_proba(X, iteration_range=(0, 5)), short.predict_proba(X))
