"""Logistic regression at its optimum: where a tight solver of scikit-learn's ends, for every C at once."""

from dataclasses import replace
from typing import Any
import warnings

from hypothesis import example, given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from stages.train.classifiers.class_weights import ClassWeights
from stages.train.classifiers.logistic import loss
from stages.train.classifiers.logistic.estimator import NewtonLogisticRegression, is_converged
from stages.train.classifiers.logistic.path import Path, WeightedRows, fit_paths

EQUAL = ClassWeights(1.0, 1.0)
GRID = [0.1, 1.0, 10.0]

#: rows, seed and weights of tables that are not much alike
MANY = [(300, 0, EQUAL), (40, 1, ClassWeights(1.0, 50.0)), (900, 2, EQUAL), (300, 3, ClassWeights(0.6, 2.5))]


def made(rows: int = 300, columns: int = 6, seed: int = 0) -> tuple[Any, Any]:
    random = np.random.RandomState(seed)
    y = (random.uniform(size=rows) < 0.2).astype(int)
    y[:2] = 0, 1
    return random.normal(size=(rows, columns)) + 0.7 * y[:, np.newaxis], y


def tight(X: Any, y: Any, weights: ClassWeights, C: float, fit_intercept: bool = True) -> LogisticRegression:
    by_label = {0: weights.negative, 1: weights.positive}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says so where rounding keeps it from so small a gradient
        return LogisticRegression(
            C=C, class_weight=by_label, solver="newton-cholesky", tol=1e-10, max_iter=1000, fit_intercept=fit_intercept
        ).fit(X, y)


def gradient(X: Any, y: Any, weights: ClassWeights, C: float, path: Path, index: int) -> Any:
    """By the textbook, divided by C and the number of rows."""
    w, b = path.coefficients[index], path.intercepts[index]
    wrong = (expit(X @ w + b) - y) * np.where(y == 1, weights.positive, weights.negative)
    return np.append(X.T @ wrong + w / C, wrong.sum()) / len(y)


def fit_path(X: Any, y: Any, weights: ClassWeights, C: list[float], start: Path | None = None, **options: Any) -> Path:
    """The optimum on one table."""
    return fit_paths([WeightedRows(X, y, weights)], C, start, **options)[0]


def test_by_hand() -> None:
    """Without a column that tells anything, the intercept is the log odds: one positive to three negatives."""
    path = fit_path(np.zeros((8, 1)), np.array([1, 1, 0, 0, 0, 0, 0, 0]), EQUAL, [1.0])
    assert path.intercepts == pytest.approx(np.log([1 / 3]))
    assert path.coefficients == pytest.approx(np.zeros((1, 1)))
    assert path.scores(np.zeros((2, 1))) == pytest.approx(np.full((1, 2), 0.25))


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weights", [EQUAL, ClassWeights(0.6, 2.5), ClassWeights(1.0, 50.0)])
def test_it_ends_where_a_tight_solver_ends(weights: ClassWeights, fit_intercept: bool) -> None:
    X, y = made()
    path = fit_path(X, y, weights, GRID, fit_intercept=fit_intercept)
    for index, C in enumerate(GRID):
        expected = tight(X, y, weights, C, fit_intercept)
        assert path.coefficients[index] == pytest.approx(expected.coef_[0], abs=1e-7)
        assert path.intercepts[index] == pytest.approx(expected.intercept_[0], abs=1e-7)
        assert path.scores(X)[index] == pytest.approx(expected.predict_proba(X)[:, 1], abs=1e-7)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weights", [EQUAL, ClassWeights(0.6, 2.5)])
def test_with_more_columns_than_rows_it_ends_there_too(weights: ClassWeights, fit_intercept: bool) -> None:
    X, y = made(rows=40, columns=150)
    X[:, 1] = X[:, 0]
    X[3] = X[2]  # so that the rows span less than their number
    path = fit_path(X, y, weights, GRID, fit_intercept=fit_intercept)
    for index, C in enumerate(GRID):
        expected = tight(X, y, weights, C, fit_intercept)
        assert path.coefficients[index] == pytest.approx(expected.coef_[0], abs=1e-8)
        assert path.intercepts[index] == pytest.approx(expected.intercept_[0], abs=1e-8)


def test_wide_and_tall_tables_go_together_and_start_from_each_other() -> None:
    wide, tall = WeightedRows(*made(rows=20, columns=30), EQUAL), WeightedRows(*made(rows=60, columns=30), EQUAL)
    alone = [fit_path(table.X, table.y, table.weights, GRID) for table in (wide, tall)]
    for start in (None, *alone):
        for expected, found in zip(alone, fit_paths([wide, tall], GRID, start), strict=True):
            assert found.coefficients == pytest.approx(expected.coefficients, abs=1e-7)


def test_a_start_leads_to_the_same_place_sooner() -> None:
    X, y = made()
    near = fit_path(X[:280], y[:280], EQUAL, GRID)
    cold, warm = fit_path(X, y, EQUAL, GRID), fit_path(X, y, EQUAL, GRID, start=near)
    assert warm.coefficients == pytest.approx(cold.coefficients, abs=1e-7)
    assert warm.steps < cold.steps


def test_a_start_that_knows_the_curvature_wrongly_leads_there_all_the_same() -> None:
    """What it knows points uphill, so that the first step is no step towards anything."""
    X, y = made()
    expected = fit_path(X, y, EQUAL, GRID)
    found = fit_path(X, y, EQUAL, GRID, start=replace(expected, inverse=-expected.inverse, log_odds=0.0))
    assert found.coefficients == pytest.approx(expected.coefficients, abs=1e-7)
    assert found.intercepts == pytest.approx(expected.intercepts, abs=1e-7)


@pytest.mark.parametrize("kept", [0, 1 << 20])
def test_the_hessian_is_the_change_of_the_gradient_where_that_was_asked_for(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loss, "BLOCK_SIZE", 64)
    monkeypatch.setattr(loss, "MAX_KEPT_BYTES", kept)
    X, y = made()
    C = np.array(GRID)
    found = loss.LogisticLoss(X, y, ClassWeights(0.6, 2.5), C, fit_intercept=True, threads=1)
    W = np.random.RandomState(1).normal(size=(3, 7))
    expected = np.empty((3, 7, 7))
    for index in range(7):
        ahead = 1e-6 * np.eye(7)[index]
        expected[:, index] = (found.gradient(W + ahead) - found.gradient(W - ahead)) / 2e-6
    moved = W.copy()
    found.gradient(moved)
    moved += 1.0  # whoever asked goes on with the same array
    hessian, exact = found.hessian(separate=True)
    assert exact
    assert hessian == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_tables_side_by_side_end_where_each_would() -> None:
    """From the same start, to the bit: no table knows of the others."""
    tables = [WeightedRows(*made(rows, seed=seed), weights) for rows, seed, weights in MANY]
    start = fit_path(*made(seed=9), EQUAL, GRID)
    together = fit_paths(tables, GRID, start)
    for table, path in zip(tables, together, strict=True):
        alone = fit_path(table.X, table.y, table.weights, GRID, start)
        assert np.array_equal(path.coefficients, alone.coefficients)
        assert np.array_equal(path.intercepts, alone.intercepts)
        assert path.steps == alone.steps


def test_tables_side_by_side_without_a_start_end_where_a_tight_solver_ends() -> None:
    tables = [WeightedRows(*made(rows, seed=seed), weights) for rows, seed, weights in MANY]
    for table, path in zip(tables, fit_paths(tables, GRID), strict=True):
        for index, C in enumerate(GRID):
            expected = tight(table.X, table.y, table.weights, C)
            assert path.coefficients[index] == pytest.approx(expected.coef_[0], abs=1e-7)
            assert path.intercepts[index] == pytest.approx(expected.intercept_[0], abs=1e-7)


def test_neither_threads_nor_what_is_kept_turned_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = made()
    monkeypatch.setattr(loss, "BLOCK_SIZE", 64)  # five blocks
    expected = fit_path(X, y, EQUAL, GRID)
    threaded = fit_path(X, y, EQUAL, GRID, threads=3)
    monkeypatch.setattr(loss, "MAX_KEPT_BYTES", 0)
    turned_each_time = fit_path(X, y, EQUAL, GRID)
    for found in (threaded, turned_each_time):
        assert np.array_equal(found.coefficients, expected.coefficients)
        assert np.array_equal(found.intercepts, expected.intercepts)


@settings(max_examples=60, deadline=None)
@example(seed=506, scale=2.0, separable=False, collinear=False)  # one Hessian for all C would take 100 steps and more
@example(seed=8161, scale=3.0, separable=True, collinear=True)  # so near to singular that a step may lead uphill
@example(seed=932, scale=3.0, separable=True, collinear=True)
@example(seed=440, scale=3.0, separable=False, collinear=True)
@given(seed=st.integers(0, 10_000), scale=st.floats(-3, 3), separable=st.booleans(), collinear=st.booleans())
def test_it_ends_on_any_table(seed: int, scale: float, separable: bool, collinear: bool) -> None:
    """Separable classes, columns of any size, the same column twice, one outlier: the gradient vanishes."""
    random = np.random.RandomState(seed)
    X, y = made(rows=random.randint(10, 200), columns=random.randint(1, 8), seed=seed)
    if separable:
        X[:, 0] += 100.0 * y
    X[:, -1] *= 10.0**scale
    X[0, 0] = 1000.0
    if collinear:
        X = np.column_stack([X, X[:, 0], np.ones(len(X))])
    weights, C = ClassWeights(1.0, float(random.choice([1, 10]))), [1e-3, 1.0, 1e4]
    path = fit_path(X, y, weights, C)
    for index, one in enumerate(C):
        # a coefficient is within 1e-9 of its optimum, and the Hessian is at most largest² × weight
        largest = np.abs(X).max()
        bound = weights.positive * (1e-7 * largest + 1e-9 * largest**2)
        assert np.abs(gradient(X, y, weights, one, path, index)).max() <= bound


@pytest.mark.parametrize("size", [1e-9, 1e6, 1e12])
def test_the_units_of_a_column_are_no_matter_nor_that_it_is_there_twice(size: float) -> None:
    X, y = made()
    wide = np.column_stack([X, size * X[:, 0], size * X[:, 0]])
    path = fit_path(wide, y, EQUAL, GRID)
    largest = np.append(np.maximum(np.abs(wide).max(axis=0), 1.0), 1.0)
    for index, C in enumerate(GRID):
        assert np.abs(gradient(wide, y, EQUAL, C, path, index) / largest).max() <= 1e-8


def test_too_few_steps_are_told() -> None:
    X, y = made()
    with pytest.warns(ConvergenceWarning, match="did not converge in 1 steps; raise max_iter"):
        fit_path(X, y, EQUAL, GRID, max_iter=1)


def test_it_runs_unless_a_solver_of_scikit_learns_is_named() -> None:
    assert is_converged({"C": 1.0, "max_iter": 10})
    assert is_converged({"solver": "converged"})
    assert not is_converged({"solver": "lbfgs"})


@parametrize_with_checks([NewtonLogisticRegression()])  # type: ignore[untyped-decorator]
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_estimator_agrees_with_a_tight_solver(fit_intercept: bool) -> None:
    X, y = made()
    weights = ClassWeights(0.6, 2.5)
    model = NewtonLogisticRegression(fit_intercept=fit_intercept, class_weight=weights.by_label()).fit(X, y)
    expected = tight(X, y, weights, 1.0, fit_intercept)
    assert model.predict_proba(X) == pytest.approx(expected.predict_proba(X), abs=1e-8)
    assert np.array_equal(model.predict(X), expected.predict(X))
    assert np.array_equal(model.to_sklearn(random_state=0).predict_proba(X), model.to_sklearn().predict_proba(X))
