"""The rows on which treatments are compared: each fold of train by its out-of-fold scores, and the test set.

Models of different folds give scores that do not compare, so a metric is computed inside each of these sets. Its value
is the mean over the sets, weighted by their positives.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from stages.evaluate.uncertainty.jackknife import metric_without
from stages.shared.errors import InputError
from stages.shared.metrics.registry import of_family
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.parquet import Table

#: more rows or groups than this share their influences, which keeps memory bounded and hardly changes the error
MAX_UNITS = 20_000


@dataclass(frozen=True)
class RankingValue:
    """A ranking metric of one candidate, and the influence of every unit on it.

    A unit is a row, or a group of rows that belong together. The squared influences sum to the variance of `value`.
    """

    value: float
    influence: Floats  # shape (units,)


@dataclass(frozen=True)
class RowSets:
    """Rows of several sets. Arrays have shape (rows,); `repeats` is how often cross-validation scored a train row."""

    y: Ints
    row_set: Ints  # the set of each row, from 0; the test set is the last one
    units: Ints  # the unit of each row, from 0
    repeats: int = 1

    @classmethod
    def make(cls, test: Table, oof: pa.Table | None, n_splits: int) -> "RowSets":
        """Return the folds of `oof`, which is oof.parquet, and the test set; without `oof`, the test set alone."""
        if oof is None:
            return cls(test.target, np.zeros(len(test.target), dtype=np.int64), number_units(test.groups))
        y, fold, group = (oof[name].to_numpy() for name in ("y", "fold", "group"))
        n_folds = int(fold.max()) + 1
        return cls(
            np.concatenate([y, test.target]),
            np.concatenate([fold, np.full(len(test.target), n_folds)]),
            number_units(np.concatenate([group, test.groups])),
            n_folds // n_splits,
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
    def n_positives(self) -> int:
        """The number of positive rows, each counted once."""
        n_train = len(self.y) - self.n_test
        return int(self.y[n_train:].sum() + self.y[:n_train].sum() // self.repeats)

    def measure(self, oof: Floats, test: Floats) -> dict[str, RankingValue]:
        """Return every ranking metric of a candidate from its out-of-fold scores and its scores of the test set.

        The influences are those of the delete-one jackknife within each set and class (Arvesen 1969).
        """
        scores = test if len(self.y) == len(test) else np.concatenate([oof, test])
        return {name: self._measure(scores, name) for name in of_family("ranking")}

    def _measure(self, scores: Floats, metric: str) -> RankingValue:
        spec, value = of_family("ranking")[metric], 0.0
        influence = np.zeros(int(self.units.max()) + 1)
        for rows, weight in self._sets():
            y, inside = self.y[rows], scores[rows]
            value += weight * spec.score(y, inside)
            changes = weight * _center(metric_without(spec, y, inside), y)
            influence += np.bincount(self.units[rows], weights=changes, minlength=len(influence))
        return RankingValue(value, influence)

    def _sets(self) -> list[tuple[Ints, float]]:
        """Return the rows and the weight of each set; a set of one class says nothing about a ranking."""
        last = int(self.row_set.max())
        positives = {}
        for number in range(last + 1):
            rows = np.flatnonzero(self.row_set == number)
            if 0 < (count := self.y[rows].sum()) < len(rows):
                positives[number] = rows, float(count) / (self.repeats if number < last else 1)
        total = sum(count for _, count in positives.values())
        return [(rows, count / total) for rows, count in positives.values()]


def number_units(ids: Ints) -> Ints:
    """Return the unit of each row from ids of rows or groups: numbers from 0, at most MAX_UNITS of them."""
    return np.unique(np.unique(ids, return_inverse=True)[1] % MAX_UNITS, return_inverse=True)[1]


def _center(values: Floats, y: Ints) -> Floats:
    """Return the influence of each row from the values without it."""
    influence = np.empty(len(values))
    for label in (0, 1):
        rows = y == label
        size = rows.sum()
        influence[rows] = np.sqrt((size - 1) / size) * (values[rows].mean() - values[rows])
    return influence
