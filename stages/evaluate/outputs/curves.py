"""Points of the curves in metrics/curves.

Their number does not grow with the test set, and no point is a test row.
"""

from collections.abc import Iterable, Mapping
import json
from typing import Any

import numpy as np

from stages.evaluate.thresholds.counts import DIGITS, counts_at
from stages.shared.schemas.candidate import CandidateName
from stages.shared.schemas.curves import Overlay, ThresholdCounts
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.files import round_floats

Point = dict[str, Any]

#: how much each row counts, shape (rows,); None where all count the same
Weights = Floats | None

#: positions on the axis of a curve: every hundredth, as the double nearest to it
GRID = np.arange(101) / 100

#: bins of the calibration curve, of equal width: they mean the same for every strategy
BINS = 10

#: digits of a rate in `overlay`: more are not visible in a picture
OVERLAY_DIGITS = 4

#: share of a row that is ignored when a position is compared with a rate
TOLERANCE = 1e-9


def roc(y: Ints, scores: Floats, weights: Weights = None) -> list[Point]:
    """Return the highest recall that a threshold reaches at each false positive rate."""
    recall = _compute_recall_at_fpr(y, scores, weights)
    return [{"false_positive_rate": float(GRID[i]), "recall": float(recall[i])} for i in _find_corners(recall)]


def precision_recall(y: Ints, scores: Floats, weights: Weights = None) -> list[Point]:
    """Return the precision of the highest threshold that reaches each recall; nothing is interpolated."""
    precision = _compute_precision_at_recall(y, scores, weights)
    return [{"recall": float(GRID[i]), "precision": float(precision[i])} for i in _find_corners(precision)]


def threshold_counts(name: CandidateName, y: Ints, scores: Floats, weights: Weights = None) -> ThresholdCounts:
    """Return the true and false positives at each hundredth as the threshold."""
    counts = counts_at(GRID, y, scores, weights)
    to_count = int if weights is None else _round_count
    return ThresholdCounts(
        **name.model_dump(), tp=[to_count(rows) for rows in counts.tp], fp=[to_count(rows) for rows in counts.fp]
    )


def overlay(name: CandidateName, y: Ints, scores: Floats, weights: Weights = None) -> Overlay:
    """Return the curves of one candidate as plain columns, to be drawn over those of others; None in an empty bin.

    `recall` by hundredths of the false positive rate, `precision` by hundredths of recall, `mean_score` and
    `positive_share` by tenths of the score.
    """
    bins = {round(point["bin"] * BINS): point for point in calibration(y, scores, weights)}
    mean_score, positive_share = (
        [round(bins[i][key], OVERLAY_DIGITS) if i in bins else None for i in range(BINS)]
        for key in ("mean_score", "positive_share")
    )
    return Overlay(
        **name.model_dump(),
        recall=_round_all(_compute_recall_at_fpr(y, scores, weights)),
        precision=_round_all(_compute_precision_at_recall(y, scores, weights)),
        mean_score=mean_score,
        positive_share=positive_share,
    )


def calibration(y: Ints, scores: Floats, weights: Weights = None) -> list[Point]:
    """Return mean score, share of positives and counts of each tenth of the scores that holds a row.

    With `weights`, shape (rows,), the counts are sums of weights.
    """
    bins = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
    counted = np.ones(len(y)) if weights is None else weights
    rows, positives, total = (
        np.bincount(bins, weights=counted * values, minlength=BINS) for values in (np.ones(len(y)), y, scores)
    )
    to_count = int if weights is None else _round_count
    return [
        {
            "bin": i / BINS,
            "mean_score": float(total[i] / rows[i]),
            "positive_share": float(positives[i] / rows[i]),
            "rows": to_count(rows[i]),
            "positives": to_count(positives[i]),
        }
        for i in np.flatnonzero(rows)
    ]


def confusion(counts: Mapping[str, int | float], positive: str, negative: str) -> list[Point]:
    """Return the four counts at the tuned threshold, with the labels of the table."""
    cells = {(positive, positive): "tp", (positive, negative): "fn", (negative, positive): "fp", (negative,) * 2: "tn"}
    return [
        {"actual": actual, "predicted": predicted, "rows": counts[cell]} for (actual, predicted), cell in cells.items()
    ]


def as_lines(points: Iterable[Point]) -> str:
    """Return `points` as a JSON list with one per line, so that a diff shows which of them changed."""
    lines = (json.dumps(round_floats(point), ensure_ascii=False, allow_nan=False) for point in points)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _compute_recall_at_fpr(y: Ints, scores: Floats, weights: Weights) -> Floats:
    """Return the highest recall at each hundredth of the false positive rate."""
    counts = counts_at(_sort_falling(scores), y, scores, weights)
    reached = np.searchsorted(counts.fp, GRID * counts.fp[-1] + TOLERANCE, "right")  # the last threshold flags all
    return np.asarray(np.concatenate([[0], counts.tp / counts.tp[-1]])[reached])


def _compute_precision_at_recall(y: Ints, scores: Floats, weights: Weights) -> Floats:
    """Return the precision of the highest threshold that reaches each hundredth of recall."""
    counts = counts_at(_sort_falling(scores), y, scores, weights)
    first = np.searchsorted(counts.tp, np.maximum(GRID * counts.tp[-1] - TOLERANCE, 0), "left")
    return np.asarray((counts.tp / (counts.tp + counts.fp))[first])


def _round_count(weight: float) -> float:
    return round(float(weight), DIGITS)


def _round_all(values: Floats) -> list[float]:
    return [round(float(value), OVERLAY_DIGITS) for value in values]


def _find_corners(values: Floats) -> list[int]:
    """Return the indices that the line through `values` needs: of equal values in a row, the ends."""
    inner = np.zeros(len(values), dtype=np.bool_)
    inner[1:-1] = (values[1:-1] == values[:-2]) & (values[1:-1] == values[2:])
    return [int(i) for i in np.flatnonzero(~inner)]


def _sort_falling(scores: Floats) -> Floats:
    return np.unique(scores)[::-1]
