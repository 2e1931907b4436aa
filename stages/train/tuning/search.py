"""Tuning: which combination of settings is best over folds of the rows that it is given, and of no others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import numpy as np

from stages.shared.errors import InputError
from stages.shared.metrics.registry import METRICS, selectable
from stages.train.folds.resampling import Prepared, ResamplingError
from stages.train.folds.splitter import Fold, make_folds
from stages.train.params import CvParams
from stages.train.params.allowed_settings import Settings
from stages.train.params.tuning import SearchParams
from stages.train.strategy import FoldRows, Index, Workbench
from stages.train.tuning.grid import AS_GIVEN, Combination, combinations
from stages.train.tuning.scoring import score_decisions_at_half
from stages.train.tuning.shared_fits import Try, scores_of_each


@dataclass
class Trial:
    """One combination and its metrics, by name, in each fold that it was tried in."""

    combination: Combination
    folds: list[dict[str, float]] = field(default_factory=list)
    impossible: str = ""  # why the sampler could not work with it on some fold

    def mean(self, metric: str) -> float:
        """Over the folds, to six digits: what differs beyond is noise of the arithmetic."""
        return round(float(np.mean([values[metric] for values in self.folds])), 6)


#: by classifier, for each combination that was tried in a fold: its metrics, or why it was impossible
Measured = dict[str, list[dict[str, float] | str]]

#: classifiers, and which of their combinations
Places = list[tuple[str, int]]

#: bytes of resampled tables that wait to be learned from side by side; more would not stay in a core's cache
WAITING = 4 << 20


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

    Of combinations with equal means the first of the grid is chosen. A combination for which a fold has too few rows is
    left out. When that leaves none, a `full` search raises InputError; one inside a training fold, whose folds are
    smaller than any on which a model is fitted, leaves the settings as given.
    """
    trials = _trials(bench)
    alive = dict(trials)
    for fold in folds:
        tried = {classifier: [trial.combination for trial in some] for classifier, some in alive.items()}
        _note(alive, measure_fold(bench, FoldRows(bench, fold), tried, full))
        alive = _go_on(bench, alive)
    return _found(bench, trials, alive, full)


def found_in(bench: Workbench, folds: Iterable[Measured]) -> dict[str, Found]:
    """As a full `search`, from what `measure_fold` gave for the whole grid in every fold."""
    trials = _trials(bench)
    for fold in folds:
        _note(trials, fold)
    return _found(bench, trials, _go_on(bench, trials), full=True)


def measure_grid(bench: Workbench, fold: Fold) -> Measured:
    """The whole grid in one fold, with no more than the search needs."""
    return measure_fold(bench, FoldRows(bench, fold), grids(bench))


def measure_fold(bench: Workbench, rows: FoldRows, tried: dict[str, list[Combination]], full: bool = False) -> Measured:
    """For each combination in one fold its metrics by name, or why the sampler could not work with it.

    Rows are preprocessed once, and resampled once for each setting of the sampler. The sampler's first setting changes
    fastest, so that what is learned from one table is a start for the next. Small tables wait for each other, to be
    learned from side by side; of large ones a single one is in memory at a time.
    """
    found: Measured = {classifier: [""] * len(some) for classifier, some in tried.items()}
    waiting: list[tuple[Prepared, Places]] = []
    for sampler, places in _by_sampler(tried):
        try:
            waiting.append((rows.prepared(sampler), places))
        except ResamplingError as error:
            for classifier, place in places:
                found[classifier][place] = str(error)
        if sum(prepared.X.nbytes for prepared, _ in waiting) >= WAITING:
            _measure(bench, rows, tried, waiting, full, found)
            waiting.clear()
    _measure(bench, rows, tried, waiting, full, found)
    return found


def _by_sampler(tried: dict[str, list[Combination]]) -> list[tuple[Settings, Places]]:
    """The settings of the sampler, and where they are tried."""
    alike: dict[str, tuple[Settings, Places]] = {}
    for classifier, some in tried.items():
        for place, combination in enumerate(some):
            label = repr(list(reversed(combination.sampler.items())))
            alike.setdefault(label, (combination.sampler, []))[1].append((classifier, place))
    return [alike[label] for label in sorted(alike)]


def _measure(
    bench: Workbench,
    rows: FoldRows,
    tried: dict[str, list[Combination]],
    waiting: list[tuple[Prepared, Places]],
    full: bool,
    found: Measured,
) -> None:
    """Fills in what is `found` on the tables that are `waiting`."""
    tries: dict[str, dict[int, Try]] = {}
    for prepared, places in waiting:
        X = rows.validation(prepared)
        for classifier, place in places:
            tries.setdefault(classifier, {})[place] = Try(tried[classifier][place], prepared, X)
    for classifier, some in tries.items():
        scores = scores_of_each(bench, rows, classifier, list(some.values()))
        for place, each in zip(some, scores, strict=True):
            found[classifier][place] = _measured(rows.y_validation, each, bench.params.tuning.metric, full)


def grids(bench: Workbench) -> dict[str, list[Combination]]:
    """What is tried for each classifier that is tuned."""
    params = bench.params
    found = {
        classifier: combinations(bench.strategy, classifier, params.tuning, params.random_state)
        for classifier in bench.classifiers
    }
    return {classifier: every for classifier, every in found.items() if every}


def _trials(bench: Workbench) -> dict[str, list[Trial]]:
    return {classifier: [Trial(combination) for combination in every] for classifier, every in grids(bench).items()}


def _note(trials: dict[str, list[Trial]], measured: Measured) -> None:
    for classifier, results in measured.items():
        for trial, result in zip(trials[classifier], results, strict=True):
            if isinstance(result, str):
                trial.impossible = result
            else:
                trial.folds.append(result)


def _go_on(bench: Workbench, alive: dict[str, list[Trial]]) -> dict[str, list[Trial]]:
    tuning = bench.params.tuning
    return {classifier: _survivors(some, tuning.metric, tuning.search) for classifier, some in alive.items()}


def _found(
    bench: Workbench, trials: dict[str, list[Trial]], alive: dict[str, list[Trial]], full: bool
) -> dict[str, Found]:
    found = {}
    for classifier, tried in trials.items():
        # where halving has kept none but what a later fold cannot take, those that it dropped come back
        left = alive[classifier] or [trial for trial in tried if not trial.impossible]
        if full and not left:
            raise InputError(tried[0].impossible)
        found[classifier] = Found(_chosen(left, bench.params.tuning.metric), tried)
    return found


def _measured(y: Any, scores: Any, metric: str, full: bool) -> dict[str, float]:
    names = selectable() if full else [metric]
    values = {name: METRICS[name].score(y, scores) for name in names}
    return {**values, **score_decisions_at_half(y, scores)} if full else values


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
    return sorted(
        trials, key=lambda trial: -METRICS[metric].sign * trial.mean(metric)
    )  # stable: equals keep the order of the grid
