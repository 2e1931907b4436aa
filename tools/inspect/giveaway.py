"""Columns that tell the target by themselves, which are often known only after it."""

import numpy as np

from stages.shared.storage.parquet import Table
from stages.train.folds.splitter import make_folds
from stages.train.params import CvParams
from tools.audit.checks.columns import WRONG
from tools.audit.checks.univariate import feature_auc

#: rows that are looked at; more would not change the answer
MAX_ROWS = 50_000


def find_giveaways(table: Table) -> dict[str, float]:
    """Return the ROC-AUC of each column that almost perfectly predicts the target by itself."""
    step = -(-table.contract.rows // MAX_ROWS)
    rows = np.arange(0, table.contract.rows, step)
    y = table.target[rows]
    folds = make_folds(y, rows, CvParams(n_splits=2, n_repeats=1), random_state=0)
    areas = {
        feature.name: feature_auc(y, feature, table.data.column(feature.name).take(rows), folds)
        for feature in table.contract.features
    }
    return {name: area for name, area in areas.items() if area > WRONG}
