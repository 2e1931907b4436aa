"""The decision threshold, chosen from out-of-fold scores on train; the test side never has a say."""

import numpy as np
import numpy.typing as npt

from stages.evaluate.decisions import Counts
from stages.evaluate.thresholds.policies import POLICIES, PROMISES, Costs, Keys, Own
from stages.shared.storage.arrow import Floats, Ints

#: a threshold is stored with so many digits, so only such numbers are tried: what is stored is what was measured
DIGITS = 6


def tuned_threshold(y: Ints, scores: Floats, policy: str, cost: Costs = None, own: Own = None) -> float:
    """The threshold with the best value of `policy`; a row is an alarm when its score is at least the threshold.

    `y` and `scores` have shape (rows,); `own` is the number that the policy needs, if any. Among thresholds of equal
    value the highest wins: as good with the fewest alarms, and one rule also where the best thresholds do not adjoin.
    """
    thresholds = possible_thresholds(scores)
    return float(thresholds[best_place(POLICIES[policy](counts_at(thresholds, y, scores), own, cost))])


def keeps_promise(y: Ints, scores: Floats, threshold: float, policy: str, own: Own = None) -> bool:
    """Whether `threshold` keeps the bound of its policy, such as the precision asked for; true where it has none."""
    if policy not in PROMISES or own is None:
        return True
    return bool(PROMISES[policy](counts_at(np.array([threshold]), y, scores), own)[0])


def best_place(keys: Keys) -> npt.NDArray[np.intp]:
    """Where the best threshold stands along the last axis, of equals the last: shape of `keys` without that axis."""
    best = np.ones_like(keys[0], dtype=np.bool_)
    for values in keys:
        among = np.where(best, values, -np.inf)
        best &= among == among.max(axis=-1, keepdims=True)
    return np.asarray(best.shape[-1] - 1 - best[..., ::-1].argmax(axis=-1))


def possible_thresholds(scores: Floats) -> Floats:
    """The thresholds worth trying, rising: midway between neighbouring distinct scores, 0 and 1.

    Midway, because new scores fall on either side of the known ones. 0 flags every row, 1 none but the certain.
    """
    distinct = np.unique(scores)
    return np.unique(np.concatenate([[0.0], np.round((distinct[1:] + distinct[:-1]) / 2, DIGITS), [1.0]]))


def counts_at(thresholds: Floats, y: Ints, scores: Floats) -> Counts:
    """The confusion matrix at each threshold, by sorting once: shape (thresholds,)."""
    positive, negative = np.sort(scores[y == 1]), np.sort(scores[y == 0])
    fn = np.searchsorted(positive, thresholds, "left").astype(np.float64)
    tn = np.searchsorted(negative, thresholds, "left").astype(np.float64)
    return Counts(tp=len(positive) - fn, fp=len(negative) - tn, fn=fn, tn=tn)
