"""The groups of rows that form the test set: a stratified random draw, one of several such draws, or the latest rows.

scikit-learn has no splitter that stratifies and keeps groups together at a given test size.
"""

import numpy as np

from stages.shared.storage.arrow import Bools, Ints
from stages.shared.storage.parquet import Times


def draw_test_mask(groups: Ints, y: Ints, test_size: float, random_state: int) -> Bools:
    """Draw the test set, stratified by `y`; return it as a mask, shape (rows,).

    The quota of a class is round(test_size × rows of the class), half to even. Groups come in random order. A group
    joins the test set if that lowers the sum of squared relative gaps to the quotas. With groups of one row the quotas
    are met exactly. Larger groups have no precedence; otherwise they would fill the test set.
    """
    _, group = np.unique(groups, return_inverse=True)
    sizes = np.bincount(2 * group + y, minlength=2 * (int(group.max()) + 1)).reshape(-1, 2)
    quota = np.array([round(test_size * count) for count in np.bincount(y, minlength=2).tolist()])
    order = np.random.RandomState(random_state).permutation(len(sizes))
    selected = np.zeros(len(sizes), dtype=np.bool_)
    selected[order[_fill_quota(sizes[order], quota)]] = True
    return selected[group]


def draw_parts(groups: Ints, y: Ints, n_parts: int, random_state: int) -> Ints:
    """Draw test sets that together hold every row once; return the number of each row's set from 1, shape (rows,).

    `draw_test_mask` draws each from the rows that the earlier ones left; the last one is the remaining rows. So all
    have about the same number of rows and positives, and groups stay whole.
    """
    parts_of_rows = np.full(len(y), n_parts, dtype=np.int64)
    for part in range(1, n_parts):
        remaining = np.flatnonzero(parts_of_rows == n_parts)
        if len(remaining):
            mask = draw_test_mask(groups[remaining], y[remaining], 1 / (n_parts - part + 1), random_state)
            parts_of_rows[remaining[mask]] = part
    return parts_of_rows


def _fill_quota(sizes: Ints, quota: Ints) -> Ints:
    """Return the indices of the groups that are taken in this order; `sizes` has shape (groups, 2).

    A single row is taken while its class's quota is not met. All single rows between two larger groups are therefore
    taken at once, and the loop visits only larger groups.
    """
    single = sizes.sum(axis=1) == 1
    rows = [np.flatnonzero(single & (sizes[:, label] == 1)) for label in (0, 1)]  # indices of the single rows by class
    larger = np.flatnonzero(~single)
    ahead = np.column_stack([np.searchsorted(indices, larger) for indices in rows])  # single rows before a larger group
    remaining, seen = quota.tolist(), [0, 0]
    singles_taken: list[Ints] = []
    larger_taken: list[int] = []
    scale = [max(count, 1) for count in remaining]

    def take_singles(until: list[int]) -> None:
        for label in (0, 1):
            count = min(max(remaining[label], 0), until[label] - seen[label])
            singles_taken.append(rows[label][seen[label] : seen[label] + count])
            remaining[label] -= count
            seen[label] = until[label]

    def gap(negatives: int, positives: int) -> float:
        return float((negatives / scale[0]) ** 2 + (positives / scale[1]) ** 2)

    for index, until, size in zip(larger.tolist(), ahead.tolist(), sizes[larger].tolist(), strict=True):
        if until != seen:
            take_singles(until)
        if gap(remaining[0] - size[0], remaining[1] - size[1]) < gap(*remaining):
            larger_taken.append(index)
            remaining[0], remaining[1] = remaining[0] - size[0], remaining[1] - size[1]
    take_singles([len(indices) for indices in rows])
    return np.concatenate([*singles_taken, np.array(larger_taken, dtype=np.int64)])


def cut_latest(times: Times, test_size: float) -> Bools:
    """Return the test set as a mask, shape (rows,): every row at or after a cut-off time.

    The cut-off gives the share of rows nearest to `test_size`; of two equally near, the later. Rows of equal time stay
    together.
    """
    cuts, counts = np.unique(times, return_counts=True)
    shares = counts[::-1].cumsum()[::-1] / len(times)  # of the rows from each cut on
    nearest = len(cuts) - 1 - int(np.argmin(np.abs(shares - test_size)[::-1]))
    mask: Bools = times >= cuts[nearest]
    return mask
