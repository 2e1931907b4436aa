"""Scores of one classifier with many combinations of settings on one fold, from as few fits as possible.

Combinations that differ only in C share one path of logistic regressions. Those that differ only in n_estimators share
the largest XGBoost model. All others are fitted one by one.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from stages.shared.classifiers import CLASSIFIERS
from stages.shared.storage.arrow import Floats
from stages.train.classifiers.logistic.estimator import is_converged
from stages.train.classifiers.logistic.path import WeightedRows, fit_paths
from stages.train.classifiers.xgboost import can_truncate, truncated_scores
from stages.train.folds.fold_data import FoldData
from stages.train.folds.resampling import Prepared
from stages.train.strategy.context import StrategyContext
from stages.train.tuning.grid import CandidateParams

Key = TypeVar("Key")


class GridPoint(NamedTuple):
    """A candidate and the data of the fold on which it is fitted and scored."""

    candidate: CandidateParams
    prepared: Prepared  # training rows
    X: Floats  # the validation rows, preprocessed for a classifier fitted on `prepared`


ScorePoints = Callable[[StrategyContext, FoldData, str, Sequence[GridPoint]], list[Floats]]


def score_grid(context: StrategyContext, data: FoldData, classifier: str, points: Sequence[GridPoint]) -> list[Floats]:
    """Return the scores of the validation rows for every grid point, in the order of `points`.

    Points that differ only in the classifier's shared setting go to its `score_grid` function together.

    Raises InputError with the params key when the classifier cannot work with its settings.
    """
    spec = CLASSIFIERS[classifier]
    score: ScorePoints = spec.load(spec.score_grid)

    def other_settings(point: GridPoint) -> str:
        return repr(
            sorted((key, value) for key, value in point.candidate.classifier.items() if key != spec.shared_setting)
        )

    return _score_groups(points, map(other_settings, points), partial(score, context, data, classifier))


def score_one_by_one(
    context: StrategyContext, data: FoldData, classifier: str, points: Sequence[GridPoint]
) -> list[Floats]:
    """Fit and score every point by itself."""
    return [context.fit(classifier, candidate, prepared).scores(X) for candidate, prepared, X in points]


def score_path(context: StrategyContext, data: FoldData, classifier: str, points: Sequence[GridPoint]) -> list[Floats]:
    """Fit one path over C for each resampled table, all tables with the same C values together."""
    settings = context.settings(classifier, points[0].candidate)
    if not is_converged(settings):
        return score_one_by_one(context, data, classifier, points)
    common = {key: settings[key] for key in ("fit_intercept", "max_iter") if key in settings}
    scores: dict[int, Floats] = {}
    tables = _group_by_key(id(point.prepared) for point in points)
    penalties = [
        tuple(context.settings(classifier, points[i].candidate).get("C", 1.0) for i in table) for table in tables
    ]
    for same_penalties in _group_by_key(penalties):
        C = penalties[same_penalties[0]]
        groups = [tables[index] for index in same_penalties]
        prepared = [points[group[0]].prepared for group in groups]
        key = repr((common, C))
        training = [WeightedRows(rows.X, rows.y, context.weights(rows), rows.sample_weight) for rows in prepared]
        paths = fit_paths(training, C, data.starts.get(key), **common)
        data.starts[key] = paths[-1]  # the next path starts at this optimum
        for group, path in zip(groups, paths, strict=True):
            scores.update(zip(group, path.scores(points[group[0]].X), strict=True))
    return [scores[index] for index in range(len(points))]


def score_truncated(
    context: StrategyContext, data: FoldData, classifier: str, points: Sequence[GridPoint]
) -> list[Floats]:
    """Fit the largest XGBoost model on each resampled table; its first trees are the smaller models."""

    def score_table(group: Sequence[GridPoint]) -> list[Floats]:
        settings = [context.settings(classifier, point.candidate) for point in group]
        if len(group) == 1 or not all(map(can_truncate, settings)):
            return score_one_by_one(context, data, classifier, group)
        sizes = [int(values["n_estimators"]) for values in settings]
        candidate, prepared, X = group[sizes.index(max(sizes))]
        fitted = context.fit(classifier, candidate, prepared).classifier
        return [truncated_scores(fitted, size, X) for size in sizes]

    return _score_groups(points, (id(point.prepared) for point in points), score_table)


def _score_groups(
    points: Sequence[GridPoint], keys: Iterable[Key], score: Callable[[Sequence[GridPoint]], list[Floats]]
) -> list[Floats]:
    """Return the scores of every point; `score` gets those with equal keys together."""
    scores: dict[int, Floats] = {}
    for indices in _group_by_key(keys):
        scores.update(zip(indices, score([points[index] for index in indices]), strict=True))
    return [scores[index] for index in range(len(points))]


def _group_by_key(keys: Iterable[Key]) -> list[list[int]]:
    """Return the indices of equal keys, in order of first appearance."""
    indices: dict[Key, list[int]] = {}
    for index, key in enumerate(keys):
        indices.setdefault(key, []).append(index)
    return list(indices.values())
