"""Peak memory of SMOTE and logistic regression, in tables: `python -m benchmarks.speed.memory`.

A float32 table of 284,807 × 30 with 0.17 % positives, resampled to three positives for four negatives and fitted:
imbalanced-learn and scikit-learn as a user calls them, against our SMOTE and our logistic regression.
The peak counts the table once, and what is added to it: 2.75 is the table and the rows that are learned from. What is
freed goes back to the system at once (glibc's mallopt), so that no side finds room that an earlier step left behind;
each run is preceded by a small one in its process, so that pages of libraries do not count.

Both sides must learn from the same rows, bit for bit, and our coefficients must be those of scikit-learn's
newton-cholesky with tolerance 1e-10 in float64; their default solver stops earlier.
"""

import argparse
from collections.abc import Callable
import ctypes
import os
import statistics
from typing import Any

#: mallopt's name for the size from which an allocation is a mapping of its own, and its value as a process begins
MMAP_THRESHOLD, BEGINNING = -3, 128 << 10

#: rows of the small run
WARM = 20_000

#: three positives for four negatives
RATIO = 0.75

#: how far coefficients may be from those of a tight solver
APART = 1e-6


def theirs(X: Any, y: Any) -> tuple[Any, Any]:
    """The rows that their model learned from."""
    from imblearn.over_sampling import SMOTE
    from sklearn.linear_model import LogisticRegression

    X, y = SMOTE(sampling_strategy=RATIO, random_state=0).fit_resample(X, y)
    LogisticRegression(max_iter=1000).fit(X, y)
    return X, y


def ours(X: Any, y: Any) -> tuple[Any, Any]:
    """The rows that our model learned from."""
    X, y, _ = _learned(X, y)
    return X, y


def _learned(X: Any, y: Any) -> tuple[Any, Any, Any]:
    from stages.train.classifiers.class_weights import ClassWeights
    from stages.train.classifiers.logistic.path import fit_path
    from stages.train.samplers.smote import SMOTE

    X, y = SMOTE(sampling_strategy=RATIO, random_state=0).fit_resample(X, y)
    return X, y, fit_path(X, y, ClassWeights(1.0, 1.0), [1.0])


def off(X: Any, y: Any) -> tuple[Any]:
    """How far our coefficients and intercept are from a tight solver's, at most."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    X, y, path = _learned(X, y)
    tight = LogisticRegression(solver="newton-cholesky", tol=1e-10, max_iter=1000).fit(X.astype(np.float64), y)
    result = np.append(path.coefficients[0], path.intercepts[0])
    return (np.abs(result - np.append(tight.coef_[0], tight.intercept_[0])).max(),)


def growth(megabytes: float, size: int) -> float:
    """The table and what was added to it, in tables of `size` bytes."""
    return 1 + megabytes * 2**20 / size


HEADER = "| table | peak ÷ table, theirs | ours | rows | coefficients | runs | load |\n|:--|--:|--:|:--|:--|--:|--:|"


def row(X: Any, y: Any, runs: int) -> str:
    """A row of a Markdown table: medians. Raises AssertionError when rows or coefficients differ."""
    from benchmarks.speed.pairs import run

    def learn(how: Callable[[Any, Any], tuple[Any, Any]]) -> Any:
        return run(lambda: how(X, y), warm=lambda: how(X[:WARM], y[:WARM]))

    sides = [(learn(theirs), learn(ours)) for _ in range(runs)]
    assert len({side.digest for pair in sides for side in pair}) == 1, "the resampled rows differ"
    (apart,) = off(X, y)
    assert apart <= APART, f"coefficients are off by {apart}"
    cells = [f"{len(X):,} × {X.shape[1]}, {X.dtype}"]
    for which in (0, 1):
        cells.append(f"{growth(statistics.median(pair[which].memory for pair in sides), X.nbytes):.2f}")
    return f"| {' | '.join(cells)} | identical | within {apart:.0e} | {runs} | {os.getloadavg()[0]:.1f} |"


def main() -> None:
    """Prints the table as Markdown."""
    parser = argparse.ArgumentParser(description="Measures the peak memory of SMOTE and logistic regression.")
    parser.add_argument("--rows", type=int, default=284_807)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--runs", type=int, default=5, help="runs of each side")
    options = parser.parse_args()
    from stages.shared.runtime.threads import limit_threads

    limit_threads()
    ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, BEGINNING)
    from benchmarks.speed.rare import made

    X, y = made(options.rows, options.columns)
    for how in (theirs, ours):  # imports
        how(X[:WARM], y[:WARM])
    print(f"One thread. Load before: {os.getloadavg()[0]:.1f}.\n\n{HEADER}")
    print(row(X, y, options.runs))


if __name__ == "__main__":
    main()
