"""Leaks between rows, planted on purpose: folds that do not follow the split believe them, those that do see none."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score

from stages.evaluate.effects.row_sets import RowSets
from stages.shared.storage.parquet import Table
from stages.split.split import split
from stages.train.classifiers.calibration import calibrate_oof
from stages.train.params import TrainParams
from stages.train.strategy.artifacts import cross_validation, oof_columns
from stages.train.strategy.cross_validation import fit_strategy
from stages.train.strategy.results import StrategyResult
from tests.stages.split.tables import params_of, table_of

FOREST = {"random_forest": {"n_estimators": 30}, "blend": {"n_rounds": 3}}
Fit = Callable[..., tuple[StrategyResult, Table, Table]]


@pytest.fixture(scope="module")
def fit(make_params: Callable[..., TrainParams]) -> Fit:
    """Split a table and train a forest with one treatment on its train set."""

    def run(table: Table, classifiers: tuple[str, ...] = ("random_forest",), **changes: Any) -> Any:
        strategy = changes.pop("strategy", {})
        tuning = changes.pop("tuning", {})
        train, test = split(table, params_of(n_splits=4, **changes))
        params = make_params(strategy, list(classifiers), settings=FOREST, n_splits=4, tuning=tuning)
        return fit_strategy(train, "tried", params, lambda _: None), train, test

    return run


def precision(result: StrategyResult, train: Table) -> float:
    """The average precision over the folds."""
    oof = oof_columns(result, train)
    score = cross_validation(oof, {"random_forest": oof["random_forest"]})["random_forest"]["average_precision"]
    return score.mean


def precision_on_test(result: StrategyResult, test: Table) -> float:
    scores = result.models["random_forest"].predict_proba(test.features())[:, 1]
    return float(average_precision_score(test.target, scores))


def spells(rows: int = 600, length: int = 6, seed: int = 0) -> dict[str, Any]:
    """Rows in the order of time, whose label holds for a spell; a meter reading rises with time.

    The label of the next row is known to whoever knows its reading, and says nothing about the time after the spell.
    """
    random = np.random.RandomState(seed)
    y = np.repeat(random.random_sample(rows // length) < 0.3, length).astype(int)
    return {"y": y.tolist(), "time": list(map(float, range(rows))), "reading": list(map(float, range(rows)))}


@pytest.mark.slow
def test_shuffled_folds_believe_the_next_row_and_folds_by_time_do_not(fit: Fit) -> None:
    columns = spells()
    by_time, train, test = fit(table_of(**columns), time="day")
    del columns["time"]
    shuffled, other, _ = fit(table_of(**columns))
    prevalence = float(train.target.mean())
    assert precision(shuffled, other) > 0.8
    assert precision(by_time, train) < prevalence + 0.15
    assert precision_on_test(by_time, test) < float(test.target.mean()) + 0.15
    assert len(by_time.oof["random_forest"]) == len(train.target) - len(train.target) // 5  # but the first period


@pytest.mark.slow
def test_folds_that_part_groups_believe_the_group_and_others_do_not(fit: Fit) -> None:
    """Patients of six visits: the label is of the patient and drawn by lot, the age tells who it is."""
    random = np.random.RandomState(1)
    y, age = np.repeat(random.random_sample(100) < 0.3, 6).astype(int), np.repeat(random.normal(size=100), 6)
    visits = {"age": (age + 1e-4 * random.normal(size=600)).tolist()}
    table = table_of(y.tolist(), group=[f"patient{row // 6}" for row in range(600)], **visits)
    parted, other, _ = fit(table)
    together, train, test = fit(table, group="team")
    prevalence = float(train.target.mean())
    assert precision(parted, other) > 0.9
    assert precision(together, train) < prevalence + 0.15
    assert precision_on_test(together, test) < float(test.target.mean()) + 0.2


@pytest.mark.slow
def test_everything_learned_inside_train_is_without_the_first_period(fit: Fit) -> None:
    """The search, the blend, the calibrators and the sets of the effects have the same rows, in the order of time."""
    random = np.random.RandomState(2)
    y = (random.random_sample(400) < 0.3).astype(int)
    x = (y + random.normal(size=400)).tolist()
    table = table_of(
        y.tolist(), time=random.permutation(400).astype(float).tolist(), x=x, z=random.normal(size=400).tolist()
    )
    tuning = {"classifiers": {"logistic_regression": {"C": [0.1, 1.0]}}}
    classifiers = ("logistic_regression", "random_forest", "blend")
    result, train, test = fit(
        table, classifiers, time="day", gap=5, strategy={"class_weight": "balanced"}, tuning=tuning
    )
    order = np.sort(train.times)
    for fold in result.folds:
        assert train.times[fold.training].max() < train.times[fold.validation].min() - 5
    oof = oof_columns(result, train)
    times = dict(zip(train.rows.tolist(), train.times.tolist(), strict=True))
    scored = np.array([times[row] for row in oof["row"].tolist()])
    assert (len(scored), scored.min()) == (4 * (len(order) // 5), order[len(order) - len(scored)])
    assert (np.diff([scored[oof["fold"] == number].max() for number in range(4)]) > 0).all()
    assert {len(scores) for scores in result.oof.values()} == {len(scored)}
    assert all(len(trial.folds) == 4 for trial in result.tuning["logistic_regression"].search.trials)

    later = oof["fold"] > 1
    for name in classifiers:
        spec = result.calibration_specs[name]
        columns = oof["y"].copy(), oof[name].copy()
        before = calibrate_oof(spec, columns[1], columns[0], oof["fold"], 4, by_time=True)
        columns[0][later] = 1 - columns[0][later]  # other labels later on change nothing that was learned before
        after = calibrate_oof(spec, columns[1], columns[0], oof["fold"], 4, by_time=True)
        assert np.array_equal(before[oof["fold"] == 1], after[oof["fold"] == 1])
        assert not np.array_equal(before[oof["fold"] == 3], after[oof["fold"] == 3])

    sets = RowSets.make(test.target, test.groups, pa.table(oof))
    assert (sets.repeats, len(np.unique(sets.row_set)), len(sets.y)) == (1, 5, len(scored) + len(test.target))
    assert sets.n_positives == oof["y"].sum() + test.target.sum()
    assert sets.measure(oof["random_forest"], np.linspace(0, 1, len(test.target)))["roc_auc"].value > 0
