"""Permutation importance: the average precision that a model loses when the values of a feature are shuffled.

Breiman (2001). The rows are those of the test set: on its own train rows a model also seems to use noise.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.evaluate.effects.effects import estimate_errors
from stages.evaluate.effects.row_sets import RowSets
from stages.shared.schemas.curves import Importance
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.model_file import Classifier, scores, scores_after

#: the metric whose loss is the importance
METRIC = "average_precision"

#: a model scores about this many shuffled rows; with many features or rows it scores a sample
MAX_SCORED = 40_000

#: how often a feature is shuffled, and half of the fewest rows in a sample
REPEATS, MIN_HALF = 2, 100

#: a wider table has no importance: a sample would be too small
MAX_FEATURES = 200


@dataclass(frozen=True)
class Sample:
    """Rows of the test set. Arrays have shape (rows,); rows of one group are not independent."""

    features: pd.DataFrame
    y: Ints
    groups: Ints
    weights: Floats


def draw_sample(features: pd.DataFrame, y: Ints, groups: Ints, weights: Floats | None, random_state: int) -> Sample:
    """Return the rows of the test set that models score: about MAX_SCORED together, after every shuffle.

    Of each class a share is kept, and the weights of its rows make up for the others.
    """
    limit = max(2 * MIN_HALF, MAX_SCORED // (REPEATS * max(features.shape[1], 1)))
    random = np.random.RandomState(random_state)
    counted = np.ones(len(y)) if weights is None else weights
    kept, sample_weights = [], []
    n_positives = min(int(y.sum()), limit // 2)
    for label, size in ((0, limit - n_positives), (1, n_positives)):
        rows = np.flatnonzero(y == label)
        sample = np.sort(random.choice(rows, size, replace=False)) if len(rows) > size else rows
        kept.append(sample)
        sample_weights.append(counted[sample] * (counted[rows].sum() / counted[sample].sum()))
    order = np.concatenate(kept)
    groups = np.unique(groups[order], return_inverse=True)[1]
    return Sample(features.iloc[order].reset_index(drop=True), y[order], groups, np.concatenate(sample_weights))


def measure_importance(
    model: Classifier, sample: Sample, confidence: float, n_draws: int, random_state: int
) -> list[Importance]:
    """Return the loss of every feature, the largest first. The intervals of all features hold at once."""
    features = sample.features
    if not 0 < features.shape[1] <= MAX_FEATURES:
        return []
    random = np.random.RandomState(random_state)
    orders = [random.permutation(len(sample.y)) for _ in range(REPEATS)]
    changes = [(column, features[column].to_numpy()[order]) for column in features.columns for order in orders]
    sets = RowSets(sample.y, np.zeros(len(sample.y), dtype=np.int64), sample.groups, weights=sample.weights)
    no_oof = np.empty(0)
    original = sets.measure_one(METRIC, no_oof, scores(model, features))
    shuffled = [sets.measure_one(METRIC, no_oof, row) for row in scores_after(model, features, changes)]
    losses, influences, variances = [], [], []  # the variances are of the shuffles
    for start in range(0, len(shuffled), REPEATS):
        repeats = shuffled[start : start + REPEATS]
        values = [item.value for item in repeats]
        losses.append(original.value - float(np.mean(values)))
        influences.append(original.influence - np.mean([item.influence for item in repeats], axis=0))
        variances.append(float(np.var(values, ddof=1)) / REPEATS)
    errors, quantile = estimate_errors(np.array(influences), confidence, n_draws, random_state)
    half = quantile * np.sqrt(errors**2 + variances)
    entries = [
        Importance(feature=column, loss=loss, low=loss - width, high=loss + width)
        for column, loss, width in zip(features.columns, losses, half.tolist(), strict=True)
    ]
    return sorted(entries, key=lambda entry: -entry.loss)
