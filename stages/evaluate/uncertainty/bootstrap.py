"""The stratified bootstrap of the test rows.

Every candidate is measured on the same resamples, so that differences are paired.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from stages.evaluate.uncertainty.metric_evaluator import MetricEvaluator, Values
from stages.shared.storage.arrow import Floats, Ints

#: resamples × rows in memory at a time: a dozen arrays of this size exist at once, some 100 MB
CELLS = 1_000_000


@dataclass(frozen=True)
class BootstrapResult:
    """A candidate's metrics: on the test rows, on each resample, and through `evaluator` without each row."""

    evaluator: MetricEvaluator
    values: dict[str, dict[str, float]]  # family -> metric -> value
    counts: dict[str, dict[str, int | float]]  # family of decisions -> tp, fp, fn, tn; floats are sums of weights
    replicates: Values  # family -> metric -> shape (n_resamples,)


def bootstrap_weights(
    y: Ints, n_resamples: int, random_state: int, cells: int = CELLS, groups: Ints | None = None
) -> Iterator[Floats]:
    """Yield how often each row occurs in each resample, in chunks of shape (some resamples, rows).

    Each class is resampled by itself in its own size (multinomial weights), so prevalence stays and no resample lacks a
    class. The weights do not depend on `cells`, the size of the chunks. With `groups`, shape (rows,), whole groups are
    resampled, those with a positive row and the others by themselves.
    """
    if groups is not None:
        positive, negative = (np.bincount(groups, weights=y == label) > 0 for label in (1, 0))
        strata = (negative if positive.all() else positive).astype(np.int64)  # so that no resample lacks a class
        for weights in bootstrap_weights(strata, n_resamples, random_state, cells):
            yield weights[:, groups]
        return
    members = np.argsort(y, kind="stable")  # the negatives, then the positives
    sizes = np.bincount(y, minlength=2)
    size, begin = np.repeat(sizes, sizes), np.repeat([0, sizes[0]], sizes)
    random, rows = np.random.RandomState(random_state), len(y)
    step = max(1, cells // rows)
    for done in range(0, n_resamples, step):
        count = min(step, n_resamples - done)
        indices = (random.random_sample((count, rows)) * size).astype(np.int64) + begin
        indices += rows * np.arange(count)[:, None]
        weights = np.empty((count, rows))
        weights[:, members] = np.bincount(indices.ravel(), minlength=count * rows).reshape(count, rows)
        yield weights


def bootstrap(
    y: Ints, evaluators: list[MetricEvaluator], n_resamples: int, random_state: int, cells: int = CELLS
) -> list[BootstrapResult]:
    """Return every metric of every candidate, in the order of `evaluators`, which have the same groups."""
    groups = evaluators[0].groups
    return measure_samples(evaluators, bootstrap_weights(y, n_resamples, random_state, cells, groups))


def measure_samples(evaluators: list[MetricEvaluator], samples: Iterable[Floats]) -> list[BootstrapResult]:
    """Return the same on given samples of the rows: weights, in chunks of shape (some samples, rows)."""
    chunks: list[list[Values]] = [[] for _ in evaluators]
    for weights in samples:
        for evaluator, own_chunks in zip(evaluators, chunks, strict=True):
            own_chunks.append(evaluator.measure(weights))
    return [_merge(evaluator, own_chunks) for evaluator, own_chunks in zip(evaluators, chunks, strict=True)]


def _merge(evaluator: MetricEvaluator, chunks: list[Values]) -> BootstrapResult:
    once = np.ones((1, len(evaluator.positive)))
    values = {
        family: {name: float(value[0]) for name, value in metrics.items()}
        for family, metrics in evaluator.measure(once).items()
    }
    counts = {
        family: {
            name: int(count[0]) if evaluator.weights is None else float(count[0])
            for name, count in vars(matrix).items()
        }
        for family, matrix in evaluator.counts(once).items()
    }
    replicates = {
        family: {name: np.concatenate([chunk[family][name] for chunk in chunks]) for name in metrics}
        for family, metrics in values.items()
    }
    return BootstrapResult(evaluator, values, counts, replicates)
