"""The search for the best params of each tuned classifier, by cross-validation on the rows it is given.

`search_nested` runs inside a training fold, and `search` on the train set. `score_fold` scores the whole grid on one
fold with as few fits as possible.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import numpy as np

from stages.shared.classifiers import Settings
from stages.shared.errors import InputError, NotApplicableError
from stages.shared.metrics.registry import METRICS, list_selectable
from stages.shared.storage.arrow import Ints
from stages.train.folds.fold_data import FoldData
from stages.train.folds.resampling import Prepared, ResamplingError
from stages.train.folds.splitter import Fold, assign_folds
from stages.train.params import CvParams
from stages.train.params.tuning import SearchParams
from stages.train.strategy.context import StrategyContext
from stages.train.tuning.grid import DEFAULT_PARAMS, CandidateParams, list_candidates
from stages.train.tuning.scoring import score_decisions_at_half
from stages.train.tuning.shared_fits import GridPoint, score_grid


@dataclass
class Trial:
    """A candidate and its metrics, by name, on each fold that scored it."""

    candidate: CandidateParams
    folds: list[dict[str, float]] = field(default_factory=list)
    error: str = ""  # why the sampler could not work with it on some fold

    def mean(self, metric: str) -> float:
        """Return the mean over the folds to six digits: further digits are rounding noise."""
        return round(float(np.mean([values[metric] for values in self.folds])), 6)


#: by classifier, for each of its candidates on one fold: the metrics, or the error of the sampler
GridScores = dict[str, list[dict[str, float] | str]]

#: by classifier: the candidates to score
Grids = dict[str, list[CandidateParams]]

#: classifiers with the index of a candidate
Positions = list[tuple[str, int]]

#: bytes of resampled tables that are kept to be fitted together; more would not fit into a core's cache
MAX_PENDING_BYTES = 4 << 20


@dataclass(frozen=True)
class SearchResult:
    """The result of a search for one classifier."""

    best_params: CandidateParams
    trials: list[Trial]


def search_nested(context: StrategyContext, indices: Ints) -> dict[str, CandidateParams]:
    """Return the best params of each tuned classifier by cross-validation inside the rows `indices`."""
    if not list_grids(context):
        return {}
    params = context.params
    cv = CvParams(n_splits=params.tuning.n_splits, n_repeats=1)
    try:
        folds = assign_folds(context.table, cv, params.random_state, "tuning.n_splits", indices)
    except InputError:  # too few positives for another split
        return dict.fromkeys(list_grids(context), DEFAULT_PARAMS)
    return {classifier: result.best_params for classifier, result in search(context, folds).items()}


def search(context: StrategyContext, folds: Iterable[Fold], full: bool = False) -> dict[str, SearchResult]:
    """Return the best params of each tuned classifier over `folds`; with `full`, compute every metric of each trial.

    Of candidates with equal means it is the first of the grid. A candidate is dropped when a fold has too few rows for
    its sampler. When none is left, a `full` search raises NotApplicableError. A search inside a training fold, where
    folds are smaller than those of any model, returns the params of params.yaml.
    """
    trials = _make_trials(context)
    remaining = dict(trials)
    for fold in folds:
        grids = {classifier: [trial.candidate for trial in subset] for classifier, subset in remaining.items()}
        _record(remaining, score_fold(context, FoldData(context, fold), grids, full))
        remaining = _select_survivors(context, remaining)
    return _select_best(context, trials, remaining, full)


def search_from_scores(context: StrategyContext, folds: Iterable[GridScores]) -> dict[str, SearchResult]:
    """Return the result of a full `search` from the scores of the whole grid on every fold."""
    trials = _make_trials(context)
    for grid_scores in folds:
        _record(trials, grid_scores)
    return _select_best(context, trials, _select_survivors(context, trials), full=True)


def score_fold(context: StrategyContext, data: FoldData, grids: Grids, full: bool = False) -> GridScores:
    """Return for each candidate its metrics on one fold, or the error of its sampler.

    Rows are preprocessed once, and resampled once for each setting of the sampler. The first sampler setting changes
    fastest, so that the optimum on one table is a good start for the next. Small resampled tables are collected and
    fitted together; of large ones, memory holds one at a time.
    """
    scores: GridScores = {classifier: [""] * len(candidates) for classifier, candidates in grids.items()}
    pending: list[tuple[Prepared, Positions]] = []
    for sampler_params, positions in _group_by_sampler(grids):
        try:
            pending.append((data.resample(sampler_params), positions))
        except ResamplingError as error:
            for classifier, index in positions:
                scores[classifier][index] = str(error)
        if sum(prepared.X.nbytes for prepared, _ in pending) >= MAX_PENDING_BYTES:
            _score_pending(context, data, grids, pending, full, scores)
            pending.clear()
    _score_pending(context, data, grids, pending, full, scores)
    return scores


def _group_by_sampler(grids: Grids) -> list[tuple[Settings, Positions]]:
    """Return the sampler params of the grids, each with the candidates that use them."""
    groups: dict[str, tuple[Settings, Positions]] = {}
    for classifier, candidates in grids.items():
        for index, candidate in enumerate(candidates):
            key = repr(list(reversed(candidate.sampler.items())))
            groups.setdefault(key, (candidate.sampler, []))[1].append((classifier, index))
    return [groups[key] for key in sorted(groups)]


def _score_pending(
    context: StrategyContext,
    data: FoldData,
    grids: Grids,
    pending: list[tuple[Prepared, Positions]],
    full: bool,
    scores: GridScores,
) -> None:
    """Fit and score the candidates of the `pending` tables; write their metrics into `scores`."""
    points: dict[str, dict[int, GridPoint]] = {}
    for prepared, positions in pending:
        X = data.transform_validation(prepared)
        for classifier, index in positions:
            points.setdefault(classifier, {})[index] = GridPoint(grids[classifier][index], prepared, X)
    for classifier, by_index in points.items():
        predictions = score_grid(context, data, classifier, list(by_index.values()))
        for index, predicted in zip(by_index, predictions, strict=True):
            scores[classifier][index] = _compute_metrics(
                data.y_validation, predicted, data.weight_validation, context.params.tuning.metric, full
            )


def list_grids(context: StrategyContext) -> Grids:
    """Return the candidates of each tuned classifier."""
    params = context.params
    grids = {
        classifier: list_candidates(context.strategy, classifier, params.tuning, params.random_state)
        for classifier in context.classifiers
    }
    return {classifier: candidates for classifier, candidates in grids.items() if candidates}


def _make_trials(context: StrategyContext) -> dict[str, list[Trial]]:
    return {classifier: list(map(Trial, candidates)) for classifier, candidates in list_grids(context).items()}


def _record(trials: dict[str, list[Trial]], grid_scores: GridScores) -> None:
    for classifier, results in grid_scores.items():
        for trial, result in zip(trials[classifier], results, strict=True):
            if isinstance(result, str):
                trial.error = result
            else:
                trial.folds.append(result)


def _select_survivors(context: StrategyContext, remaining: dict[str, list[Trial]]) -> dict[str, list[Trial]]:
    tuning = context.params.tuning
    return {classifier: _keep_best(trials, tuning.metric, tuning.search) for classifier, trials in remaining.items()}


def _select_best(
    context: StrategyContext, trials: dict[str, list[Trial]], remaining: dict[str, list[Trial]], full: bool
) -> dict[str, SearchResult]:
    results = {}
    for classifier, all_trials in trials.items():
        # if halving kept only candidates that a later fold could not resample, the dropped ones come back
        possible = remaining[classifier] or [trial for trial in all_trials if not trial.error]
        if full and not possible:
            raise NotApplicableError(all_trials[0].error, classifier)
        best = _sort_best_first(possible, context.params.tuning.metric)[0].candidate if possible else DEFAULT_PARAMS
        results[classifier] = SearchResult(best, all_trials)
    return results


def _compute_metrics(y: Any, scores: Any, weights: Any, metric: str, full: bool) -> dict[str, float]:
    names = list_selectable() if full else [metric]
    values = {name: METRICS[name].score(y, scores, weights) for name in names}
    return {**values, **score_decisions_at_half(y, scores, weights)} if full else values


def _keep_best(trials: list[Trial], metric: str, search_params: SearchParams) -> list[Trial]:
    """Return the candidates for the next fold, in grid order: all without an error, with halving the best of them."""
    possible = [trial for trial in trials if not trial.error]
    if search_params.factor is None:
        return possible
    best = _sort_best_first(possible, metric)[: ceil(len(possible) / search_params.factor)]
    return [trial for trial in possible if trial in best]


def _sort_best_first(trials: list[Trial], metric: str) -> list[Trial]:
    # stable: ties keep the order of the grid
    return sorted(trials, key=lambda trial: -METRICS[metric].sign * trial.mean(metric))
