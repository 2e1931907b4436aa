"""The folds of a train set with times: each scores one period with models of the rows before it.

The semantics are those of scikit-learn's TimeSeriesSplit, which supports no equal times, no groups and no gap in time.
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

    The times are cut into n_splits + 1 periods of about equally many rows. Fold i scores period i + 1 and learns from
    the earlier ones. Rows of equal time are in one period. Training rows within `gap` before the period, or of a group
    in it, are left out. `y`, `groups` and `times` have shape (rows,); `key` is the key of n_splits in params.yaml.
    Raises InputError when the folds would be repeated, or when a period or the rows before it lack a class.
    """
    if cv.n_repeats > 1:
        raise InputError(
            f"params.yaml: cv.n_repeats: is {cv.n_repeats}, but with split.time the folds are periods, and there is "
            "nothing to draw again; set it to 1"
        )
    starts = _cut_periods(times, cv.n_splits, key)
    folds = []
    for index, (start, end) in enumerate(zip(starts, [*starts[1:], np.inf], strict=True)):
        validation = np.flatnonzero((times >= start) & (times < end))
        is_past = times < start - gap
        training = np.flatnonzero(is_past & ~np.isin(groups, groups[validation]))
        for name, rows in (("scores", validation), ("learns from", training)):
            if not np.bincount(y[rows], minlength=2).all():
                raise InputError(
                    f"params.yaml: {key}: with split.time, fold {index} of {cv.n_splits} {name} {len(rows)} rows of a "
                    f"period, {y[rows].sum()} of them positive; both classes are needed; lower {key}, or a gap in "
                    "split.gap, or set split.time to null"
                )
        folds.append((training, validation))
    return folds


def _cut_periods(times: Times, n_splits: int, key: str) -> list[int | float]:
    """Return the first time of each period but the first one.

    TimeSeriesSplit would cut the sorted rows at certain positions. Such a cut moves to the nearest position between
    different times, of two equally near ones to the later. Each period has at least one time.
    """
    values, counts = np.unique(times, return_counts=True)
    positions, rows = np.cumsum(counts)[:-1], len(times)  # rows before each time but the first
    if len(positions) < n_splits:
        raise InputError(
            f"params.yaml: {key}: with split.time, {n_splits} folds need {n_splits + 1} different times in train; "
            f"there are {len(values)}; lower {key}"
        )
    size, last, cuts = rows // (n_splits + 1), -1, []
    for remaining in range(n_splits, 0, -1):
        possible = positions[last + 1 : len(positions) - remaining + 1]
        distance = np.abs(possible - (rows - remaining * size))
        last += len(possible) - int(np.argmin(distance[::-1]))
        cuts.append(values[last + 1].item())
    return cuts
