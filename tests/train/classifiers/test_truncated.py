"""The first trees of a fit are the smaller fit: the same scores to the last bit, whatever the settings."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from xgboost import XGBClassifier

from stages.train.classifiers.class_weights import class_weights
from stages.train.classifiers.registry import Training, fit
from stages.train.classifiers.truncated import PREFIXES, prefix_scores, serves

#: settings in which a tree could know of the trees after it, if anywhere
CASES: dict[str, list[dict[str, Any]]] = {
    "random_forest": [
        {},
        {"bootstrap": False},
        {"max_samples": 40},
        {"max_samples": 0.3, "min_samples_leaf": 2},
        {"max_features": None, "max_leaf_nodes": 7},
        {"criterion": "entropy", "max_depth": 3, "ccp_alpha": 0.01},
    ],
    "extra_trees": [{}, {"bootstrap": True, "max_samples": 0.5}, {"max_features": 1, "min_samples_split": 5}],
    "balanced_random_forest": [
        {},
        {"replacement": True, "bootstrap": True},
        {"bootstrap": True, "max_samples": 15},
        {"sampling_strategy": 0.5, "max_features": None},
    ],
    "xgboost": [
        {},
        {"subsample": 0.5, "colsample_bytree": 0.6, "learning_rate": 0.05},
        {"subsample": 0.7, "colsample_bylevel": 0.5, "colsample_bynode": 0.5},
        {"num_parallel_tree": 3, "subsample": 0.5},
        {"tree_method": "exact", "max_depth": 3},
        {"tree_method": "approx", "subsample": 0.5},
        {"grow_policy": "lossguide", "max_leaves": 5, "max_bin": 16},
        {"base_score": 0.2, "eval_metric": "aucpr", "min_child_weight": 0, "reg_lambda": 0},
    ],
}

WEIGHTS = (None, "balanced", "balanced_subsample", {"negative": 1.0, "positive": 10.0})


def rows(random_state: int, size: int = 120, columns: int = 4, share: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """A table of overlapping classes, with ties in its last column."""
    random = np.random.RandomState(random_state)
    y = (np.arange(size) < max(3, share * size)).astype(np.int64)
    X = random.normal(size=(size, columns)) + y[:, None] * 0.7
    X[:, -1] = X[:, -1].round()
    return X, y


def fitted(name: str, given: dict[str, Any], class_weight: Any, seed: int, data: tuple[Any, Any]) -> Any:
    weights = class_weights(class_weight, data[1])
    return fit(name, given, class_weight, weights, seed, Training(*data)).classifier


@pytest.mark.parametrize(("name", "given"), [(name, given) for name, every in CASES.items() for given in every])
@pytest.mark.parametrize("class_weight", WEIGHTS, ids=str)
def test_the_first_trees_are_the_smaller_fit(name: str, given: dict[str, Any], class_weight: Any) -> None:
    if name == "balanced_random_forest":  # which takes no class weights
        class_weight = None
    unseen = rows(9)[0]
    for seed in (0, 42):
        data = rows(seed)
        assert serves(name, {**given, "n_estimators": 12})
        largest = fitted(name, {**given, "n_estimators": 12}, class_weight, seed, data)
        for size in (1, 5, 12):
            alone = fitted(name, {**given, "n_estimators": size}, class_weight, seed, data).predict_proba(unseen)
            found = prefix_scores(name, largest, size, unseen)
            assert found.dtype == alone.dtype
            assert np.array_equal(found, alone[:, 1])


@settings(deadline=None, max_examples=40)
@given(
    name=st.sampled_from(sorted(PREFIXES)),
    seed=st.integers(0, 2**31),
    size=st.integers(1, 9),
    more=st.integers(0, 8),
    shape=st.tuples(st.integers(20, 90), st.integers(1, 6)),
)
def test_of_any_table_and_any_two_sizes(name: str, seed: int, size: int, more: int, shape: tuple[int, int]) -> None:
    data = rows(seed % 2**16, *shape)
    largest = fitted(name, {"n_estimators": size + more}, None, seed, data)
    alone = fitted(name, {"n_estimators": size}, None, seed, data)
    assert np.array_equal(prefix_scores(name, largest, size, data[0]), alone.predict_proba(data[0])[:, 1])


@pytest.mark.parametrize("name", PREFIXES)
def test_the_largest_fit_stays_as_it_is(name: str) -> None:
    data = rows(0)
    largest = fitted(name, {"n_estimators": 8}, None, 0, data)
    before = largest.predict_proba(data[0])
    prefix_scores(name, largest, 3, data[0])
    assert largest.n_estimators == 8
    assert np.array_equal(largest.predict_proba(data[0]), before)


def test_threads_of_the_fit_do_not_reach_the_scores() -> None:
    X, y = rows(0, 2000)
    largest = fitted("random_forest", {"n_estimators": 40, "min_samples_leaf": 2}, None, 0, (X, y))
    alone = fitted("random_forest", {"n_estimators": 30, "min_samples_leaf": 2}, None, 0, (X, y)).predict_proba(X)[:, 1]
    largest.n_jobs = 2
    for _ in range(3):
        assert np.array_equal(prefix_scores("random_forest", largest, 30, X), alone)
    assert largest.n_jobs == 2


@pytest.mark.parametrize("size", [0, 9])
def test_a_size_that_was_not_fitted_is_refused(size: int) -> None:
    largest = fitted("random_forest", {"n_estimators": 8}, None, 0, rows(0))
    with pytest.raises(ValueError, match=f"{size} trees of 8"):
        prefix_scores("random_forest", largest, size, rows(0)[0])


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("xgboost", {"n_estimators": 10, "booster": "dart"}),
        ("xgboost", {"n_estimators": 10, "booster": "gblinear"}),
        ("xgboost", {}),
        ("xgboost", {"n_estimators": 0}),
        ("random_forest", {"n_estimators": "many"}),
        ("random_forest", {"n_estimators": True}),
        ("rus_boost", {"n_estimators": 10}),
        ("logistic_regression", {}),
    ],
)
def test_other_settings_are_fitted_each_by_itself(name: str, given: dict[str, Any]) -> None:
    assert not serves(name, given)


def test_dart_is_left_out_for_a_reason() -> None:
    """Dropping trees re-weighs earlier ones: the first trees of a longer fit are not the shorter fit."""
    X, y = rows(0)
    long, short = (
        XGBClassifier(booster="dart", rate_drop=0.5, n_estimators=size, random_state=0, n_jobs=1).fit(X, y)
        for size in (12, 5)
    )
    assert not np.array_equal(long.predict_proba(X, iteration_range=(0, 5)), short.predict_proba(X))
