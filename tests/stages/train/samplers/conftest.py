"""Tables with easy and hard neighbor searches; the fast search runs on them however small they are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stages.train.samplers.neighbors import estimator, partition, search

Array = npt.NDArray[Any]


def normal(random: np.random.RandomState, n: int, d: int) -> Array:
    return random.randn(n, d)


def grid(random: np.random.RandomState, n: int, d: int) -> Array:
    return random.randint(0, 4, (n, d)).astype(float)


def tenths(random: np.random.RandomState, n: int, d: int) -> Array:
    return random.randint(0, 30, (n, d)) / 10  # ties but for the last digit


def duplicates(random: np.random.RandomState, n: int, d: int) -> Array:
    X = random.randn(n, d)
    X[n // 2 :] = X[random.randint(0, n // 2, n - n // 2)]
    return X


def near_duplicates(random: np.random.RandomState, n: int, d: int) -> Array:
    """Pairs that float32 cannot tell apart, and brute force in float64 hardly."""
    X = duplicates(random, n, d)
    return X + 1e-9 * random.randn(n, d)


def outliers(random: np.random.RandomState, n: int, d: int) -> Array:
    X = random.randn(n, d)
    X[:: max(2, n // 5)] *= 1e6
    return X


def scales(random: np.random.RandomState, n: int, d: int) -> Array:
    return random.randn(n, d) * 10.0 ** random.randint(-6, 7, d)


def far_off(random: np.random.RandomState, n: int, d: int) -> Array:
    return random.randn(n, d) + 1e7


def constant_columns(random: np.random.RandomState, n: int, d: int) -> Array:
    X = random.randn(n, d)
    X[:, ::2] = 3.3
    return X


def all_the_same(random: np.random.RandomState, n: int, d: int) -> Array:
    return np.ones((n, d)) + 0 * random.randn(n, d)


def huge(random: np.random.RandomState, n: int, d: int) -> Array:
    return random.randn(n, d) * 1e16


def tiny(random: np.random.RandomState, n: int, d: int) -> Array:
    return random.randn(n, d) * 1e-30


TABLES: dict[str, Callable[[np.random.RandomState, int, int], Array]] = {
    make.__name__: make
    for make in (
        normal, grid, tenths, duplicates, near_duplicates, outliers, scales, far_off, constant_columns, all_the_same,
        huge, tiny,
    )
}  # fmt: skip


@pytest.fixture(params=TABLES)
def table(request: pytest.FixtureRequest) -> Callable[..., Array]:
    """Makes a table of the kind in turn: `table(rows, columns, seed)`."""
    return lambda n, d, seed=0: TABLES[request.param](np.random.RandomState(seed), n, d)


@pytest.fixture(autouse=True)
def always_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the fast search on small tables too, with many small blocks."""
    monkeypatch.setattr(estimator, "MIN_WORK", dict.fromkeys(estimator.MIN_WORK, estimator.MinWork(0, 0)))
    monkeypatch.setattr(estimator, "MIN_COLUMNS", 0)
    for module in (partition, search):
        monkeypatch.setattr(module, "BLOCK_SIZE", 16)
    monkeypatch.setattr(search, "TILE_HEIGHT", 8)
    monkeypatch.setattr(search, "STRIDE", 32)


def imbalanced(X: Array) -> Array:
    """A target for X: one row in four, at the one end of the first column that is not constant, is 1."""
    varying = np.flatnonzero(np.ptp(X, axis=0))
    ranks = np.argsort(np.argsort(X[:, varying[0]] if len(varying) else np.arange(len(X)), kind="stable"))
    y = (ranks >= len(X) - len(X) // 4).astype(int)
    y[:: max(3, len(X) // 7)] ^= 1  # some among the others, for the cleaners to find
    return y


def assert_same(found: tuple[Any, Any], expected: tuple[Any, Any]) -> None:
    """Both the same to the last bit, in dtype and shape too."""
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs)


def result(sampler: Any, X: Any, y: Array) -> tuple[Any, Any] | str:
    try:
        X_resampled, y_resampled = sampler.fit_resample(X, y)
    except (ValueError, RuntimeError) as error:
        return str(error)
    return X_resampled, y_resampled


def assert_same_outcome(pair: tuple[type, type], X: Any, y: Array, **parameters: Any) -> None:
    ours, theirs = (result(kind(**parameters), X, y) for kind in pair)
    if isinstance(theirs, str):
        assert ours == theirs
    else:
        assert not isinstance(ours, str)
        assert_same(ours, theirs)
