"""One treatment of the imbalance, measured and learned: out-of-fold scores, then models fitted on all of train."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from stages.shared.schemas.contract import Step
from stages.shared.storage.parquet import Table
from stages.train.classifiers.blend import with_blend
from stages.train.classifiers.calibration import Recipe, recipe
from stages.train.classifiers.class_weights import ClassWeights
from stages.train.execution.worker_pool import Crew, tell
from stages.train.folds.resampling import Prepared
from stages.train.folds.splitter import Fold, make_folds
from stages.train.outputs.results import FoldRecord, Outcome, Scores, Tuned
from stages.train.params import TrainParams
from stages.train.params.allowed_settings import Settings
from stages.train.strategy import FoldRows, Workbench
from stages.train.tuning.grid import AS_GIVEN, Combination
from stages.train.tuning.search import Found, Measured, found_in, grids, measure_fold, search, search_inside

T = TypeVar("T")

Chosen = dict[str, Combination]


def fit_strategy(
    table: Table, name: str, params: TrainParams, progress: Callable[[str], None], workers: int = 1, threads: int = 1
) -> Outcome:
    """Strategy `name` with each of its classifiers on one table, the train side.

    Every fold is preprocessed once, and resampled once for all classifiers with the same settings of the sampler.
    What is tuned is tuned again inside each training fold (nested cross-validation), so that no out-of-fold score comes
    from a model whose settings were chosen on its row. `progress` is told of each finished fit. Folds are worked on by
    so many `workers`, or by one whose fits take `threads`; the outcome does not depend on either.
    Raises InputError naming the params key when a sampler or a classifier cannot work with its settings.
    """
    bench = Workbench(table, name, params, threads)
    folds = make_folds(bench.y, table.units, params.cv, params.random_state)
    tuned_ones = grids(bench)
    untuned = [classifier for classifier in bench.classifiers if classifier not in tuned_ones]
    # the search for neighbours takes as many threads as OpenMP would
    with threadpool_limits(threads, "openmp"), Crew(bench, workers, progress) as crew:
        calls = [crew.call(_fit_fold, number, fold) for number, fold in enumerate(folds)]
        begun = crew.call(fit_all, {}, untuned) if untuned else None  # need not wait for the search
        parts = [call.result() for call in calls]
        tuned = _search(bench, folds, parts) if tuned_ones else {}
        last = begun.result() if begun else Last([], {}, {}, {}, {})
        if tuned:
            chosen = {classifier: found.chosen for classifier, found in tuned.items()}
            last = _joined(bench, last, crew.call(fit_all, chosen, list(tuned)).result())
    gave_up = {name: last.gave_up[name] + sum(part.gave_up[name] for part in parts) for name in bench.classifiers}
    outcome = Outcome(
        plan=bench.plan({}),
        folds=folds,
        oof={name: np.concatenate([part.scores[name] for part in parts]) for name in bench.classifiers},
        records=[part.record for part in parts],
        flow=[*table.flow, *last.flow],
        weights=last.weights,
        models=last.models,
        recipes=last.recipes,
        gave_up={classifier: count for classifier, count in gave_up.items() if count},
        tuned={
            classifier: Tuned(found, [part.chosen[classifier] for part in parts]) for classifier, found in tuned.items()
        },
        shares={},
    )
    return outcome if bench.blend is None else with_blend(bench, outcome)


def _search(bench: Workbench, folds: list[Fold], parts: "list[_FoldPart]") -> dict[str, Found]:
    """The search on all of train: what the folds have measured already, or, where halving decides after each fold what
    the next one measures, fold by fold."""
    measured = [part.measured for part in parts if part.measured is not None]
    return found_in(bench, measured) if len(measured) == len(folds) else search(bench, folds, full=True)


@dataclass(frozen=True)
class _FoldPart:
    """What one fold yields."""

    scores: dict[str, Scores]  # of the validation rows
    chosen: Chosen  # by the search inside the training rows
    measured: Measured | None  # the whole grid, for the search on all of train
    record: FoldRecord
    gave_up: dict[str, bool]


def _fit_fold(bench: Workbench, number: int, fold: Fold) -> _FoldPart:
    rows, chosen, tried = FoldRows(bench, fold), search_inside(bench, fold.training), grids(bench)
    halving = bench.params.tuning.search.how == "halving"
    measured = measure_fold(bench, rows, tried, full=True) if tried and not halving else None
    scores, curves, gave_up = {}, {}, {}
    as_given = rows.prepared({})
    record = _record(bench.y, fold, as_given, {})
    for tuned, classifiers in _by_sampler(bench, chosen, list(bench.classifiers)):
        prepared = rows.prepared(tuned) if tuned else as_given
        X_validation = rows.validation(prepared)
        for classifier in classifiers:
            watched = (X_validation, rows.y_validation)
            fitted = bench.fit(classifier, chosen.get(classifier, AS_GIVEN), prepared, watched)
            scores[classifier] = fitted.scores(X_validation)
            gave_up[classifier] = fitted.gave_up
            if fitted.curve:
                curves[classifier] = fitted.curve
            tell(f"{classifier}, fold {number + 1}")
    return _FoldPart(scores, chosen, measured, replace(record, curves=_in_order(bench, curves)), gave_up)


@dataclass(frozen=True)
class Last:
    """What the fit on all of train yields; `flow` is that of the strategy as given."""

    flow: list[Step]
    models: dict[str, Pipeline]
    weights: dict[str, ClassWeights]
    recipes: dict[str, Recipe]
    gave_up: dict[str, bool]


def fit_all(bench: Workbench, chosen: Chosen, wanted: Sequence[str]) -> Last:
    """The classifiers that are `wanted`, fitted on all rows with the settings that were chosen."""
    y, params = bench.y, bench.params
    rows = FoldRows(bench, Fold(np.arange(len(y)), np.arange(0)), named=True)
    models, weights, recipes, gave_up = {}, {}, {}, {}
    as_given = rows.prepared({})
    for tuned, classifiers in _by_sampler(bench, chosen, wanted):
        prepared = rows.prepared(tuned) if tuned else as_given
        for classifier in classifiers:
            fitted = bench.fit(classifier, chosen.get(classifier, AS_GIVEN), prepared)
            models[classifier] = Pipeline([*prepared.steps, ("classifier", fitted.classifier)])
            gave_up[classifier] = fitted.gave_up
            weights[classifier] = bench.weights(prepared)
            recipes[classifier] = recipe(
                params.calibration, bench.strategy, classifier, _counts(y), _counts(prepared.y), weights[classifier]
            )
            tell(f"{classifier}, all of train")
    return Last(as_given.flow, models, weights, recipes, gave_up)


def _joined(bench: Workbench, one: Last, other: Last) -> Last:
    return Last(
        flow=one.flow or other.flow,
        models=_in_order(bench, {**one.models, **other.models}),
        weights=_in_order(bench, {**one.weights, **other.weights}),
        recipes=_in_order(bench, {**one.recipes, **other.recipes}),
        gave_up={**one.gave_up, **other.gave_up},
    )


def _by_sampler(bench: Workbench, chosen: Chosen, wanted: Sequence[str]) -> list[tuple[Settings, list[str]]]:
    """The classifiers by the settings of the sampler that were chosen for them: one resampling serves each group."""
    groups: dict[str, tuple[Settings, list[str]]] = {}
    for classifier in (name for name in bench.classifiers if name in wanted):
        settings = chosen.get(classifier, AS_GIVEN).sampler
        groups.setdefault(repr(settings), (settings, []))[1].append(classifier)
    return list(groups.values())


def _in_order(bench: Workbench, found: dict[str, T]) -> dict[str, T]:
    """The same mapping in the order of params.yaml."""
    return {classifier: found[classifier] for classifier in bench.classifiers if classifier in found}


def _record(y: npt.NDArray[np.int64], fold: Fold, prepared: Prepared, curves: dict[str, list[Any]]) -> FoldRecord:
    return FoldRecord(
        training=_counts(y[fold.training]),
        resampled=_counts(prepared.y),
        validation=_counts(y[fold.validation]),
        added=prepared.added,
        removed=prepared.removed,
        curves=curves,
    )


def _counts(y: npt.NDArray[np.int64]) -> tuple[int, int]:
    """Negatives and positives."""
    negative, positive = np.bincount(y, minlength=2)
    return int(negative), int(positive)
