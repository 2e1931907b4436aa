"""Points to draw of each strategy's row: thinned, so that their number does not grow with the test side."""

from typing import Any

import numpy as np

from stages.evaluate.threshold import counts_at
from stages.shared.arrays import Floats, Ints

Point = dict[str, Any]

#: places on the axis of a curve: every hundredth
GRID = np.linspace(0, 1, 101)

#: bins of the calibration curve, of equal width: they mean the same for every strategy
BINS = 10

#: share of a row that does not count when a grid place is compared with a rate
SLACK = 1e-9


def roc(y: Ints, scores: Floats) -> list[Point]:
    """At each false positive rate, the highest recall that a threshold reaches without more false alarms."""
    counts = counts_at(_falling(scores), y, scores)
    within = np.searchsorted(counts.fp, GRID * (y == 0).sum() + SLACK, "right")
    recall = np.concatenate([[0], counts.tp / (y == 1).sum()])[within]
    return [{"false_positive_rate": float(GRID[place]), "recall": float(recall[place])} for place in _corners(recall)]


def precision_recall(y: Ints, scores: Floats) -> list[Point]:
    """At each recall, the precision of the highest threshold that reaches it; nothing is interpolated."""
    counts = counts_at(_falling(scores), y, scores)
    first = np.searchsorted(counts.tp, np.maximum(GRID * (y == 1).sum() - SLACK, 0), "left")
    precision = (counts.tp / (counts.tp + counts.fp))[first]
    return [{"recall": float(GRID[place]), "precision": float(precision[place])} for place in _corners(precision)]


def calibration(y: Ints, scores: Floats) -> list[Point]:
    """In each tenth of the scores that holds a row: the mean score, the share of positives, and the counts."""
    bins = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
    rows, positives = np.bincount(bins, minlength=BINS), np.bincount(bins, weights=y, minlength=BINS)
    total = np.bincount(bins, weights=scores, minlength=BINS)
    return [
        {
            "bin": number / BINS,
            "mean_score": float(total[number] / rows[number]),
            "positive_share": float(positives[number] / rows[number]),
            "rows": int(rows[number]),
            "positives": int(positives[number]),
        }
        for number in np.flatnonzero(rows)
    ]


def confusion(counts: dict[str, int], positive: str, negative: str) -> list[Point]:
    """The four counts at the tuned threshold, with the labels of the table."""
    cells = {(positive, positive): "tp", (positive, negative): "fn", (negative, positive): "fp", (negative,) * 2: "tn"}
    return [
        {"actual": actual, "predicted": predicted, "rows": counts[cell]} for (actual, predicted), cell in cells.items()
    ]


def _corners(values: Floats) -> list[int]:
    """The places without which the line through `values` would look otherwise: level runs keep their ends alone."""
    level = np.zeros(len(values), dtype=np.bool_)
    level[1:-1] = (values[1:-1] == values[:-2]) & (values[1:-1] == values[2:])
    return [int(place) for place in np.flatnonzero(~level)]


def _falling(scores: Floats) -> Floats:
    return np.unique(scores)[::-1]
