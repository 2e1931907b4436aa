"""Class weights as fractions, and how each classifier gets them."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from stages.shared.storage.parquet import Table
from stages.train.classifiers.class_weights import (
    ClassWeights,
    compute_class_weights,
    compute_row_weights,
    scale_pos_weight,
)
from stages.train.classifiers.fitting import FitRequest, fit
from stages.train.classifiers.xgboost import split_weights
from stages.train.params import TrainParams
from stages.train.strategy import context
from stages.train.strategy.cross_validation import fit_strategy
from stages.train.strategy.results import StrategyResult
from tests.stages.train.classifiers.helpers import fit_classifier

NINETY_TO_TEN = np.repeat([0, 1], [90, 10])

COUNT = st.integers(1, 300)


def test_balanced_is_rows_by_twice_the_rows_of_the_class() -> None:
    weights = compute_class_weights("balanced", NINETY_TO_TEN)
    assert weights == (100 / 180, 100 / 20)  # 0.5556 and 5
    assert np.allclose(weights, compute_class_weight("balanced", classes=np.array([0, 1]), y=NINETY_TO_TEN))
    assert round(weights.negative, 4) == 0.5556
    assert scale_pos_weight(weights) == pytest.approx(9.0, rel=1e-15)
    assert compute_class_weights("balanced_subsample", NINETY_TO_TEN) == weights


def test_none_is_one_and_one() -> None:
    assert compute_class_weights(None, NINETY_TO_TEN) == (1.0, 1.0)
    assert scale_pos_weight(compute_class_weights(None, NINETY_TO_TEN)) == 1.0


def test_given_weights_stand_as_they_are() -> None:
    weights = compute_class_weights({"negative": 1.0, "positive": 10.0}, NINETY_TO_TEN)
    assert weights == (1.0, 10.0)
    assert scale_pos_weight(weights) == 10.0
    assert scale_pos_weight(compute_class_weights({"negative": 2.0, "positive": 10.0}, NINETY_TO_TEN)) == 5.0


def test_prevalence_is_what_each_class_weighed_before() -> None:
    kept = np.repeat([0, 1], [100, 20])  # of 900 negatives and 20 positives
    assert compute_class_weights("prevalence", kept, (900, 20)) == (9.0, 1.0)
    added = np.repeat([0, 1], [90, 45])  # 35 synthetic positives beside 10
    assert compute_class_weights("prevalence", added, (90, 10)) == (1.0, 10 / 45)
    assert compute_class_weights("prevalence", NINETY_TO_TEN, (90, 10)) == (1.0, 1.0)


@given(before=st.tuples(COUNT, COUNT), after=st.tuples(COUNT, COUNT))
def test_prevalence_restores_the_share_of_positives_and_the_weight_of_all_rows(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    y = np.repeat([0, 1], after)
    weights = compute_row_weights(compute_class_weights("prevalence", y, before), y)
    each = np.ones(len(y)) if weights is None else weights
    assert each.sum() == pytest.approx(sum(before))
    assert each[y == 1].sum() / each.sum() == pytest.approx(before[1] / sum(before))


def test_prevalence_without_the_counts_before_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs the counts before resampling"):
        compute_class_weights("prevalence", NINETY_TO_TEN)


def test_xgboost_gets_a_ratio_or_weights_of_rows() -> None:
    even = ClassWeights(1.0, 1.0)
    assert split_weights("balanced", ClassWeights(0.5, 2.0)) == (4.0, even)
    assert split_weights("prevalence", ClassWeights(9.0, 1.0)) == (1.0, ClassWeights(9.0, 1.0))
    assert compute_row_weights(even, NINETY_TO_TEN) is None
    weighed = compute_row_weights(ClassWeights(9.0, 1.0), np.array([0, 1, 0]))
    assert weighed is not None
    assert weighed.tolist() == [9.0, 1.0, 9.0]


def test_a_logistic_regression_believes_the_prevalence_before() -> None:
    """Its intercept has no penalty, so its weighted mean score is the weighted share of positives: 20 of 920."""
    X = np.random.RandomState(0).normal(size=(120, 3))
    y = np.repeat([0, 1], [100, 20])
    weights = compute_class_weights("prevalence", y, (900, 20))
    fitted = fit_classifier("logistic_regression", {}, X, y, "prevalence", weights=weights).classifier
    each = compute_row_weights(weights, y)
    assert np.average(fitted.predict_proba(X)[:, 1], weights=each) == pytest.approx(20 / 920, rel=1e-4)
    assert fitted.predict_proba(X)[:, 1].mean() < 2 * 20 / 920  # and not 20 of 120


@pytest.mark.parametrize(
    ("name", "class_weight", "parameter", "value"),
    [
        ("logistic_regression", None, "class_weight", None),
        ("logistic_regression", "balanced", "class_weight", {0: 100 / 180, 1: 5.0}),
        ("logistic_regression", "balanced_subsample", "class_weight", {0: 100 / 180, 1: 5.0}),
        ("logistic_regression", {"negative": 1.0, "positive": 10.0}, "class_weight", {0: 1.0, 1: 10.0}),
        ("random_forest", None, "class_weight", None),
        ("random_forest", "balanced", "class_weight", {0: 100 / 180, 1: 5.0}),
        ("random_forest", "balanced_subsample", "class_weight", "balanced_subsample"),
        ("random_forest", {"negative": 1.0, "positive": 10.0}, "class_weight", {0: 1.0, 1: 10.0}),
        ("xgboost", None, "scale_pos_weight", 1.0),
        ("xgboost", "balanced", "scale_pos_weight", 9.0),
        ("xgboost", {"negative": 1.0, "positive": 10.0}, "scale_pos_weight", 10.0),
    ],
)
def test_each_classifier_gets_them_as_its_own_parameter(
    name: str, class_weight: Any, parameter: str, value: Any, small_classifiers: dict[str, dict[str, Any]]
) -> None:
    X = np.linspace(0, 1, 100)[:, np.newaxis]
    fitted = fit_classifier(name, small_classifiers[name], X, NINETY_TO_TEN, class_weight).classifier
    assert fitted.get_params()[parameter] == value


def run(make_table: Callable[..., Table], make_params: Callable[..., TrainParams], **strategy: Any) -> StrategyResult:
    classifiers = ["logistic_regression", "random_forest", "xgboost", "mlp"]
    return fit_strategy(make_table(), "tried", make_params(strategy, classifiers), lambda _: None)


def test_the_stored_models_have_the_weights_of_the_rows_they_were_fitted_on(
    make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    """60 negatives and 20 positives: 80 / 120, 80 / 40, and 3."""
    result = run(make_table, make_params, class_weight="balanced")
    assert result.weights.pop("xgboost") == pytest.approx((1.0, 3.0), rel=1e-15)
    assert set(result.weights.values()) == {ClassWeights(80 / 120, 2.0)}
    assert result.models["xgboost"]["classifier"].scale_pos_weight == pytest.approx(3.0, rel=1e-15)
    assert result.models["logistic_regression"]["classifier"].class_weight == {0: 80 / 120, 1: 2.0}


def test_after_full_balance_balanced_weights_are_one_and_one(
    make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    result = run(make_table, make_params, sampler="SMOTE", sampling_strategy=1.0, class_weight="balanced")
    assert set(result.weights.values()) == {ClassWeights(1.0, 1.0)}
    assert result.models["xgboost"]["classifier"].scale_pos_weight == 1.0
    assert result.models["logistic_regression"]["classifier"].class_weight is None
    without = run(make_table, make_params, sampler="SMOTE", sampling_strategy=1.0)
    for name, scores in result.oof.items():
        assert np.array_equal(scores, without.oof[name]), name


def test_weights_of_a_fold_are_those_of_its_training_rows(
    make_table: Callable[..., Table], make_params: Callable[..., TrainParams], monkeypatch: pytest.MonkeyPatch
) -> None:

    seen = []

    def spy(request: FitRequest) -> Any:
        seen.append((request.weights, len(request.y), int(request.y.sum())))
        return fit(request)

    monkeypatch.setattr(context, "fit", spy)
    params = make_params({"class_weight": "balanced"}, ["logistic_regression"], n_splits=3)
    fit_strategy(make_table(negatives=61), "tried", params, lambda _: None)
    assert len(seen) == 4
    assert len({weights for weights, _, _ in seen}) > 1  # 20 positives do not part evenly in three
    for weights, rows, positives in seen:
        assert weights == (rows / (2 * (rows - positives)), rows / (2 * positives))


@pytest.mark.parametrize("name", ["logistic_regression", "random_forest", "xgboost", "mlp"])
def test_weights_raise_the_scores_of_the_rare_class(name: str, small_classifiers: dict[str, dict[str, Any]]) -> None:
    X = np.random.RandomState(0).normal(size=(200, 3))
    y = np.repeat([0, 1], [180, 20])
    X[y == 1] += 1
    settings = {**small_classifiers[name], **({"max_iter": 60, "learning_rate_init": 0.05} if name == "mlp" else {})}
    means = []
    for class_weight in (None, "balanced", {"negative": 1.0, "positive": 50.0}):
        means.append(fit_classifier(name, settings, X, y, class_weight).scores(X).mean())
    if name == "random_forest":  # weights shape its trees, but a pure leaf is pure at any weight
        assert len(set(means)) == 3
    else:
        assert means[0] + 0.05 < means[1] < means[2]
