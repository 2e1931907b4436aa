"""The folds of the train side: stratified, shuffled, seeded, and the same for every candidate."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from stages.shared.errors import InputError
from stages.train.params import CvParams

Index = npt.NDArray[np.int64]


class Fold(NamedTuple):
    """Row positions of one fold, ascending."""

    training: Index
    validation: Index


def make_folds(y: Index, units: Index, cv: CvParams, random_state: int) -> list[Fold]:
    """`n_splits` × `n_repeats` folds; rows of one unit (duplicates, a group) are never parted.

    The folds are scikit-learn's `StratifiedKFold` over the units, each with the label 1 when it holds a positive.
    Where every unit is a single row, that is `StratifiedKFold` over the rows. Repeat r is shuffled with
    random_state + r.

    Parameters: `y` of 0 and 1 and `units` of unit names, both of shape (rows,).
    Raises InputError when a fold would hold no positive or no negative.
    """
    _, first, unit_of_row = np.unique(units, return_index=True, return_inverse=True)
    # units in order of their first row, so that single rows keep the order that StratifiedKFold sees
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    unit_of_row = rank[unit_of_row]
    label = np.zeros(len(order), dtype=np.int64)
    np.maximum.at(label, unit_of_row, y)
    smallest = int(np.bincount(label, minlength=2).min())
    if smallest < cv.n_splits:
        raise InputError(
            f"params.yaml: cv.n_splits: {cv.n_splits} folds need as many groups of each class; the train side "
            f"has {smallest} of the rarer; lower cv.n_splits or name another split.group"
        )
    folds: list[Fold] = []
    for repeat in range(cv.n_repeats):
        splitter = StratifiedKFold(cv.n_splits, shuffle=True, random_state=(random_state + repeat) % 2**32)
        for training, _ in splitter.split(label, label):
            inside = np.isin(unit_of_row, training)
            folds.append(Fold(np.flatnonzero(inside), np.flatnonzero(~inside)))
    return folds
