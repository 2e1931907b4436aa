"""The rows on which treatments are compared: each fold of train by its out-of-fold scores, and the test set.

`tools.rotate` compares them on several test sets.

Scores of models of different folds are not comparable, so a metric is computed inside each of these sets. Its value is
the mean over the sets, weighted by their positives.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from stages.evaluate.uncertainty.bootstrap import CELLS, bootstrap_weights
from stages.evaluate.uncertainty.jackknife import (
    decisions_without,
    find_cells,
    influence_of_rows,
    mean_without,
    metric_without,
)
from stages.shared.errors import InputError
from stages.shared.metrics.confusion import Counts
from stages.shared.metrics.ranking import Ranking
from stages.shared.metrics.registry import METRICS, Metric, list_family
from stages.shared.storage.arrow import Floats, Ints, to_floats, to_ints

#: more groups than this are merged, which bounds the memory and hardly changes the error
MAX_GROUPS = 20_000

#: the fewest and the most resamples for a metric that needs them, and how many rows those between may have together
MIN_RESAMPLES, MAX_RESAMPLES, RESAMPLED_ROWS = 200, 1000, 200_000_000


@dataclass(frozen=True)
class RankingValue:
    """A metric of one candidate, and the influence of every group on it.

    A row that belongs to no group is a group of its own. A metric that is resampled has an influence for each resample
    instead. In either case the squared influences sum to the variance of `value`.
    """

    value: float
    influence: Floats  # shape (groups,) or (resamples,)


@dataclass(frozen=True)
class RowSets:
    """Rows of several sets. Arrays have shape (rows,); `repeats` is how often cross-validation scored a train row."""

    y: Ints
    row_set: Ints  # the set of each row, from 0; the test set is the last one
    groups: Ints  # the group of each row, from 0; single rows have one of their own
    repeats: int = 1
    weights: Floats | None = None  # how much each row counts, with the mean 1 in train and in test

    @classmethod
    def make(cls, y: Ints, groups: Ints, oof: pa.Table | None, weights: Floats | None = None) -> "RowSets":
        """Return the folds of `oof`, which is oof.parquet, and the test set; without `oof`, the test set alone.

        `y`, `groups` and `weights` are those of the test rows, shape (rows,).
        """
        if oof is None:
            return cls(y, np.zeros(len(y), dtype=np.int64), encode_groups(groups), weights=weights)
        rows, train_y, fold, group = (to_ints(oof[name].combine_chunks()) for name in ("row", "y", "fold", "group"))
        if "weight" in oof.column_names:  # of train alone with split.negatives
            test_weights = np.ones(len(y)) if weights is None else weights
            weights = np.concatenate([to_floats(oof["weight"].combine_chunks()), test_weights])
        return cls(
            np.concatenate([train_y, y]),
            np.concatenate([fold, np.full(len(y), fold.max() + 1)]),
            encode_groups(np.concatenate([group, groups])),
            repeats=int((rows == rows[0]).sum()),
            weights=weights,
        )

    def check(self, path: Path, oof: pa.Table) -> None:
        """Raise InputError when `oof`, read from `path`, has other rows or folds than these sets."""
        n_train = len(self.y) - self.n_test
        if not n_train:
            return
        y, fold = (oof[name].to_numpy() for name in ("y", "fold"))
        if not (np.array_equal(y, self.y[:n_train]) and np.array_equal(fold, self.row_set[:n_train])):
            raise InputError(
                f"{path}: has other rows or folds than the first strategy; run `dvc repro` to train it again"
            )

    @property
    def n_test(self) -> int:
        """The number of test rows, which come last."""
        return int((self.row_set == self.row_set.max()).sum())

    @property
    def n_rows(self) -> int:
        """The number of rows, each counted once."""
        return (len(self.y) - self.n_test) // self.repeats + self.n_test

    @property
    def n_positives(self) -> int:
        """The number of positive rows, each counted once."""
        n_train = len(self.y) - self.n_test
        return int(self.y[n_train:].sum() + self.y[:n_train].sum() // self.repeats)

    def measure(self, oof: Floats, test: Floats) -> dict[str, RankingValue]:
        """Return every ranking metric of a candidate from its out-of-fold scores and its scores of the test set.

        The influences are those of the delete-one jackknife within each set and class (Arvesen 1969).
        """
        return {name: self.measure_one(name, oof, test) for name in list_family("ranking")}

    def measure_one(self, metric: str, oof: Floats, test: Floats) -> RankingValue:
        """Return one metric of ranking, of probabilities, or of decisions: 1 where a row is predicted positive."""
        scores = test if len(self.y) == len(test) else np.concatenate([oof, test])
        spec = METRICS[metric].for_other_sets(len(test))
        return self._resample(spec, scores) if spec.resampled else self._jackknife(spec, scores)

    def _jackknife(self, spec: Metric, scores: Floats) -> RankingValue:
        value, influence = 0.0, np.zeros(int(self.groups.max()) + 1)
        for rows, weight in self._list_sets():
            y, inside = self.y[rows], scores[rows]
            weights = None if self.weights is None else self.weights[rows]
            of_set, without = _measure_set(spec, y, inside, weights)
            value += weight * of_set
            changes = weight * influence_of_rows(without, y == 1)
            influence += np.bincount(self.groups[rows], weights=changes, minlength=len(influence))
        return RankingValue(value, influence)

    def _resample(self, spec: Metric, scores: Floats) -> RankingValue:
        """Return the metric with the differences of its value on each resample from their mean.

        The jackknife is wrong for a quantile and other metrics that are no smooth functions of row weights (Efron
        1979). All candidates have the same resamples, so differences are paired.
        """
        value, replicates = 0.0, np.zeros(self._resamples.shape[0])
        for rows, weight in self._list_sets():
            ranking, function = Ranking(self.y[rows], scores[rows]), spec.load()
            given = np.ones(len(rows)) if self.weights is None else self.weights[rows]
            value += weight * float(function(ranking.weight(given[None]))[0])
            for start in range(0, len(replicates), step := max(1, CELLS // len(rows))):
                samples = self._resamples[start : start + step, self.groups[rows]] * given
                replicates[start : start + step] += weight * function(ranking.weight(samples))
        # each set and class is resampled by itself; a sample of n from n rows varies by (n − 1) / n too little
        smallest = float(np.mean([min(self.y[rows].sum(), (1 - self.y[rows]).sum()) for rows, _ in self._list_sets()]))
        inflation = np.sqrt(smallest / max(smallest - 1, 1))
        return RankingValue(value, inflation * (replicates - replicates.mean()) / np.sqrt(len(replicates) - 1))

    @cached_property
    def _resamples(self) -> npt.NDArray[np.int16]:
        """How often each resample has each group, shape (resamples, groups).

        The groups of each set are drawn by themselves: those with a positive row, and the others.
        """
        n_groups = int(self.groups.max()) + 1
        count = int(np.clip(RESAMPLED_ROWS // len(self.y), MIN_RESAMPLES, MAX_RESAMPLES))
        positive = (np.bincount(self.groups, weights=self.y) > 0).astype(np.int64)
        first = np.full(n_groups, int(self.row_set.max()))
        np.minimum.at(first, self.groups, self.row_set)
        samples = np.empty((count, n_groups), dtype=np.int16)
        for index in np.unique(first):
            inside = np.flatnonzero(first == index)
            chunks = bootstrap_weights(positive[inside], count, random_state=int(index))
            samples[:, inside] = np.concatenate(list(chunks))
        return samples

    def _list_sets(self) -> list[tuple[Ints, float]]:
        """Return the rows and the weight of each set that has both classes; a ranking needs both."""
        test_index = int(self.row_set.max())
        positives, counted = {}, self.y if self.weights is None else self.y * self.weights
        for index in range(test_index + 1):
            rows = np.flatnonzero(self.row_set == index)
            if 0 < self.y[rows].sum() < len(rows):
                positives[index] = rows, float(counted[rows].sum()) / (self.repeats if index < test_index else 1)
        total = sum(count for _, count in positives.values())
        return [(rows, count / total) for rows, count in positives.values()]


def _measure_set(spec: Metric, y: Ints, scores: Floats, weights: Floats | None) -> tuple[float, Floats]:
    """Return a metric of one set, and its value without each row, shape (rows,)."""
    positive, function = y == 1, spec.load()
    if spec.family == "decisions":
        cells = find_cells(positive, scores == 1)
        total = Counts(*(cells.sum(axis=0) if weights is None else weights @ cells))
        return float(function(total)), decisions_without(function, cells, positive, weights)
    if spec.family == "ranking":
        return spec.score(y, scores, weights), metric_without(spec, y, scores, weights)
    return spec.score(y, scores, weights), mean_without(positive, function(y, scores), weights)


def encode_groups(ids: Ints) -> Ints:
    """Return the group of each row as a number from 0; at most MAX_GROUPS groups stay apart."""
    return np.unique(np.unique(ids, return_inverse=True)[1] % MAX_GROUPS, return_inverse=True)[1]
