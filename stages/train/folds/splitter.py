"""The folds of the train side: stratified, shuffled, seeded, and the same for every candidate."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from stages.shared.errors import InputError
from stages.train.params import CvParams

Index = npt.NDArray[np.int64]


class Fold(NamedTuple):
    """Row positions of one fold, ascending."""

    training: Index
    validation: Index


def make_folds(y: Index, groups: Index, cv: CvParams, random_state: int, key: str = "cv.n_splits") -> list[Fold]:
    """`n_splits` × `n_repeats` folds; rows of one group (duplicates count as one) are never parted.

    The folds are scikit-learn's `StratifiedKFold` over the groups, each with the label 1 when it holds a positive.
    Where every group is a single row, that is `StratifiedKFold` over the rows. Where nearly every group holds a
    positive (a group is a hospital, say), so that these labels tell nothing, they are its `StratifiedGroupKFold` over
    the rows. Repeat r is shuffled with random_state + r.

    Parameters: `y` of 0 and 1 and `groups` of group names, both of shape (rows,); `key`, where n_splits
    stands in params.yaml.
    Raises InputError when a fold would hold no positive or no negative.
    """
    _, first, group_of_row = np.unique(groups, return_index=True, return_inverse=True)
    # groups in order of their first row, so that single rows keep the order that StratifiedKFold sees
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    group_of_row = rank[group_of_row]
    label = np.zeros(len(order), dtype=np.int64)
    np.maximum.at(label, group_of_row, y)
    by_label = int(np.bincount(label, minlength=2).min()) >= cv.n_splits
    if len(label) < cv.n_splits:
        raise InputError(_too_few(key, cv, f"there are {len(label)}"))
    if (rarer := int(np.bincount(y, minlength=2).min())) < cv.n_splits:
        raise InputError(_too_few(key, cv, f"the train side has {rarer} rows of the rarer class"))
    folds: list[Fold] = []
    for repeat in range(cv.n_repeats):
        settings = {"n_splits": cv.n_splits, "shuffle": True, "random_state": (random_state + repeat) % 2**32}
        if by_label:
            inside = [np.isin(group_of_row, groups) for groups, _ in StratifiedKFold(**settings).split(label, label)]
        else:
            splits = StratifiedGroupKFold(**settings).split(y, y, group_of_row)
            inside = [np.isin(np.arange(len(y)), rows) for rows, _ in splits]
        folds += [Fold(np.flatnonzero(training), np.flatnonzero(~training)) for training in inside]
    for number, fold in enumerate(folds):
        if not all(np.bincount(y[side], minlength=2).all() for side in fold):
            raise InputError(_too_few(key, cv, f"fold {number} would hold rows of one class only"))
    return folds


def _too_few(key: str, cv: CvParams, result: str) -> str:
    return (
        f"params.yaml: {key}: {cv.n_splits} folds need as many sets of rows that may be parted (duplicates and "
        f"rows of one split.group may not), with both classes in each fold; {result}; lower {key}, name another "
        "split.group, or add columns that tell the rows apart"
    )
