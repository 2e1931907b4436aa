"""Calibrators recover what was done to the probabilities, and are judged on rows that they have not seen."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from stages.shared.calibration import Line, Steps, calibrate, expit, log_odds
from stages.shared.storage.files import round_floats
from stages.shared.storage.parquet import Table
from stages.train.classifiers.calibration import (
    CalibrationSpec,
    calibrate_oof,
    fit_calibrator,
    make_calibration_spec,
)
from stages.train.classifiers.class_weights import ClassWeights, compute_class_weights
from stages.train.params import Strategy, TrainParams
from stages.train.strategy.cross_validation import fit_strategy

EVEN = ClassWeights(1.0, 1.0)
METHODS = ("none", "sigmoid", "isotonic", "prior")

COUNT = st.integers(1, 5000)


def distorted(
    rows: int = 20_000, odds: float = 9.0, random_state: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, their true probabilities, and scores whose odds are `odds` times the true ones."""
    random = np.random.RandomState(random_state)
    truth = expit(random.normal(-3, 1.5, size=rows))
    return (random.uniform(size=rows) < truth).astype(np.int64), truth, truth * odds / (truth * odds + 1 - truth)


@pytest.mark.parametrize(
    ("requested", "strategy", "classifier", "method"),
    [
        ("auto", {}, "xgboost", "none"),
        ("auto", {"sampler": "SMOTE"}, "xgboost", "sigmoid"),
        ("auto", {"class_weight": "balanced"}, "mlp", "sigmoid"),
        ("auto", {"class_weight": {"negative": 1, "positive": 5}}, "mlp", "sigmoid"),
        ("auto", {"sampler": "RandomUnderSampler", "class_weight": "prevalence"}, "xgboost", "sigmoid"),
        ("auto", {"classifiers": {"rus_boost": {}, "mlp": {}}}, "rus_boost", "sigmoid"),
        ("auto", {"classifiers": {"rus_boost": {}, "mlp": {}}}, "mlp", "none"),
        ("isotonic", {}, "xgboost", "isotonic"),
        ("none", {"sampler": "SMOTE"}, "xgboost", "none"),
    ],
)
def test_what_is_calibrated(requested: str, strategy: dict[str, Any], classifier: str, method: str) -> None:
    found = make_calibration_spec(requested, Strategy.model_validate(strategy), classifier, (90, 10), (90, 10), EVEN)
    assert found.method == method


@pytest.mark.parametrize(
    ("classifier", "fitted", "weights", "factor"),
    [
        ("mlp", (90, 10), EVEN, 1),
        ("mlp", (90, 45), EVEN, 2 / 9),  # one in two believed, one in nine true
        ("mlp", (20, 10), EVEN, 2 / 9),
        ("mlp", (90, 10), ClassWeights(0.5, 4.5), 1 / 9),
        ("mlp", (90, 45), ClassWeights(1.0, 2.0), 1 / 9),
        ("rus_boost", (90, 10), EVEN, 1 / 9),  # even inside
    ],
)
def test_the_prior_is_that_of_counts_and_weights(
    classifier: str, fitted: tuple[int, int], weights: ClassWeights, factor: float
) -> None:
    found = make_calibration_spec("prior", Strategy.model_validate({}), classifier, (90, 10), fitted, weights)
    assert np.exp(found.shift) == pytest.approx(factor)
    calibrator = fit_calibrator(found, np.array([0.2, 0.8]), np.array([0, 1]))
    assert calibrate(np.array([0.5]), calibrator)[0] == pytest.approx(factor / (1 + factor), rel=1e-6)


@given(train=st.tuples(COUNT, COUNT), fitted=st.tuples(COUNT, COUNT))
def test_with_the_prevalence_restored_there_is_no_prior_to_exchange(
    train: tuple[int, int], fitted: tuple[int, int]
) -> None:
    weights = compute_class_weights("prevalence", np.repeat([0, 1], fitted), train)
    strategy = Strategy.model_validate({"sampler": "RandomUnderSampler", "class_weight": "prevalence"})
    found = make_calibration_spec("prior", strategy, "xgboost", train, fitted, weights)
    assert found.shift == pytest.approx(0, abs=1e-14)
    calibrator = fit_calibrator(found, np.array([0.2, 0.8]), np.array([0, 1]))
    assert isinstance(calibrator, Line)
    assert (calibrator.slope, calibrator.intercept) == (1.0, 0.0)


@pytest.mark.parametrize(("method", "room"), [("sigmoid", 0.005), ("isotonic", 0.03), ("prior", 1e-6)])
def test_distorted_odds_are_set_right(method: str, room: float) -> None:
    y, truth, scores = distorted()
    calibrator = fit_calibrator(CalibrationSpec(method, -np.log(9)), scores, y)
    found = calibrate(scores, calibrator)
    assert scores.mean() / y.mean() > 2.5
    assert found.mean() == pytest.approx(y.mean() if method != "prior" else truth.mean(), rel=0.02)
    assert np.abs(found - truth).mean() < room
    assert (np.argsort(found, kind="stable") == np.argsort(scores, kind="stable")).all()


def test_the_line_is_a_logistic_regression() -> None:
    y, _, scores = distorted(2000)
    found = fit_calibrator(CalibrationSpec("sigmoid", 0.0), scores, y)
    assert isinstance(found, Line)
    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(log_odds(scores)[:, None], y)
    assert found.slope == pytest.approx(theirs.coef_[0, 0], rel=0.02)  # but for Platt's targets
    assert found.intercept == pytest.approx(theirs.intercept_[0], rel=0.02)
    # with these targets the residuals sum to 0, and are at right angles to the log odds: the minimum
    positives = y.sum()
    target = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (len(y) - positives + 2))
    wrong = calibrate(scores, found) - target
    assert wrong.mean() == pytest.approx(0, abs=1e-6)
    assert (wrong * log_odds(scores)).mean() == pytest.approx(0, abs=1e-5)


def test_parted_classes_do_not_make_it_steep_without_end() -> None:
    found = fit_calibrator(CalibrationSpec("sigmoid", 0.0), np.array([0.1, 0.2, 0.8, 0.9]), np.array([0, 0, 1, 1]))
    assert calibrate(np.array([0.1, 0.9]), found) == pytest.approx([1 / 4, 3 / 4], abs=0.1)


def test_a_ranking_that_is_upside_down_is_not_turned_round() -> None:
    y, _, scores = distorted(500)
    found = fit_calibrator(CalibrationSpec("sigmoid", 0.0), 1 - scores, y)
    assert isinstance(found, Line)
    assert found.slope == 0.001
    assert calibrate(1 - scores, found).mean() == pytest.approx(y.mean(), rel=0.05)


def test_the_steps_are_those_of_scikit_learn() -> None:
    y, _, scores = distorted(500)
    found = fit_calibrator(CalibrationSpec("isotonic", 0.0), scores, y)
    assert isinstance(found, Steps)
    assert found.x == sorted(set(found.x))
    assert found.y == sorted(found.y)
    theirs = IsotonicRegression().fit_transform(scores, y)
    assert calibrate(scores, found) == pytest.approx(0.999 * theirs + 0.001 * scores, abs=1e-4)


def test_a_score_of_0_or_1_stands_half_as_far_out_as_the_next() -> None:
    scores = np.array([0.0, 0.0, 0.02, 0.6, 0.9, 1.0])
    found = fit_calibrator(CalibrationSpec("prior", 0.0), scores, np.array([0, 0, 0, 1, 0, 1]))
    assert isinstance(found, Line)
    assert found.limits == pytest.approx((np.log(0.01), -np.log(0.05)), abs=1e-6)
    inner = fit_calibrator(CalibrationSpec("prior", 0.0), scores[2:5], np.array([0, 1, 0]))
    assert isinstance(inner, Line)
    assert inner.limits == (-40.0, 40.0)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 12)), max_size=25), power=st.integers(-9, 0))
def test_whatever_the_scores_the_stored_numbers_rise_and_stay_probabilities(
    method: str, rows: list[tuple[int, int]], power: int
) -> None:
    rows = [*rows, (1, 7), (0, 4)]  # both classes
    y, scores = np.array([label for label, _ in rows]), np.array([index / 12 for _, index in rows]) * 10.0**power
    found = fit_calibrator(CalibrationSpec(method, -1.0), scores, y)
    assert round_floats(found.model_dump()) == round_floats(round_floats(found.model_dump()))
    assert type(found).model_validate(round_floats(found.model_dump())) == found
    ranked = calibrate(np.linspace(0, 1, 101), found)
    assert ((ranked >= 0) & (ranked <= 1)).all()
    assert (np.diff(ranked) >= 0).all()


@pytest.mark.parametrize("constant", [0.0, 0.25, 1.0])
def test_a_model_that_says_the_same_of_everybody_is_taught_the_prevalence(constant: float) -> None:
    y = np.repeat([1, 0], [100, 900])
    for method in ("sigmoid", "isotonic"):
        found = fit_calibrator(CalibrationSpec(method, 0.0), np.full(1000, constant), y)
        assert calibrate(np.array([constant]), found)[0] == pytest.approx(0.1, abs=0.002)


def test_each_fold_is_calibrated_by_the_other_folds_of_its_repeat() -> None:
    y, _, scores = distorted(600)
    fold = np.concatenate([np.arange(300) % 3, 3 + np.arange(300) % 3])
    requested = CalibrationSpec("sigmoid", 0.0)
    found = calibrate_oof(requested, scores, y, fold, n_splits=3)
    for number, others in ((0, (1, 2)), (4, (3, 5))):
        taught = np.isin(fold, others)
        expected = calibrate(scores[fold == number], fit_calibrator(requested, scores[taught], y[taught]))
        assert found[fold == number].tolist() == expected.tolist()


def test_the_labels_of_a_fold_have_no_say_in_its_own_probabilities() -> None:
    y, _, scores = distorted(300)
    fold = np.arange(300) % 3
    turned = np.where(fold == 1, 1 - y, y)
    for method in METHODS:
        requested = CalibrationSpec(method, -1.0)
        one, other = (calibrate_oof(requested, scores, labels, fold, 3)[fold == 1] for labels in (y, turned))
        assert one.tolist() == other.tolist()


def test_cross_validated_probabilities_are_not_optimistic() -> None:
    """Steps fitted on noise look skilled on their own rows alone."""
    random = np.random.RandomState(0)
    y, scores, fold = random.randint(2, size=400), random.uniform(size=400), np.arange(400) % 4
    requested = CalibrationSpec("isotonic", 0.0)
    own = calibrate(scores, fit_calibrator(requested, scores, y))
    oof_calibrated = calibrate_oof(requested, scores, y, fold, 4)
    assert ((own - y) ** 2).mean() < 0.25 < ((oof_calibrated - y) ** 2).mean()


@pytest.mark.parametrize("sampler", ["SMOTE", "RandomUnderSampler"])
def test_the_recipe_of_a_strategy_knows_its_counts_and_weights(
    sampler: str, make_table: Callable[..., Table], make_params: Callable[..., TrainParams]
) -> None:
    table = make_table("numeric", negatives=160, positives=20)  # odds of 1/8, resampled to 1/2, weighed to 1
    strategy = {"sampler": sampler, "sampling_strategy": 0.5, "class_weight": {"negative": 1, "positive": 2}}
    result = fit_strategy(table, "tried", make_params(strategy, ["xgboost"], calibration="prior"), lambda _: None)
    assert result.calibration_specs["xgboost"].method == "prior"
    assert np.exp(result.calibration_specs["xgboost"].shift) == pytest.approx(1 / 8)
