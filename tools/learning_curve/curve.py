"""The learning curve: a candidate trained on parts of each training fold, and scored on the same validation rows."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from stages.evaluate.uncertainty.cv_differences import compute_ratio, corrected_interval
from stages.shared.classifiers import BLEND
from stages.shared.errors import InputError, NotApplicableError
from stages.shared.metrics.registry import Metric
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.parquet import Table
from stages.train.folds.splitter import Fold, assign_folds
from stages.train.params import TrainParams
from stages.train.strategy.cross_validation import Workers, fit_strategy


@dataclass(frozen=True)
class Point:
    """A share of the training rows, and the metric of each fold."""

    share: float
    rows: int  # the mean over the folds, as are the positives
    positives: int
    values: list[float]

    @property
    def summary(self) -> tuple[float, float]:
        """The mean and the standard deviation over the folds."""
        return float(np.mean(self.values)), float(np.std(self.values, ddof=1))


@dataclass(frozen=True)
class Gain:
    """The mean difference between two points, with its interval."""

    difference: float
    low: float
    high: float

    def describe(self, margin: float) -> str:
        """Return whether more rows would help, where a difference of at most `margin` does not matter."""
        if self.low > 0:
            return "More rows would probably help"
        if self.high < 0:
            return "More rows would probably not help"
        if -margin <= self.low and self.high <= margin:
            return f"More rows would hardly matter (within ±{margin:g})"
        return "These folds cannot tell whether more rows would help"


def measure_curve(
    table: Table,
    params: TrainParams,
    candidate: tuple[str, str],
    metric: Metric,
    shares: Sequence[float],
    progress: Callable[[str], None],
    workers: int = 1,
    not_applicable: Collection[str] = (),
) -> list[Point]:
    """Return a point for each of `shares` and one for all rows; `candidate` is a strategy and a classifier.

    The validation rows of a fold are the same at every point, so the points are paired. Each point tunes settings and
    learns the weights of a blend again. `not_applicable` names members of a blend that the run left out. Raises
    InputError when a sampler or a classifier needs more rows.
    """
    strategy, classifier = candidate
    names = params.strategies[strategy].classifiers or params.classifiers
    excluded = not_applicable if classifier == BLEND else [name for name in names if name != classifier]
    folds, points = assign_folds(table, params.cv, params.random_state), []
    for share in sorted({*shares, 1.0}):
        parts = [Fold(draw_rows(table, fold.training, share, params.random_state), fold.validation) for fold in folds]
        try:
            result = fit_strategy(table, strategy, params, progress, Workers(workers), excluded, parts)
        except NotApplicableError as error:
            raise InputError(f"--shares {share:g}: {'; '.join(error.problems)}; give a larger share") from None
        points.append(_make_point(table, share, parts, result.oof[classifier], metric))
    return points


def draw_rows(table: Table, training: Ints, share: float, random_state: int) -> Ints:
    """Return a part of the positions `training`: whole groups, the same share of those with a positive row and without.

    With the same `random_state`, a larger part contains a smaller one.
    """
    groups, inverse = np.unique(table.groups[training], return_inverse=True)
    positive = np.zeros(len(groups), dtype=np.int64)
    np.maximum.at(positive, inverse, table.target[training])
    order = np.random.RandomState(random_state).permutation(len(groups))
    kept = np.zeros(len(groups), dtype=np.bool_)
    for label in (0, 1):
        members = order[positive[order] == label]
        kept[members[: ceil(share * len(members))]] = True
    return np.asarray(training[kept[inverse]])


def compare_points(points: Sequence[Point], params: TrainParams, by_time: bool, confidence: float) -> Gain:
    """Return what the last point gains over the one before (corrected t interval: Nadeau & Bengio 2003)."""
    before, after = points[-2:]
    differences = [new - old for new, old in zip(after.values, before.values, strict=True)]
    low, high = corrected_interval(differences, compute_ratio(params.cv.n_splits, by_time), confidence)
    return Gain(float(np.mean(differences)), low, high)


def _make_point(table: Table, share: float, folds: list[Fold], scores: Floats, metric: Metric) -> Point:
    ends = np.cumsum([len(fold.validation) for fold in folds])
    weights = table.weights
    values = [
        metric.score(table.target[fold.validation], part, None if weights is None else weights[fold.validation])
        for fold, part in zip(folds, np.split(scores, ends[:-1]), strict=True)
    ]
    sizes = [(len(fold.training), table.target[fold.training].sum()) for fold in folds]
    rows, positives = np.mean(sizes, axis=0).round().astype(int).tolist()
    return Point(share, rows, positives, values)
