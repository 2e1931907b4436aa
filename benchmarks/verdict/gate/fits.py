"""The gate on models that are trained: the second champion lost part of a column, or nothing.

Unlike simulated scores, these change with every fit, in the folds and on the whole train set.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

from benchmarks.shared.markdown import format_percent, print_table
from benchmarks.shared.simulation import CONFIDENCE
from benchmarks.verdict.effects.worlds import REFERENCE, World, fit_scores, linear, nonlinear
from benchmarks.verdict.gate.rows import MARGIN, METRIC, N_SPLITS, Gate
from stages.evaluate.effects.estimates import Estimate
from stages.evaluate.uncertainty.jackknife import normal_quantile
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats, Ints

FRESH_ROWS, OTHER_SEED = 4000, 100_000

#: about 38 positives on test, 13 in FEW
STEEP = World(3000, lambda X: 2 * linear(X) - 5.6)
FEW = World(1000, lambda X: 2 * linear(X) - 5.6)
RARE = World(15_000, lambda X: 2.2 * linear(X) - 8.5)
FREQUENT = World(600, lambda X: 2.2 * linear(X) - 2.5)
CURVED = World(3000, lambda X: 2 * nonlinear(X) - 8.0)
HEAVY = World(1700, lambda X: np.clip(linear(X), -8, 8) - 3.9, degrees=2.5)


@dataclass(frozen=True)
class Cell:
    """A world, a classifier, and the noise on the first column that costs about .08 where that much can be lost."""

    name: str
    world: World
    classifier: str
    noise: float
    strategy: str = REFERENCE


CELLS = (
    Cell("linear, 5 %", STEEP, "logistic_regression", 0.5),
    Cell("linear, 5 %", STEEP, "random_forest", 0.55),
    Cell("linear, 5 %", STEEP, "xgboost", 0.5),
    Cell("linear, few positives", FEW, "logistic_regression", 0.5),
    Cell("linear, 1 %", RARE, "logistic_regression", 0.45),
    Cell("linear, 25 %", FREQUENT, "logistic_regression", 0.62),
    Cell("nonlinear, 5 %", CURVED, "logistic_regression", 0.4),
    Cell("nonlinear, 5 %", CURVED, "xgboost", 0.43),
    Cell("nonlinear, 5 %, under-sampled", CURVED, "xgboost", 0.43, "random_under"),
    Cell("heavy tails, 9 %", HEAVY, "logistic_regression", 1.2),
    Cell("heavy tails, 9 %", HEAVY, "xgboost", 1.4),
)


#: forests and boosted trees take longer, so they get one table in so many runs
RUNS_PER_TABLE = {"logistic_regression": 1, "xgboost": 2, "random_forest": 8}


@dataclass(frozen=True)
class ChangeResult:
    """A change in one table: the estimate from all rows, the stop by test alone, and the change on fresh rows."""

    change: Estimate
    is_stopped_by_test: bool
    truth: float


def print_fits(tables: int, seed: int, repeats: int, classifiers: Sequence[str]) -> None:
    """Print for each cell of these classifiers how often the gate stops a loss and a harmless change."""
    columns = [
        "world, classifier", "tables", "true loss", "stopped, %", "by test alone, %", "harmless change stopped, %",
        "by test alone, %", "loss in the interval, %", "no loss in the interval, %", "wrong same, %",
        "spread ÷ error: loss, no loss", "detectable",
    ]  # fmt: skip
    rows = (_make_row(cell, tables, seed, repeats) for cell in CELLS if cell.classifier in classifiers)
    print_table(f"The gate on trained models, {tables} tables, folds drawn {repeats} times", columns, rows)


def _make_row(cell: Cell, tables: int, seed: int, repeats: int) -> list[str]:
    random, tables = np.random.RandomState(seed), max(2, tables // RUNS_PER_TABLE[cell.classifier])
    lossy, harmless = zip(*(_simulate(cell, index, random, repeats) for index in range(tables)), strict=True)
    truth = float(np.mean([item.truth for item in lossy]))
    counts = [
        sum(item.change.high < 0 for item in lossy),
        sum(item.is_stopped_by_test for item in lossy),
        sum(item.change.high < 0 for item in harmless),
        sum(item.is_stopped_by_test for item in harmless),
        sum(item.change.low <= truth <= item.change.high for item in lossy),
        sum(item.change.low <= 0 <= item.change.high for item in harmless),
        sum(item.change.verdict == "same" for item in lossy) if truth < -MARGIN else 0,
    ]
    return [
        f"{cell.name}, {cell.classifier.replace('_', ' ')}",
        str(tables),
        f"{-truth:.3f}",
        *(format_percent(count, tables) for count in counts),
        f"{_get_spread(lossy):.2f}, {_get_spread(harmless):.2f}",
        f"{np.mean([item.change.minimum_detectable for item in lossy]):.3f}",
    ]


def _get_spread(results: Sequence[ChangeResult]) -> float:
    """Return the standard deviation of the estimates, divided by the mean error that the gate reports."""
    estimates = [item.change.estimate for item in results]
    widths = [item.change.high - item.change.low for item in results]
    return float(np.std(estimates, ddof=1) / (np.mean(widths) / 2 / normal_quantile(CONFIDENCE)))


def _simulate(cell: Cell, seed: int, random: np.random.RandomState, repeats: int) -> tuple[ChangeResult, ChangeResult]:
    """Draw a table; return the change by noise on a column, and a harmless one.

    The harmless one gives a column without meaning new signs, and the fit another seed. The columns are symmetric, so
    no expected metric changes.
    """
    X, y = cell.world.draw(cell.world.rows, random)
    fresh, fresh_y = cell.world.draw(FRESH_ROWS, random)
    train, test = train_test_split(np.arange(len(y)), test_size=0.25, stratify=y, random_state=seed)
    splitter = RepeatedStratifiedKFold(n_splits=N_SPLITS, n_repeats=repeats, random_state=seed)
    folds = [(train[training], train[validation]) for training, validation in splitter.split(train, y[train])]
    order = np.concatenate([*(validation for _, validation in folds), test])
    sizes = [*(len(validation) for _, validation in folds), len(test)]
    gate = Gate.of(y[order], np.repeat(np.arange(len(sizes)), sizes), order, repeats)

    def score(table: Floats, fresh_table: Floats, fit_seed: int = seed) -> tuple[Floats, float]:
        """Return the scores of the rows, and average precision on fresh rows."""

        def fit(rows: Ints, scored: list[Floats], fold: int = 0) -> list[Floats]:
            return fit_scores(cell.classifier, cell.strategy, table[rows], y[rows], scored, fit_seed + fold // N_SPLITS)

        oof = [fit(training, [table[rows]], fold)[0] for fold, (training, rows) in enumerate(folds)]
        on_test, on_fresh = fit(train, [table[test], fresh_table])
        return np.concatenate([*oof, on_test]), METRICS[METRIC].score(fresh_y, on_fresh)

    before, value = score(X, fresh)
    lossy = score(_add_noise(X, cell.noise, random), _add_noise(fresh, cell.noise, random))
    harmless = score(_flip_signs(X, random), _flip_signs(fresh, random), OTHER_SEED + seed)
    return _judge_change(gate, before, value, *lossy), _judge_change(gate, before, value, *harmless)


def _judge_change(gate: Gate, before: Floats, value_before: float, after: Floats, value: float) -> ChangeResult:
    return ChangeResult(gate.judge_all(before, after), gate.judge_test(before, after).high < 0, value - value_before)


def _add_noise(X: Floats, noise: float, random: np.random.RandomState) -> Floats:
    changed = X.copy()
    changed[:, 0] += noise * random.normal(size=len(X))
    return changed


def _flip_signs(X: Floats, random: np.random.RandomState) -> Floats:
    changed = X.copy()
    changed[:, -1] *= random.choice([-1, 1], size=len(X))
    return changed
