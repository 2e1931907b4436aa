"""Bootstrap interval of a tuned threshold."""

import numpy as np

from stages.evaluate.thresholds.counts import counts_at, possible_thresholds
from stages.evaluate.thresholds.policies import Policy, best_index
from stages.shared.metrics.confusion import Counts, ratio
from stages.shared.storage.arrow import Floats, Ints

#: thresholds tried where the number of positive predictions is what counts
MAX_THRESHOLDS = 300


def compute_interval(
    y: Ints,
    scores: Floats,
    policy: Policy,
    *,
    repeats: int = 1,
    weights: Floats | None = None,
    confidence: float,
    n_resamples: int,
    random_state: int,
) -> tuple[float, float]:
    """Return the middle `confidence` of the thresholds that `policy` chooses on resamples of the out-of-fold rows.

    The bootstrap is stratified: each class is resampled by itself in its own size. A threshold depends only on how many
    rows of each class lie between it and the next one. So these counts are sampled (multinomial) instead of rows: the
    same distribution, whatever the number of rows. The thresholds tried are those of the original rows. `y` and
    `scores` hold every row `repeats` times, and a resample has as many rows as there are. With `weights`, of shape
    (rows,), each sampled row counts with the mean weight between its two thresholds.
    """
    thresholds = possible_thresholds(scores)
    thresholds = thresholds[_find_useful_indices(counts_at(thresholds, y, scores), policy.name)]
    counts = counts_at(thresholds, y, scores)
    weighed = counts if weights is None else counts_at(thresholds, y, scores, weights)
    random = np.random.RandomState(random_state)
    tp = _resample(counts.tp, weighed.tp, repeats, n_resamples, random)
    fp = _resample(counts.fp, weighed.fp, repeats, n_resamples, random)
    resampled = Counts(tp=tp, fp=fp, fn=tp[:, :1] - tp, tn=fp[:, :1] - fp)  # at the first threshold all are positive
    best = thresholds[best_index(policy.make_keys(resampled))]
    low, high = np.quantile(best, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _find_useful_indices(counts: Counts, policy: str) -> Ints:
    """Return the thresholds that can be the best of some resample: the first, the last, those just below a positive.

    A threshold that could rise without losing a true positive is never better. Only top_share counts positive
    predictions instead; of many thresholds it gets those that space their numbers evenly on a logarithmic scale.
    """
    last = len(counts.tp) - 1
    if policy == "top_share":
        from_top = np.unique(np.geomspace(1, last + 1, MAX_THRESHOLDS).round().astype(np.int64)) - 1
        return np.unique(np.concatenate([[0], last - from_top]))
    below_a_positive = np.flatnonzero(counts.tp[:-1] > counts.tp[1:])
    return np.unique(np.concatenate([[0], below_a_positive, [last]]))


def _resample(above: Floats, weighed: Floats, repeats: int, n_resamples: int, random: np.random.RandomState) -> Floats:
    """Return rows of one class at or above each threshold in each resample, shape (n_resamples, thresholds).

    `above` are their numbers in the original rows, and `weighed` the sums of their weights.
    """
    between = above - np.append(above[1:], 0)
    sampled: Floats | Ints = random.multinomial(round(above[0] / repeats), between / above[0], size=n_resamples)
    if weighed is not above:
        sampled = sampled * ratio(weighed - np.append(weighed[1:], 0), between)
    return np.cumsum(sampled[:, ::-1], axis=1)[:, ::-1].astype(np.float64)
