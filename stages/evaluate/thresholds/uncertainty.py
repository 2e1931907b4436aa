"""How unsure a tuned threshold is: where it would have come to lie on other rows of the same kind."""

import numpy as np

from stages.evaluate.decisions import Counts
from stages.evaluate.thresholds.policies import POLICIES, Costs, Own
from stages.evaluate.thresholds.tuning import best_place, counts_at, possible_thresholds
from stages.shared.storage.arrow import Floats, Ints

#: of the thresholds that differ in alarms, so many are tried where the number of alarms is what counts
PLACES = 300


def threshold_interval(
    y: Ints,
    scores: Floats,
    policy: str,
    cost: Costs = None,
    own: Own = None,
    *,
    repeats: int = 1,
    confidence: float,
    n_resamples: int,
    random_state: int,
) -> tuple[float, float]:
    """The middle `confidence` of the thresholds that `policy` chooses on resamples of the out-of-fold rows.

    The bootstrap is stratified: each class is drawn from itself in its own size. A threshold sees nothing of the rows
    but how many of each class lie between it and the next one, so these numbers are drawn (multinomial) instead of
    rows: the same distribution, whatever the number of rows. Tried are the thresholds of the rows as they are. `y` and
    `scores` hold every row `repeats` times, and a resample has as many rows as there are.
    """
    thresholds = possible_thresholds(scores)
    thresholds = thresholds[_places(counts_at(thresholds, y, scores), policy)]
    counts = counts_at(thresholds, y, scores)
    random = np.random.RandomState(random_state)
    tp = _resampled(counts.tp, repeats, n_resamples, random)
    fp = _resampled(counts.fp, repeats, n_resamples, random)
    drawn = Counts(tp=tp, fp=fp, fn=tp[:, :1] - tp, tn=fp[:, :1] - fp)  # the first threshold flags every row
    chosen = thresholds[best_place(POLICIES[policy](drawn, own, cost))]
    low, high = np.quantile(chosen, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _places(counts: Counts, policy: str) -> Ints:
    """The thresholds that can be the best of some resample: the first, the last, and those just below a positive.

    A threshold that could rise without missing a positive is never better. Only top_share counts alarms instead; of
    many thresholds it gets those that part the numbers of alarms evenly on a logarithmic scale.
    """
    last = len(counts.tp) - 1
    if policy == "top_share":
        from_top = np.unique(np.geomspace(1, last + 1, PLACES).round().astype(np.int64)) - 1
        return np.unique(np.concatenate([[0], last - from_top]))
    below_a_positive = np.flatnonzero(counts.tp[:-1] > counts.tp[1:])
    return np.unique(np.concatenate([[0], below_a_positive, [last]]))


def _resampled(above: Floats, repeats: int, n_resamples: int, random: np.random.RandomState) -> Floats:
    """Rows of one class at or above each threshold in each resample, shape (n_resamples, thresholds)."""
    between = above - np.append(above[1:], 0)
    drawn = random.multinomial(round(above[0] / repeats), between / above[0], size=n_resamples)
    return np.cumsum(drawn[:, ::-1], axis=1)[:, ::-1].astype(np.float64)
