"""The folds of the train set: stratified, shuffled, seeded, and the same for every candidate."""

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
    """Return `n_splits` × `n_repeats` folds; rows of one group (duplicates are one) stay in one fold.

    They are scikit-learn's `StratifiedKFold` over the groups; a group has the label 1 when it has a positive row. With
    one row in each group, that is `StratifiedKFold` over the rows. Where nearly every group has a positive row (a group
    is a hospital, say), these labels are useless, and `StratifiedGroupKFold` over the rows is used. Repeat r is
    shuffled with random_state + r.

    `y` of 0 and 1 and the group names `groups` have shape (rows,); `key` is the key of n_splits in params.yaml.
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
        raise InputError(_too_few(key, cv, f"the train set has {rarer} rows of the rarer class"))
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
        if not all(np.bincount(y[rows], minlength=2).all() for rows in fold):
            raise InputError(_too_few(key, cv, f"fold {number} would hold rows of one class only"))
    return folds


def _too_few(key: str, cv: CvParams, result: str) -> str:
    return (
        f"params.yaml: {key}: {cv.n_splits} folds need as many groups (duplicates, or rows with one value of "
        f"split.group), with both classes in each fold; {result}; lower {key}, name another split.group, or add "
        "columns that distinguish the rows"
    )
