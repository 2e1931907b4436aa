"""The ROC-AUC with which one column by itself predicts the target."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from sklearn.metrics import roc_auc_score

from stages.shared.schemas.contract import Feature
from stages.shared.storage.arrow import Bools, Floats, Ints, to_floats
from stages.shared.storage.parquet import Table
from stages.split.groups import encode_cells
from stages.train.folds.splitter import Fold, make_folds
from stages.train.params import CvParams

#: a single column with a higher ROC-AUC counts as a copy of the target
WRONG = 0.99

#: the most rows in which `find_giveaways` looks; more would not change the answer
MAX_ROWS = 50_000


def find_giveaways(table: Table) -> dict[str, float]:
    """Return the ROC-AUC of each column that almost perfectly predicts the target by itself."""
    step = -(-table.contract.rows // MAX_ROWS)
    rows = np.arange(0, table.contract.rows, step)
    y = table.target[rows]
    folds = make_folds(y, rows, CvParams(n_splits=2, n_repeats=1), random_state=0)
    areas = {
        feature.name: compute_feature_auc(y, feature, table.data.column(feature.name).take(rows), folds)
        for feature in table.contract.features
    }
    return {name: area for name, area in areas.items() if area > WRONG}


def compute_value_auc(y: Ints, values: Floats) -> float:
    """Return the ROC-AUC of the values as scores, in the better direction; a missing value counts as the median.

    `y` of 0 and 1 and `values` have shape (rows,).
    """
    present = ~np.isnan(values)
    if not present.any():
        return 0.5
    area = float(roc_auc_score(y, np.where(present, values, np.median(values[present]))))
    return max(area, 1 - area)


def compute_level_auc(y: Ints, levels: Ints, folds: Sequence[Fold]) -> float:
    """Return the ROC-AUC of a category's target rate, learned on the training part of each fold, mean over the folds.

    The rate is learned out of fold: else a level with one row would reveal that row's label (Micci-Barreca 2001).
    ROC-AUC is taken by fold, because rates of different folds do not compare. `levels` are numbers from 0.
    """
    return float(np.mean([_compute_fold_auc(y, levels, fold) for fold in folds]))


def compute_feature_auc(y: Ints, feature: Feature, cells: pa.ChunkedArray, folds: Sequence[Fold]) -> float:
    """Return the ROC-AUC of one feature: of its values if it is numeric, else of its categories or texts."""
    if feature.type == "numeric":
        return compute_value_auc(y, to_floats(cells.combine_chunks()))
    return compute_level_auc(y, encode_cells(cells), folds)


def compute_missing_auc(y: Ints, missing: Bools) -> float:
    """Return the ROC-AUC of the missing mask, in the better direction: half the difference of both classes' shares."""
    return float(0.5 + abs(missing[y == 1].mean() - missing[y == 0].mean()) / 2)


def _compute_fold_auc(y: Ints, levels: Ints, fold: Fold) -> float:
    size, (training, validation) = int(levels.max()) + 1, fold
    rows = np.bincount(levels[training], minlength=size)
    positives = np.bincount(levels[training], weights=y[training], minlength=size)
    rate = np.where(rows > 0, positives / np.maximum(rows, 1), y[training].mean())
    return float(roc_auc_score(y[validation], rate[levels[validation]]))
