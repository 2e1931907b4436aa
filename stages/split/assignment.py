"""Which units are held out for the test: drawn by lot to each class's quota, or the latest ones."""

import numpy as np
import numpy.typing as npt

from stages.shared.storage.arrow import Bools, Ints


def drawn(units: Ints, y: Ints, test_size: float, random_state: int) -> Bools:
    """The test side as a mask, shape (rows,), stratified by `y`.

    Units come in random order; each goes to the test side if it brings it nearer to the quotas of the two classes,
    round(test_size × rows of the class), half to even (nearer: in the sum of squared relative gaps). With units of one
    row the quotas are met exactly. Larger units have no precedence: the test side would then be made of them.
    """
    _, unit = np.unique(units, return_inverse=True)
    sizes = np.bincount(2 * unit + y, minlength=2 * (int(unit.max()) + 1)).reshape(-1, 2)
    quota = np.array([round(test_size * count) for count in np.bincount(y, minlength=2).tolist()])
    order = np.random.RandomState(random_state).permutation(len(sizes))
    chosen = np.zeros(len(sizes), dtype=np.bool_)
    chosen[order[_filling(sizes[order], quota)]] = True
    return chosen[unit]


def _filling(sizes: Ints, quota: Ints) -> Ints:
    """The places of the units that are taken when they come in this order, `sizes` of shape (units, 2).

    A single row is taken as long as its class's quota is not met. Those between two larger units are therefore taken
    at once, and only larger units are looked at one by one.
    """
    single = sizes.sum(axis=1) == 1
    rows = [np.flatnonzero(single & (sizes[:, label] == 1)) for label in (0, 1)]  # places of the single rows by class
    larger = np.flatnonzero(~single)
    ahead = np.column_stack([np.searchsorted(places, larger) for places in rows])  # single rows before a larger unit
    left, seen = quota.tolist(), [0, 0]
    taken: list[Ints] = []
    whole: list[int] = []
    scale = [max(count, 1) for count in left]

    def take_singles(until: list[int]) -> None:
        for label in (0, 1):
            count = min(max(left[label], 0), until[label] - seen[label])
            taken.append(rows[label][seen[label] : seen[label] + count])
            left[label] -= count
            seen[label] = until[label]

    def gap(negatives: int, positives: int) -> float:
        return float((negatives / scale[0]) ** 2 + (positives / scale[1]) ** 2)

    for place, until, size in zip(larger.tolist(), ahead.tolist(), sizes[larger].tolist(), strict=True):
        if until != seen:
            take_singles(until)
        if gap(left[0] - size[0], left[1] - size[1]) < gap(*left):
            whole.append(place)
            left[0], left[1] = left[0] - size[0], left[1] - size[1]
    take_singles([len(places) for places in rows])
    return np.concatenate([*taken, np.array(whole, dtype=np.int64)])


def latest(units: Ints, times: npt.NDArray[np.int64] | npt.NDArray[np.float64], test_size: float) -> Bools:
    """The test side as a mask, shape (rows,): every unit that has a row at or after a certain time.

    That time is chosen so that the share of the test side is nearest to `test_size` (of two equally near, the later).
    Rows of equal time, like rows of one unit, are therefore never parted, and train holds nothing as late as that.
    """
    _, unit = np.unique(units, return_inverse=True)
    last = np.full(int(unit.max()) + 1, times.min())
    np.maximum.at(last, unit, times)
    ends = last[unit]
    cuts, counts = np.unique(ends, return_counts=True)
    shares = counts[::-1].cumsum()[::-1] / len(times)  # of the rows from each cut on
    nearest = len(cuts) - 1 - int(np.argmin(np.abs(shares - test_size)[::-1]))
    side: Bools = ends >= cuts[nearest]
    return side
