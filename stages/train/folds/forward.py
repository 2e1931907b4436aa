"""The folds of a train set with times: each scores one period with models of the rows before it.

The semantics are those of scikit-learn's TimeSeriesSplit, which knows no equal times, no groups and no gap in time.
"""

import numpy as np

from stages.shared.errors import InputError
from stages.shared.storage.arrow import Ints
from stages.shared.storage.parquet import Times
from stages.train.params import CvParams


def make_forward_folds(
    y: Ints, groups: Ints, times: Times, gap: int | float, cv: CvParams, key: str
) -> list[tuple[Ints, Ints]]:
    """Return the training and the validation rows of `n_splits` folds, in the order of time.

    The times are cut into n_splits + 1 periods of about equally many rows; fold i scores period i + 1 and learns from
    the earlier ones. Rows of equal time are in one period. Training rows within `gap` before the period, or of a group
    in it, are left out. `y`, `groups` and `times` have shape (rows,); `key` is the key of n_splits in params.yaml.
    Raises InputError when the folds would be repeated, or when a period or what is left before it lacks a class.
    """
    if cv.n_repeats > 1:
        raise InputError(
            f"params.yaml: cv.n_repeats: is {cv.n_repeats}, but with split.time the folds are periods, and there is "
            "nothing to draw again; set it to 1"
        )
    starts = _cut_periods(times, cv.n_splits, key)
    folds = []
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], np.inf], strict=True)):
        validation = np.flatnonzero((times >= start) & (times < end))
        known = times < start - gap
        training = np.flatnonzero(known & ~np.isin(groups, groups[validation]))
        for name, rows in (("scores", validation), ("learns from", training)):
            if not np.bincount(y[rows], minlength=2).all():
                raise InputError(
                    f"params.yaml: {key}: with split.time, fold {number} of {cv.n_splits} {name} {len(rows)} rows of a "
                    f"period, {y[rows].sum()} of them positive; both classes are needed; lower {key}, or a gap in "
                    "split.gap, or set split.time to null"
                )
        folds.append((training, validation))
    return folds


def _cut_periods(times: Times, n_splits: int, key: str) -> list[int | float]:
    """Return the first time of each period but the first one.

    Where the place of a cut among the sorted rows, as TimeSeriesSplit has it, is among equal times, the nearest place
    between different times is taken, of two equally near the later; each period has one time at least.
    """
    values, counts = np.unique(times, return_counts=True)
    places, rows = np.cumsum(counts)[:-1], len(times)  # rows before each time but the first
    if len(places) < n_splits:
        raise InputError(
            f"params.yaml: {key}: with split.time, {n_splits} folds need {n_splits + 1} different times in train; "
            f"there are {len(values)}; lower {key}"
        )
    size, chosen, cuts = rows // (n_splits + 1), -1, []
    for left in range(n_splits, 0, -1):
        possible = places[chosen + 1 : len(places) - left + 1]
        distance = np.abs(possible - (rows - left * size))
        chosen += len(possible) - int(np.argmin(distance[::-1]))
        cuts.append(values[chosen + 1].item())
    return cuts
