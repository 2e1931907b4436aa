"""Tuning: which combination of settings is best over folds of the rows that it is given, and of no others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from math import ceil
from typing import Any

import numpy as np

from stages.shared.errors import InputError
from stages.train.combinations import AS_GIVEN, Combination, combinations
from stages.train.folds import Fold, make_folds
from stages.train.measure import LOWER_IS_BETTER, SCORE_METRICS, at_half
from stages.train.params import CvParams
from stages.train.resample import ResamplingError
from stages.train.tuning_params import SearchParams
from stages.train.workbench import FoldRows, Index, Workbench


@dataclass
class Trial:
    """One combination and its metrics, by name, in each fold that it was tried in."""

    combination: Combination
    folds: list[dict[str, float]] = field(default_factory=list)
    impossible: str = ""  # why the sampler could not work with it on some fold

    def mean(self, metric: str) -> float:
        """Over the folds, to six digits: what differs beyond is noise of the arithmetic."""
        return round(float(np.mean([values[metric] for values in self.folds])), 6)


@dataclass(frozen=True)
class Found:
    """The outcome of a search for one classifier."""

    chosen: Combination
    trials: list[Trial]


def search_inside(bench: Workbench, rows: Index) -> dict[str, Combination]:
    """The best combination for each tuned classifier by cross-validation inside `rows`: the inner loop of nesting."""
    if not grids(bench):
        return {}
    cv = CvParams(n_splits=bench.params.tuning.n_splits, n_repeats=1)
    try:
        inner = make_folds(bench.y[rows], bench.table.units[rows], cv, bench.params.random_state, "tuning.n_splits")
    except InputError:  # too few positives to part again
        return dict.fromkeys(grids(bench), AS_GIVEN)
    folds = [Fold(rows[fold.training], rows[fold.validation]) for fold in inner]
    return {classifier: found.chosen for classifier, found in search(bench, folds).items()}


def search(bench: Workbench, folds: Iterable[Fold], full: bool = False) -> dict[str, Found]:
    """The best combination for each tuned classifier over `folds`; `full` measures more than the search needs.

    In each fold rows are preprocessed once, and resampled once for each setting of the sampler, for all classifiers.
    Of combinations with equal means the first of the grid is chosen. A combination for which a fold has too few rows is
    left out. When that leaves none, a `full` search raises InputError; one inside a training fold, whose folds are
    smaller than any on which a model is fitted, leaves the settings as given.
    """
    tuning = bench.params.tuning
    trials = {classifier: [Trial(combination) for combination in every] for classifier, every in grids(bench).items()}
    alive = dict(trials)
    for fold in folds:
        _try_all(bench, FoldRows(bench, fold), alive, full)
        alive = {classifier: _survivors(tried, tuning.metric, tuning.search) for classifier, tried in alive.items()}
    found = {}
    for classifier, tried in trials.items():
        # where halving has kept none but what a later fold cannot take, those that it dropped come back
        left = alive[classifier] or [trial for trial in tried if not trial.impossible]
        if full and not left:
            raise InputError(tried[0].impossible)
        found[classifier] = Found(_chosen(left, tuning.metric), tried)
    return found


def grids(bench: Workbench) -> dict[str, list[Combination]]:
    """What is tried for each classifier that is tuned."""
    params = bench.params
    found = {
        classifier: combinations(bench.strategy, classifier, params.tuning, params.random_state)
        for classifier in bench.classifiers
    }
    return {classifier: every for classifier, every in found.items() if every}


def _try_all(bench: Workbench, rows: FoldRows, trials: dict[str, list[Trial]], full: bool) -> None:
    """Adds the metrics of one fold to every trial; one resampled table is in memory at a time."""

    def sampler(pair: tuple[str, Trial]) -> str:
        return repr(pair[1].combination.sampler)

    pairs = [(classifier, trial) for classifier, tried in trials.items() for trial in tried]
    for _, group in groupby(sorted(pairs, key=sampler), key=sampler):
        together = list(group)
        try:
            prepared = rows.prepared(together[0][1].combination.sampler)
        except ResamplingError as error:
            for _, trial in together:
                trial.impossible = str(error)
            continue
        X = rows.validation(prepared)
        for classifier, trial in together:
            scores = bench.fit(classifier, trial.combination, prepared).classifier.predict_proba(X)[:, 1]
            trial.folds.append(_measured(rows.y_validation, scores, bench.params.tuning.metric, full))


def _measured(y: Any, scores: Any, metric: str, full: bool) -> dict[str, float]:
    names = list(SCORE_METRICS) if full else [metric]
    values = {name: float(SCORE_METRICS[name](y, scores)) for name in names}
    return {**values, **at_half(y, scores)} if full else values


def _survivors(trials: list[Trial], metric: str, how: SearchParams) -> list[Trial]:
    """Those that go on to the next fold: what is possible, with halving the best `1 / factor` of it, in grid order."""
    possible = [trial for trial in trials if not trial.impossible]
    if how.factor is None:
        return possible
    best = _best_first(possible, metric)[: ceil(len(possible) / how.factor)]
    return [trial for trial in possible if trial in best]


def _chosen(alive: list[Trial], metric: str) -> Combination:
    return _best_first(alive, metric)[0].combination if alive else AS_GIVEN


def _best_first(trials: list[Trial], metric: str) -> list[Trial]:
    sign = 1 if metric in LOWER_IS_BETTER else -1
    return sorted(trials, key=lambda trial: sign * trial.mean(metric))  # stable: equals keep the order of the grid
