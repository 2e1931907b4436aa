"""The metrics by which train judges scores."""

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

Scores = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64]

#: metrics of scores, by scikit-learn's names; each takes (y, scores)
SCORE_METRICS = {
    "average_precision": average_precision_score,
    "roc_auc": roc_auc_score,
    "brier_score": brier_score_loss,
    "log_loss": lambda y, scores: log_loss(y, scores, labels=[0, 1]),
}

#: those that ask more of a score than that it ranks
OF_PROBABILITIES = ("brier_score", "log_loss")
LOWER_IS_BETTER = OF_PROBABILITIES


def average_precision(y: Target, scores: Scores) -> float:
    """scikit-learn's average_precision_score, without its checks: ensemble selection asks for it a thousand times."""
    order = np.argsort(-scores, kind="stable")
    ranked, caught = scores[order], np.cumsum(y[order])
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # of each run of equal scores
    gained = np.diff(caught[last], prepend=0)
    return float(np.sum(gained * caught[last] / (last + 1)) / caught[-1])


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
