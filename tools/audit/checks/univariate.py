"""How well one column predicts the target by itself, as a ROC-AUC."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from stages.shared.schemas.contract import Feature
from stages.shared.storage.arrow import Bools, Floats, Ints, to_floats
from stages.split.groups import encode_cells
from stages.train.folds.splitter import Fold


def value_auc(y: Ints, values: Floats) -> float:
    """Return the ROC-AUC of the values as scores, in the better direction; a missing value counts as the median.

    `y` of 0 and 1 and `values` have shape (rows,).
    """
    present = ~np.isnan(values)
    if not present.any():
        return 0.5
    ranks = rankdata(np.where(present, values, np.median(values[present])))
    positives = int(y.sum())
    # the share of pairs in which the positive is above the negative, from the sum of ranks (Mann & Whitney 1947)
    area = (ranks[y == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(y) - positives))
    return float(max(area, 1 - area))


def level_auc(y: Ints, levels: Ints, folds: Sequence[Fold]) -> float:
    """Return the ROC-AUC of a category's target rate, learned on the training part of each fold, mean over the folds.

    The rate is learned out of fold: else a level with one row would reveal that row's label (Micci-Barreca 2001).
    ROC-AUC is taken by fold, because rates of different folds do not compare. `levels` are numbers from 0.
    """
    return float(np.mean([_fold_auc(y, levels, fold) for fold in folds]))


def feature_auc(y: Ints, feature: Feature, cells: pa.ChunkedArray, folds: Sequence[Fold]) -> float:
    """Return the ROC-AUC of one feature: of its values if it is numeric, else of its categories or texts."""
    if feature.type == "numeric":
        return value_auc(y, to_floats(cells.combine_chunks()))
    return level_auc(y, encode_cells(cells), folds)


def missing_auc(y: Ints, missing: Bools) -> float:
    """Return the ROC-AUC of the missing mask, in the better direction: half the difference of both classes' shares."""
    return float(0.5 + abs(missing[y == 1].mean() - missing[y == 0].mean()) / 2)


def _fold_auc(y: Ints, levels: Ints, fold: Fold) -> float:
    size, (training, validation) = int(levels.max()) + 1, fold
    rows = np.bincount(levels[training], minlength=size)
    positives = np.bincount(levels[training], weights=y[training], minlength=size)
    rate = np.where(rows > 0, positives / np.maximum(rows, 1), y[training].mean())
    return float(roc_auc_score(y[validation], rate[levels[validation]]))
