"""No synthetic row outside a training fold: counted, for every sampler, where the classifiers are fitted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stages.shared.storage.parquet import Table
from stages.train.classifiers.fitting import FitRequest
from stages.train.folds import fold_data
from stages.train.folds.resampling import Prepared, transform
from stages.train.params import TrainParams
from stages.train.samplers.registry import SAMPLERS
from stages.train.strategy import context
from stages.train.strategy import cross_validation as crossfit
from stages.train.strategy.artifacts import oof_columns
from stages.train.strategy.results import StrategyResult

pytestmark = pytest.mark.slow

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

#: KMeansSMOTE's default wants more positives in a cluster than so small a table has
SETTINGS = {"KMeansSMOTE": {"cluster_balance_threshold": 0.1}}

#: two samplers are made for one kind of table
KINDS = {"SMOTENC": ["mixed"], "SMOTEN": []}
CASES = [(name, kind) for name in SAMPLERS for kind in KINDS.get(name, ["numeric", "mixed"])]


@dataclass
class Seen:
    """What reached the classifier, fit by fit, and the steps that made it."""

    table: Table
    result: StrategyResult
    training: list[tuple[Floats, Labels]]
    validation: list[tuple[Floats, Labels] | None]
    prepared: list[Prepared]


@pytest.fixture(scope="module")
def seen(make_table: Callable[..., Table], make_params: Callable[..., TrainParams]) -> Callable[[str, str], Seen]:
    """Runs a sampler with a spy in place of the fit of the classifier."""
    runs: dict[tuple[str, str], Seen] = {}

    def run(name: str, kind: str) -> Seen:
        table, prepared = make_table(kind), []
        training, validation = [], []
        resample, fit = fold_data.resample, context.fit

        def spy_prepare(*arguments: Any) -> Prepared:
            prepared.append(resample(*arguments))
            return prepared[-1]

        def spy_fit(request: FitRequest) -> Any:
            training.append((request.X.copy(), request.y.copy()))
            validation.append(request.eval_set)
            return fit(request)

        params = make_params({"sampler": name, **SETTINGS.get(name, {})}, ["logistic_regression"], n_splits=3)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fold_data, "resample", spy_prepare)
            patch.setattr(context, "fit", spy_fit)
            result = crossfit.fit_strategy(table, "tried", params, lambda _: None)
        return Seen(table, result, training, validation, prepared)

    def once(name: str, kind: str) -> Seen:
        if (name, kind) not in runs:
            runs[name, kind] = run(name, kind)
        return runs[name, kind]

    return once


def as_set(X: Floats) -> set[tuple[float, ...]]:
    return {tuple(row) for row in X}


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_each_validation_part_is_the_untouched_rows_of_its_fold(
    name: str, kind: str, seen: Callable[[str, str], Seen]
) -> None:
    run = seen(name, kind)
    features, y = run.table.features(), run.table.target
    assert len(run.result.folds) == 3
    for fold, validation, prepared in zip(run.result.folds, run.validation, run.prepared, strict=False):
        assert validation is not None
        assert np.array_equal(validation[0], transform(prepared.steps, features.iloc[fold.validation]))
        assert np.array_equal(validation[1], y[fold.validation])
        assert len(as_set(validation[0])) == len(validation[0])  # rows are unique, so that sets count them
    assert sum(len(validation[1]) for validation in run.validation[:3] if validation) == 80
    assert run.validation[3] is None  # the fit on all of train


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_no_row_that_was_made_is_validated_and_no_validated_row_is_learned_from(
    name: str, kind: str, seen: Callable[[str, str], Seen]
) -> None:
    run = seen(name, kind)
    features = run.table.features()
    for fold, training, validation, prepared in zip(
        run.result.folds, run.training, run.validation, run.prepared, strict=False
    ):
        assert validation is not None
        original = as_set(transform(prepared.steps, features.iloc[fold.training]))
        learned, validated = as_set(training[0]), as_set(validation[0])
        made = learned - original
        assert not made & validated
        assert not learned & validated
        assert len(validated) + len(original) == 80


@pytest.mark.parametrize("name", ["SMOTE", "ADASYN", "BorderlineSMOTE", "SVMSMOTE", "KMeansSMOTE", "SMOTETomek"])
def test_the_proof_is_not_empty(name: str, seen: Callable[[str, str], Seen]) -> None:
    """Rows were made in every fold, as many as the record says."""
    run = seen(name, "numeric")
    features = run.table.features()
    for record, training, fold in zip(run.result.fold_traces, run.training, run.result.folds, strict=False):
        original = as_set(transform(run.prepared[0].steps, features.iloc[fold.training]))
        assert record.added > 0
        assert len(training[1]) == len(fold.training) + record.added - record.removed
        assert as_set(training[0]) - original


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_each_out_of_fold_score_belongs_to_one_row_of_the_table(
    name: str, kind: str, seen: Callable[[str, str], Seen]
) -> None:
    run = seen(name, kind)
    columns = oof_columns(run.result, run.table)
    assert sorted(columns["row"]) == run.table.rows.tolist()
    assert np.array_equal(columns["y"], run.table.target[columns["row"]])
    assert len(columns["logistic_regression"]) == 80
    for number, fold in enumerate(run.result.folds):
        assert columns["row"][columns["fold"] == number].tolist() == fold.validation.tolist()


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_the_record_counts_what_was_seen(name: str, kind: str, seen: Callable[[str, str], Seen]) -> None:
    run = seen(name, kind)
    for record, training, validation in zip(run.result.fold_traces, run.training, run.validation, strict=False):
        assert validation is not None
        train, resampled, validated = record.train, record.resampled, record.validation
        assert [resampled.negative, resampled.positive] == np.bincount(training[1]).tolist()
        assert [validated.negative, validated.positive] == np.bincount(validation[1]).tolist()
        assert [train.negative + validated.negative, train.positive + validated.positive] == [60, 20]
        assert train.rows + record.added - record.removed == resampled.rows
