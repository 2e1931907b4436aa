"""The folds of the train set, the same for every candidate: stratified, shuffled and seeded, or by time."""

from typing import NamedTuple

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from stages.shared.errors import InputError
from stages.shared.storage.arrow import Bools, Ints
from stages.shared.storage.parquet import Table
from stages.train.folds.forward import make_forward_folds
from stages.train.params import CvParams

#: the key of the number of folds in params.yaml
KEY = "cv.n_splits"


class Fold(NamedTuple):
    """Row positions of one fold, ascending."""

    training: Ints
    validation: Ints


def assign_folds(table: Table, cv: CvParams, random_state: int, key: str = KEY, rows: Ints | None = None) -> list[Fold]:
    """Return the folds of `rows`, by default of all, as positions in the train set `table`; by time if it has times.

    Raises InputError, with `key`, when a fold would hold no positive or no negative.
    """
    rows = np.arange(table.data.num_rows) if rows is None else rows
    y, groups = table.target[rows], table.groups[rows]
    if table.contract.time is None:
        folds = make_folds(y, groups, cv, random_state, key)
    else:
        periods = make_forward_folds(y, groups, table.times[rows], table.contract.gap, cv, key)
        folds = [Fold(training, validation) for training, validation in periods]
    return [Fold(rows[fold.training], rows[fold.validation]) for fold in folds]


def find_other_folds(fold: Ints, index: int, n_splits: int, by_time: bool) -> Bools:
    """Return a mask of the out-of-fold rows from which something may be learned for fold `index`.

    `fold` has shape (rows,). They are the other folds of the repeat, or by time the earlier ones. The first fold has no
    earlier one and takes all others. Only few numbers are learned from them: the weights of a blend, or a calibrator.
    """
    earlier: Bools = fold < index
    others: Bools = (fold // n_splits == index // n_splits) & (fold != index)
    return earlier if by_time and earlier.any() else others


def make_folds(y: Ints, groups: Ints, cv: CvParams, random_state: int, key: str = KEY) -> list[Fold]:
    """Return `n_splits` × `n_repeats` shuffled folds; rows of one group (duplicates are one) stay in one fold.

    They are scikit-learn's `StratifiedKFold` over the groups; a group has the label 1 when it has a positive row. With
    one row in each group, that is `StratifiedKFold` over the rows. These labels are useless where nearly every group
    has a positive row (a group is a hospital, say). Then `StratifiedGroupKFold` over the rows is used. Repeat r is
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
        raise InputError(_describe_too_few(key, cv, f"there are {len(label)}"))
    if (rarer := int(np.bincount(y, minlength=2).min())) < cv.n_splits:
        raise InputError(_describe_too_few(key, cv, f"the train set has {rarer} rows of the rarer class"))
    folds: list[Fold] = []
    for repeat in range(cv.n_repeats):
        settings = {"n_splits": cv.n_splits, "shuffle": True, "random_state": (random_state + repeat) % 2**32}
        if by_label:
            inside = [np.isin(group_of_row, groups) for groups, _ in StratifiedKFold(**settings).split(label, label)]
        else:
            splits = StratifiedGroupKFold(**settings).split(y, y, group_of_row)
            inside = [np.isin(np.arange(len(y)), rows) for rows, _ in splits]
        folds += [Fold(np.flatnonzero(training), np.flatnonzero(~training)) for training in inside]
    for index, fold in enumerate(folds):
        if not all(np.bincount(y[rows], minlength=2).all() for rows in fold):
            raise InputError(_describe_too_few(key, cv, f"fold {index} would hold rows of one class only"))
    return folds


def _describe_too_few(key: str, cv: CvParams, result: str) -> str:
    return (
        f"params.yaml: {key}: {cv.n_splits} folds need as many groups (duplicates, or rows with one value of "
        f"split.group), with both classes in each fold; {result}; lower {key}, name another split.group, or add "
        "columns that distinguish the rows"
    )
