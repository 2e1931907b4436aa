"""Rows in the precision in which a classifier reads them anyway.

Trees compare float32 values: scikit-learn's and XGBoost's turn the table into float32 inside every fit and every
predict. A copy made once is half as large, and saves each of them its own.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

#: what is made of nothing but trees, and of samplers that choose rows by their labels
READ_FLOAT32 = frozenset(
    ("random_forest", "extra_trees", "xgboost", "balanced_random_forest", "easy_ensemble", "rus_boost")
)


def single(X: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """`X` as float32, for the classifiers in READ_FLOAT32: their models and scores are the same to the bit.

    A value too large for float32 becomes infinite, and is refused by the classifier, as it would have been.
    """
    with np.errstate(over="ignore"):
        return X.astype(np.float32, copy=False)
