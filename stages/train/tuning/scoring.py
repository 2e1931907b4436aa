"""Metrics of one fold, for the search of settings."""

import numpy as np

from stages.shared.metrics.confusion import Counts
from stages.shared.metrics.decisions import HALF, is_positive
from stages.shared.metrics.registry import METRICS
from stages.shared.storage.arrow import Floats, Ints

#: decisions at 0.5 that tuning.json holds beside the metrics of scores
DECISIONS = ("precision", "recall", "f1", "g_mean")


def score_decisions_at_half(y: Ints, scores: Floats, weights: Floats | None = None) -> dict[str, float]:
    """Return the metrics of decisions at the threshold 0.5; `y`, `scores` and `weights` have shape (rows,)."""
    predicted, positive = is_positive(scores, HALF), y == 1
    cells = (positive & predicted, ~positive & predicted, positive & ~predicted, ~positive & ~predicted)
    counts = Counts(
        *(np.array(cell.sum() if weights is None else weights[cell].sum(), dtype=np.float64) for cell in cells)
    )
    return {name: float(METRICS[name].load()(counts)) for name in DECISIONS}
