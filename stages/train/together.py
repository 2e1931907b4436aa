"""Several settings of one classifier on the same rows: what they share is done once."""

from collections.abc import Callable
from typing import Any

import numpy as np

from stages.train.combinations import Combination
from stages.train.logistic import fit_path, is_converged, path_settings
from stages.train.prefixes import PREFIXES, prefix_scores, serves
from stages.train.resample import Features, Prepared
from stages.train.workbench import FoldRows, Scores, Workbench

#: from the bench, the fold, the classifier, combinations that differ in one setting alone, the training rows and the
#: validation rows to the scores of the latter by each combination
Share = Callable[[Workbench, FoldRows, str, list[Combination], Prepared, Features], list[Scores]]


def scores_of_each(
    bench: Workbench, rows: FoldRows, classifier: str, tried: list[Combination], prepared: Prepared, X: Features
) -> list[Scores]:
    """The scores of the rows X, shape (rows, columns), by `classifier` with every combination, in their order.

    Raises InputError naming the params key when it cannot work with its settings.
    """
    axis, share = SHARED.get(classifier, ("", _one_by_one))
    alike: dict[str, list[int]] = {}
    for place, combination in enumerate(tried):
        settings = bench.settings(classifier, combination)
        alike.setdefault(repr({key: settings[key] for key in sorted(settings) if key != axis}), []).append(place)
    found: dict[int, Scores] = {}
    for places in alike.values():
        some = share(bench, rows, classifier, [tried[place] for place in places], prepared, X)
        found.update(zip(places, some, strict=True))
    return [found[place] for place in range(len(tried))]


def _one_by_one(
    bench: Workbench, rows: FoldRows, classifier: str, tried: list[Combination], prepared: Prepared, X: Features
) -> list[Scores]:
    return [bench.fit(classifier, combination, prepared).scores(X) for combination in tried]


def _one_path(
    bench: Workbench, rows: FoldRows, classifier: str, tried: list[Combination], prepared: Prepared, X: Features
) -> list[Scores]:
    """One path for all C, begun where that of the sampler's last settings ended."""
    settings = [bench.settings(classifier, combination) for combination in tried]
    if not is_converged(settings[0]):
        return _one_by_one(bench, rows, classifier, tried, prepared, X)
    C, common, key = [each.get("C", 1.0) for each in settings], path_settings(settings[0]), repr(settings)
    path = fit_path(prepared.X, prepared.y, bench.weights(prepared), C, start=rows.starts.get(key), **common)
    rows.starts[key] = path
    return list(path.scores(X))


def _one_ensemble(
    bench: Workbench, rows: FoldRows, classifier: str, tried: list[Combination], prepared: Prepared, X: Features
) -> list[Scores]:
    """The largest ensemble alone is fitted: its first trees are the smaller ones."""
    sizes: list[Any] = [bench.settings(classifier, combination).get("n_estimators") for combination in tried]
    if len(tried) == 1 or not all(serves(classifier, bench.settings(classifier, each)) for each in tried):
        return _one_by_one(bench, rows, classifier, tried, prepared, X)
    largest = max(range(len(tried)), key=lambda place: sizes[place])
    fitted = bench.fit(classifier, tried[largest], prepared).classifier
    within = [min(size, fitted.n_estimators) for size in sizes]  # max_rows may have allowed fewer
    return [np.asarray(prefix_scores(classifier, fitted, size, X), dtype=np.float64) for size in within]


#: by classifier: the setting of which several values can be served at once, and by what
SHARED: dict[str, tuple[str, Share]] = {
    "logistic_regression": ("C", _one_path),
    **dict.fromkeys(PREFIXES, ("n_estimators", _one_ensemble)),
}
