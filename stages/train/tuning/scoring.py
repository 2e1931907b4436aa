"""The metrics by which train judges scores: scikit-learn's numbers, without the checks of input it has for everybody.

A search asks for them some hundred times on arrays that are known to be sound; the checks would take most of its time.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]


def average_precision(y: Target, scores: Scores) -> float:
    """scikit-learn's average_precision_score, to the last bit: its operations in its order.

    y: 0 and 1, shape (rows,), with at least one 1.
    """
    caught, alarms = _counts(y, scores)
    precision, recall = caught / alarms, caught / caught[-1]
    # from the lowest threshold to the highest, as scikit-learn adds up
    lost = np.empty(len(recall))
    np.subtract(recall[:-1], recall[1:], out=lost[-2::-1])
    lost[-1] = -recall[0]
    return max(0.0, float(-np.sum(lost * precision[::-1])))


def roc_auc(y: Target, scores: Scores) -> float:
    """The share of pairs of a positive and a negative in which the positive scores higher; a tie is half a pair."""
    caught, alarms = _counts(y, scores)
    false = alarms - caught
    pairs = np.sum(np.diff(false, prepend=0.0) * (caught + np.append(0.0, caught[:-1])))
    return float(pairs / (2 * caught[-1] * false[-1]))


def brier_score(y: Target, scores: Scores) -> float:
    """The mean squared distance of the scores from 0 and 1."""
    return float(np.mean((scores - y) ** 2))


def log_loss(y: Target, scores: Scores) -> float:
    """The mean of −log of the probability that the scores gave to the truth, which counts as at least 2⁻⁵²."""
    least = np.finfo(np.float64).eps
    of_the_truth = np.clip(np.where(y == 1, scores, 1 - scores), least, 1 - least)
    return float(-np.mean(np.log(of_the_truth)))


#: metrics of scores, by scikit-learn's names; each takes (y, scores)
SCORE_METRICS: dict[str, Callable[[Target, Scores], float]] = {
    "average_precision": average_precision,
    "roc_auc": roc_auc,
    "brier_score": brier_score,
    "log_loss": log_loss,
}

#: those that ask more of a score than that it ranks
OF_PROBABILITIES = ("brier_score", "log_loss")
LOWER_IS_BETTER = OF_PROBABILITIES


def at_half(y: Target, scores: Scores) -> dict[str, float]:
    """Decisions at the threshold 0.5: precision (0 without an alarm), recall, F1 and g_mean, of both recalls."""
    alarm, positive = scores >= 0.5, y == 1
    caught, alarms, positives = int(np.sum(alarm & positive)), int(alarm.sum()), int(positive.sum())
    recall, negatives = caught / positives, len(y) - positives
    specificity = 1 - (alarms - caught) / negatives
    return {
        "precision": caught / alarms if alarms else 0.0,
        "recall": recall,
        "f1": 2 * caught / (alarms + positives),
        "g_mean": float(np.sqrt(recall * specificity)),
    }


def _counts(y: Target, scores: Scores) -> tuple[Floats, Floats]:
    """Positives and rows at or above each different score, from the highest down."""
    order = np.argsort(-scores)  # in which order equal scores come does not matter
    ranked, caught, alarms = scores[order], np.cumsum(y[order], dtype=np.float64), np.arange(1.0, len(y) + 1)
    differ = ranked[1:] != ranked[:-1]
    if differ.all():
        return caught, alarms
    last = np.append(np.flatnonzero(differ), len(ranked) - 1)  # of each run of equal scores
    return caught[last], alarms[last]
