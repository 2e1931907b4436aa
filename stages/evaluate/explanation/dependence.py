"""Partial dependence: the mean probability of a model when one feature has the same value in every row.

Friedman (2001).
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from stages.shared.schemas.curves import Dependence
from stages.shared.storage.arrow import Floats
from stages.shared.storage.model_file import Classifier, scores_after

#: positions on the axis of a number, the most frequent categories, and the rows whose mean is taken
POSITIONS, MAX_CATEGORIES, MAX_ROWS = 11, 8, 200


def measure_dependence(
    model: Classifier,
    features: pd.DataFrame,
    columns: Sequence[str],
    to_probability: Callable[[Floats], Floats],
) -> list[Dependence]:
    """Return the mean probability at each position of these columns, over evenly spread rows of `features`.

    `to_probability` turns scores of the model into probabilities.
    """
    rows = np.unique(np.linspace(0, len(features) - 1, min(MAX_ROWS, len(features))).astype(np.int64))
    background = features.iloc[rows].reset_index(drop=True)
    positions = [(column, value) for column in columns for value in list_positions(features[column])]
    changes = [
        (column, np.array([value] * len(rows), dtype=background[column].to_numpy().dtype))
        for column, value in positions
    ]
    means = [float(to_probability(changed).mean()) for changed in scores_after(model, background, changes)]
    return [
        Dependence(
            feature=column,
            number=None if isinstance(value, str) else float(value),
            category=value if isinstance(value, str) else None,
            probability=mean,
        )
        for (column, value), mean in zip(positions, means, strict=True)
    ]


def list_positions(values: "pd.Series[float] | pd.Series[str]") -> npt.NDArray[np.object_ | np.float64] | list[str]:
    """Return quantiles of a number, from 0.05 to 0.95, or the most frequent categories; no missing values."""
    present = values.dropna()
    if not pd.api.types.is_numeric_dtype(present):
        counts = present.value_counts()
        return sorted(counts.index, key=lambda level: (-counts[level], level))[:MAX_CATEGORIES]
    if not len(present):
        return []
    return np.unique(np.quantile(present.to_numpy(), np.linspace(0.05, 0.95, POSITIONS)))
