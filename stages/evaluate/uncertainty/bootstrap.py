"""The stratified bootstrap of the test rows: the same resamples for every candidate, so that differences are paired."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from stages.evaluate.metrics import Meter, Values
from stages.shared.storage.arrow import Floats, Ints

#: resamples × rows weighted at a time: a dozen arrays of this size live at once, some 100 MB
CELLS = 1_000_000


@dataclass(frozen=True)
class Measured:
    """A candidate's metrics on the test rows: as they are, on each resample, and through `meter` without each row."""

    meter: Meter

    values: dict[str, dict[str, float]]  # family -> metric -> value
    counts: dict[str, dict[str, int]]  # family of decisions -> tp, fp, fn, tn
    draws: Values  # family -> metric -> shape (n_resamples,)


def resamples(y: Ints, n_resamples: int, random_state: int, cells: int = CELLS) -> Iterator[Floats]:
    """How often each row stands in each resample, in pieces of shape (some resamples, rows).

    Each class is drawn from itself in its own size (multinomial weights), so prevalence stays and no resample lacks
    a class. The draws do not depend on the size of the pieces.
    """
    members = np.argsort(y, kind="stable")  # the negatives, then the positives
    sizes = np.bincount(y, minlength=2)
    size, begin = np.repeat(sizes, sizes), np.repeat([0, sizes[0]], sizes)
    random, rows = np.random.RandomState(random_state), len(y)
    step = max(1, cells // rows)
    for done in range(0, n_resamples, step):
        count = min(step, n_resamples - done)
        drawn = (random.random_sample((count, rows)) * size).astype(np.int64) + begin
        drawn += rows * np.arange(count)[:, None]
        weights = np.empty((count, rows))
        weights[:, members] = np.bincount(drawn.ravel(), minlength=count * rows).reshape(count, rows)
        yield weights


def measure_all(
    y: Ints, meters: list[Meter], n_resamples: int, random_state: int, cells: int = CELLS
) -> list[Measured]:
    """Every metric of every candidate, in the order of `meters`."""
    return measure_on(meters, resamples(y, n_resamples, random_state, cells))


def measure_on(meters: list[Meter], samples: Iterable[Floats]) -> list[Measured]:
    """The same on samples of the rows that are given as weights, in pieces of shape (some samples, rows)."""
    pieces: list[list[Values]] = [[] for _ in meters]
    for weights in samples:
        for meter, piece in zip(meters, pieces, strict=True):
            piece.append(meter.measure(weights))
    return [_measured(meter, piece) for meter, piece in zip(meters, pieces, strict=True)]


def _measured(meter: Meter, pieces: list[Values]) -> Measured:
    once = np.ones((1, len(meter.positive)))
    values = {
        family: {name: float(value[0]) for name, value in metrics.items()}
        for family, metrics in meter.measure(once).items()
    }
    counts = {
        family: {name: int(count[0]) for name, count in vars(matrix).items()}
        for family, matrix in meter.counts(once).items()
    }
    draws = {
        family: {name: np.concatenate([piece[family][name] for piece in pieces]) for name in metrics}
        for family, metrics in values.items()
    }
    return Measured(meter, values, counts, draws)
