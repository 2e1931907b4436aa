"""Many settings of one classifier on rows that are the same or much alike: what they share is done once."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np

from stages.train.classifiers.budget import capped
from stages.train.classifiers.logistic.path import Rows, fit_paths, is_converged, path_settings
from stages.train.classifiers.logistic.replay import replayed_scores, replays
from stages.train.classifiers.truncated import PREFIXES, prefix_scores, serves
from stages.train.folds.resampling import Features, Prepared
from stages.train.strategy import FoldRows, Scores, Workbench
from stages.train.tuning.grid import Combination

Key = TypeVar("Key")


class Try(NamedTuple):
    """A combination, and the rows of the fold on which it is tried."""

    combination: Combination
    prepared: Prepared  # training rows
    X: Features  # the validation rows as a classifier fitted on those must see them


#: from the bench, the fold, the classifier and tries that differ, but for the rows, in one setting of it alone to the
#: scores of the validation rows by each
Share = Callable[[Workbench, FoldRows, str, Sequence[Try]], list[Scores]]


def scores_of_each(bench: Workbench, rows: FoldRows, classifier: str, tries: Sequence[Try]) -> list[Scores]:
    """The scores of the validation rows by `classifier` in every try, in their order.

    Raises InputError naming the params key when it cannot work with its settings.
    """
    axis, share = SHARED.get(classifier, ("", _one_by_one))

    def others(combination: Combination) -> str:
        return repr(sorted((key, value) for key, value in combination.classifier.items() if key != axis))

    alike = _alike(others(each.combination) for each in tries)
    return _in_order(alike, [share(bench, rows, classifier, [tries[place] for place in some]) for some in alike])


def _one_by_one(bench: Workbench, rows: FoldRows, classifier: str, tries: Sequence[Try]) -> list[Scores]:
    return [bench.fit(classifier, combination, prepared).scores(X) for combination, prepared, X in tries]


def _one_path(bench: Workbench, rows: FoldRows, classifier: str, tries: Sequence[Try]) -> list[Scores]:
    """One path for all C on each table, and all tables side by side, begun where that of the last one ended."""
    settings = bench.settings(classifier, tries[0].combination)
    places = _alike(id(each.prepared) for each in tries)
    tables = [[tries[place] for place in some] for some in places]
    if not is_converged(settings):
        return _in_order(places, [_replayed(bench, rows, classifier, table) for table in tables])
    penalties = [tuple(bench.settings(classifier, each.combination).get("C", 1.0) for each in some) for some in tables]
    found: list[list[Scores]] = [[]] * len(tables)
    for some in _alike(penalties):  # where every C is tried on every table, all of them
        common, C = path_settings(settings), penalties[some[0]]
        prepared, key = [tables[table][0].prepared for table in some], repr((common, C))
        learned = [Rows(each.X, each.y, bench.weights(each)) for each in prepared]
        paths = fit_paths(learned, C, rows.starts.get(key), **common)
        rows.starts[key] = paths[-1]
        for table, path in zip(some, paths, strict=True):
            found[table] = list(path.scores(tables[table][0].X))
    return _in_order(places, found)


def _replayed(bench: Workbench, rows: FoldRows, classifier: str, tries: Sequence[Try]) -> list[Scores]:
    """As scikit-learn's own solver leaves it, on one table."""
    _, prepared, X = tries[0]
    settings = [bench.settings(classifier, each.combination) for each in tries]
    if not all(map(replays, settings)):
        return _one_by_one(bench, rows, classifier, tries)
    found = replayed_scores(prepared.X, prepared.y, bench.weights(prepared), settings, X)
    return [
        bench.fit(classifier, each.combination, prepared).scores(X) if scores is None else scores
        for each, scores in zip(tries, found, strict=True)
    ]


def _one_ensemble(bench: Workbench, rows: FoldRows, classifier: str, tries: Sequence[Try]) -> list[Scores]:
    """The largest ensemble alone is fitted on a table: its first trees are the smaller ones."""
    tables = _alike(id(each.prepared) for each in tries)
    return _in_order(tables, [_prefixes(bench, rows, classifier, [tries[at] for at in table]) for table in tables])


def _prefixes(bench: Workbench, rows: FoldRows, classifier: str, tries: Sequence[Try]) -> list[Scores]:
    _, prepared, X = tries[0]
    settings = [capped(bench.settings(classifier, each.combination), len(prepared.y)) for each in tries]
    if len(tries) == 1 or not all(serves(classifier, each) for each in settings):
        return _one_by_one(bench, rows, classifier, tries)
    sizes = [each["n_estimators"] for each in settings]
    fitted = bench.fit(classifier, tries[int(np.argmax(sizes))].combination, prepared).classifier
    return [np.asarray(prefix_scores(classifier, fitted, size, X), dtype=np.float64) for size in sizes]


def _alike(keys: Iterable[Key]) -> list[list[int]]:
    """The places of equal keys."""
    places: dict[Key, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return list(places.values())


def _in_order(places: list[list[int]], found: list[list[Scores]]) -> list[Scores]:
    """What was found for groups of places, by place."""
    by_place = dict(zip(chain.from_iterable(places), chain.from_iterable(found), strict=True))
    return [by_place[place] for place in range(len(by_place))]


#: by classifier: the setting of which several values can be served at once, and by what
SHARED: dict[str, tuple[str, Share]] = {
    "logistic_regression": ("C", _one_path),
    **dict.fromkeys(PREFIXES, ("n_estimators", _one_ensemble)),
}
