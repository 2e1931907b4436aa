"""Cross-validation and final fit of one strategy: out-of-fold scores, then models of the whole train set.

Start at `fit_strategy`. Every fold is preprocessed, resampled and tuned by itself. So no out-of-fold score depends on
the row that it scores.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from stages.shared.classifiers import Settings
from stages.shared.runtime.progress import Progress, ignore
from stages.shared.schemas.trace import ClassCounts, FoldTrace
from stages.shared.storage.arrow import Ints
from stages.shared.storage.parquet import Table
from stages.train.classifiers.blend import add_blend
from stages.train.classifiers.calibration import make_calibration_spec
from stages.train.classifiers.class_weights import count_classes
from stages.train.execution.engines.pool import EnginePool
from stages.train.execution.worker_pool import WorkerPool
from stages.train.folds.fold_data import FoldData
from stages.train.folds.splitter import Fold, assign_folds
from stages.train.params import TrainParams
from stages.train.strategy.context import StrategyContext
from stages.train.strategy.results import BestParams, FinalFit, FoldResult, StrategyResult, TuningResult
from stages.train.tuning.grid import DEFAULT_PARAMS
from stages.train.tuning.search import SearchResult, list_grids, score_fold, search, search_from_scores, search_nested

T = TypeVar("T")

#: opens the pool that makes the calls of a context, with so many processes
OpenPool = Callable[[StrategyContext, int], WorkerPool[StrategyContext] | EnginePool]


@dataclass(frozen=True)
class Workers:
    """Where the fits run: in processes, or in one process whose fits use threads. No result depends on it."""

    n_processes: int = 1
    n_threads: int = 1
    open_pool: OpenPool = WorkerPool


#: one process, one thread
ONE_PROCESS = Workers()


def fit_strategy(
    table: Table,
    name: str,
    params: TrainParams,
    progress: Callable[[str], None],
    workers: Workers = ONE_PROCESS,
    without: Collection[str] = (),
    folds: list[Fold] | None = None,
) -> StrategyResult:
    """Cross-validate and fit strategy `name` on `table`, the train set, with each classifier not in `without`.

    Every fold is preprocessed once, and resampled once for all classifiers with equal sampler settings. Tuning is
    nested: the search runs again inside each training fold. `progress` is called for each finished fit, and a Progress
    is also given what begins. `folds` are those of params.yaml, if not given. Raises InputError with the params key of
    an invalid setting. Raises NotApplicableError when a sampler or a classifier cannot work on these rows.
    """
    context = StrategyContext(table, name, params, workers.n_threads, without)
    folds = assign_folds(table, params.cv, params.random_state) if folds is None else folds
    grids = list_grids(context)
    untuned = [classifier for classifier in context.classifiers if classifier not in grids]
    # the neighbor search uses as many threads as OpenMP
    with threadpool_limits(workers.n_threads, "openmp"), workers.open_pool(context, workers.n_processes) as pool:
        begin = progress.begin if isinstance(progress, Progress) else ignore
        context.begin, context.finish = pool.relay(begin, progress)
        fold_calls = [pool.submit(_fit_fold, index, fold) for index, fold in enumerate(folds)]
        untuned_call = pool.submit(fit_final, {}, untuned) if untuned else None  # does not wait for the search
        results = [pool.get_result(call) for call in fold_calls]
        searches = _search(context, folds, results) if grids else {}
        final = pool.get_result(untuned_call) if untuned_call else FinalFit([], {}, {}, {}, {})
        if searches:
            best_params = {classifier: item.best_params for classifier, item in searches.items()}
            final = _merge(context, final, pool.get_result(pool.submit(fit_final, best_params, list(searches))))
    result = _combine(context, folds, results, searches, final)
    return result if context.blend is None else add_blend(context, result)


def _combine(
    context: StrategyContext,
    folds: list[Fold],
    results: list[FoldResult],
    searches: dict[str, SearchResult],
    final: FinalFit,
) -> StrategyResult:
    """Return the results of the folds, of the search and of the final fit as one, without the blend."""
    n_failed_fits = {
        classifier: final.used_fallback[classifier] + sum(result.used_fallback[classifier] for result in results)
        for classifier in context.classifiers
    }
    return StrategyResult(
        plan=context.plan({}),
        folds=folds,
        oof={name: np.concatenate([result.scores[name] for result in results]) for name in context.classifiers},
        fold_traces=[result.trace for result in results],
        curves=[result.curves for result in results],
        flow=[*context.table.flow, *final.flow],
        weights=final.weights,
        models=final.models,
        calibration_specs=final.calibration_specs,
        n_failed_fits={classifier: count for classifier, count in n_failed_fits.items() if count},
        tuning={
            classifier: TuningResult(item, [result.best_params[classifier] for result in results])
            for classifier, item in searches.items()
        },
        blend_weights={},
    )


def _search(context: StrategyContext, folds: list[Fold], results: list[FoldResult]) -> dict[str, SearchResult]:
    """Search on the whole train set, with the grid scores of the folds where every fold has them.

    With halving the candidates of each fold depend on the fold before it, so the folds run one after the other.
    """
    scores = [result.grid_scores for result in results if result.grid_scores is not None]
    return search_from_scores(context, scores) if len(scores) == len(folds) else search(context, folds, full=True)


def _fit_fold(context: StrategyContext, index: int, fold: Fold) -> FoldResult:
    """Tune, fit and score every classifier on one fold, the one with this index."""
    grids = list_grids(context)
    context.begin(f"{'tuning' if grids else 'resampling'}, fold {index + 1}")
    data, best_params = FoldData(context, fold), search_nested(context, fold.training)
    halving = context.params.tuning.search.how == "halving"
    grid_scores = score_fold(context, data, grids, full=True) if grids and not halving else None
    scores, curves, used_fallback = {}, {}, {}
    untuned = data.resample({})
    for sampler_params, classifiers in _group_by_sampler(context, best_params, list(context.classifiers)):
        prepared = data.resample(sampler_params) if sampler_params else untuned
        X_validation = data.transform_validation(prepared)
        for classifier in classifiers:
            eval_set = (X_validation, data.y_validation)
            context.begin(f"{classifier}, fold {index + 1}")
            fitted = context.fit(classifier, best_params.get(classifier, DEFAULT_PARAMS), prepared, eval_set)
            scores[classifier] = fitted.scores(X_validation)
            used_fallback[classifier] = fitted.used_fallback
            context.finish(f"{classifier}, fold {index + 1}")
            if fitted.curve:
                curves[classifier] = list(fitted.curve)
    trace = FoldTrace(
        fold=index,
        train=_count_classes(context.y[fold.training]),
        resampled=_count_classes(untuned.y),
        validation=_count_classes(data.y_validation),
        added=untuned.added,
        removed=untuned.removed,
    )
    return FoldResult(scores, best_params, grid_scores, trace, _in_params_order(context, curves), used_fallback)


def fit_final(context: StrategyContext, best_params: BestParams, classifiers: Sequence[str]) -> FinalFit:
    """Fit `classifiers` on the whole train set with their best params."""
    y, params = context.y, context.params
    data = FoldData(context, Fold(np.arange(len(y)), np.arange(0)))
    models, weights, calibration_specs, used_fallback = {}, {}, {}, {}
    untuned = data.resample({})
    for sampler_params, group in _group_by_sampler(context, best_params, classifiers):
        prepared = data.resample(sampler_params) if sampler_params else untuned
        for classifier in group:
            context.begin(f"{classifier}, train set")
            fitted = context.fit(classifier, best_params.get(classifier, DEFAULT_PARAMS), prepared)
            models[classifier] = Pipeline([*prepared.steps, ("classifier", fitted.classifier)])
            used_fallback[classifier] = fitted.used_fallback
            context.finish(f"{classifier}, train set")
            weights[classifier] = fitted.weights
            calibration_specs[classifier] = make_calibration_spec(
                params.calibration, context.strategy, classifier,
                prepared.before, count_classes(prepared.y, prepared.sample_weight), context.weights(prepared),
            )  # fmt: skip
    return FinalFit(untuned.flow, models, weights, calibration_specs, used_fallback)


def _merge(context: StrategyContext, first: FinalFit, second: FinalFit) -> FinalFit:
    return FinalFit(
        flow=first.flow or second.flow,
        models=_in_params_order(context, {**first.models, **second.models}),
        weights=_in_params_order(context, {**first.weights, **second.weights}),
        calibration_specs=_in_params_order(context, {**first.calibration_specs, **second.calibration_specs}),
        used_fallback={**first.used_fallback, **second.used_fallback},
    )


def _group_by_sampler(
    context: StrategyContext, best_params: BestParams, classifiers: Sequence[str]
) -> list[tuple[Settings, list[str]]]:
    """Group classifiers by their sampler params, so that one resampling serves each group."""
    groups: dict[str, tuple[Settings, list[str]]] = {}
    for classifier in (name for name in context.classifiers if name in classifiers):
        settings = best_params.get(classifier, DEFAULT_PARAMS).sampler
        groups.setdefault(repr(settings), (settings, []))[1].append(classifier)
    return list(groups.values())


def _in_params_order(context: StrategyContext, by_classifier: dict[str, T]) -> dict[str, T]:
    return {classifier: by_classifier[classifier] for classifier in context.classifiers if classifier in by_classifier}


def _count_classes(y: Ints) -> ClassCounts:
    negative, positive = map(int, np.bincount(y, minlength=2))
    return ClassCounts(rows=len(y), negative=negative, positive=positive)
