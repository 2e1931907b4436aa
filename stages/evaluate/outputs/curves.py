"""Points to draw: thinned, so that their number does not grow with the test side, and never a row of it."""

from collections.abc import Iterable
import json
from typing import Any

import numpy as np

from stages.evaluate.thresholds.tuning import counts_at
from stages.shared.storage.arrow import Floats, Ints
from stages.shared.storage.files import round_floats

Point = dict[str, Any]

#: places on the axis of a curve: every hundredth, as the double that is nearest to it
GRID = np.arange(101) / 100

#: bins of the calibration curve, of equal width: they mean the same for every strategy
BINS = 10

#: digits of a rate in `overlay`: more cannot be seen in a picture
SEEN = 4

#: share of a row that does not count when a grid place is compared with a rate
SLACK = 1e-9


def roc(y: Ints, scores: Floats) -> list[Point]:
    """At each false positive rate, the highest recall that a threshold reaches without more false alarms."""
    recall = _recall_within(y, scores)
    return [{"false_positive_rate": float(GRID[place]), "recall": float(recall[place])} for place in _corners(recall)]


def precision_recall(y: Ints, scores: Floats) -> list[Point]:
    """At each recall, the precision of the highest threshold that reaches it; nothing is interpolated."""
    precision = _precision_reaching(y, scores)
    return [{"recall": float(GRID[place]), "precision": float(precision[place])} for place in _corners(precision)]


def thresholds(y: Ints, scores: Floats) -> Point:
    """Positives and negatives with at least each hundredth as score: what an alarm at that threshold would mean."""
    counts = counts_at(GRID, y, scores)
    return {"tp": [int(rows) for rows in counts.tp], "fp": [int(rows) for rows in counts.fp]}


def overlay(y: Ints, scores: Floats) -> Point:
    """The curves of one candidate as plain columns, to be laid over those of others; null in an empty bin.

    `recall` by hundredths of the false positive rate, `precision` by hundredths of recall, `mean_score` and
    `positive_share` by tenths of the score.
    """
    bins = {round(point["bin"] * BINS): point for point in calibration(y, scores)}
    return {
        "recall": _seen(_recall_within(y, scores)),
        "precision": _seen(_precision_reaching(y, scores)),
        **{
            part: [round(bins[place][part], SEEN) if place in bins else None for place in range(BINS)]
            for part in ("mean_score", "positive_share")
        },
    }


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


def as_lines(points: Iterable[Point]) -> str:
    """`points` as a JSON list with one of them a line, so that a diff shows which of them moved."""
    lines = (json.dumps(round_floats(point), ensure_ascii=False, allow_nan=False) for point in points)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _recall_within(y: Ints, scores: Floats) -> Floats:
    """At each hundredth of the false positive rate, the highest recall without more false alarms."""
    counts = counts_at(_falling(scores), y, scores)
    within = np.searchsorted(counts.fp, GRID * (y == 0).sum() + SLACK, "right")
    return np.asarray(np.concatenate([[0], counts.tp / (y == 1).sum()])[within])


def _precision_reaching(y: Ints, scores: Floats) -> Floats:
    """At each hundredth of recall, the precision of the highest threshold that reaches it."""
    counts = counts_at(_falling(scores), y, scores)
    first = np.searchsorted(counts.tp, np.maximum(GRID * (y == 1).sum() - SLACK, 0), "left")
    return np.asarray((counts.tp / (counts.tp + counts.fp))[first])


def _seen(values: Floats) -> list[float]:
    return [round(float(value), SEEN) for value in values]


def _corners(values: Floats) -> list[int]:
    """The places without which the line through `values` would look otherwise: level runs keep their ends alone."""
    level = np.zeros(len(values), dtype=np.bool_)
    level[1:-1] = (values[1:-1] == values[:-2]) & (values[1:-1] == values[2:])
    return [int(place) for place in np.flatnonzero(~level)]


def _falling(scores: Floats) -> Floats:
    return np.unique(scores)[::-1]
