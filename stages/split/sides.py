"""Which units are held out for the test: drawn by lot to each class's quota, or the latest ones."""

import numpy as np
import numpy.typing as npt

from stages.shared.arrays import Bools, Ints


def drawn(units: Ints, y: Ints, test_size: float, random_state: int) -> Bools:
    """The test side as a mask, shape (rows,), stratified by `y`.

    Units come in random order; each goes to the test side if it brings it nearer to the quotas of the two classes,
    round(test_size × rows of the class), half to even (nearer: in the sum of squared relative gaps). With units of one
    row the quotas are met exactly. Larger units have no precedence: the test side would then be made of them.
    """
    _, unit = np.unique(units, return_inverse=True)
    sizes = np.zeros((int(unit.max()) + 1, 2), dtype=np.int64)
    np.add.at(sizes, (unit, y), 1)
    quota = np.array([round(test_size * count) for count in np.bincount(y, minlength=2).tolist()])
    left, scale = quota.copy(), np.maximum(quota, 1)
    chosen = np.zeros(len(sizes), dtype=np.bool_)
    for place in np.random.RandomState(random_state).permutation(len(sizes)):
        if (((left - sizes[place]) / scale) ** 2).sum() < ((left / scale) ** 2).sum():
            chosen[place] = True
            left -= sizes[place]
    return chosen[unit]


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
