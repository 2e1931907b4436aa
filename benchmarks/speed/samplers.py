"""imbalanced-learn's samplers beside those of `stages.train.samplers`: `python -m benchmarks.speed.samplers`.

Same rows, bit for bit, or it fails. Memory is what the run adds to that of the process with the data.
"""

import argparse
from collections.abc import Callable
import os
from typing import Any

Case = tuple[Callable[[], tuple[Any, Any]], Callable[[], list[Any]], Callable[[], list[Any]]]


def correlated(n: int, d: int) -> Any:
    """Clusters of about 12 independent directions in d standardised columns: nearer to tables than white noise."""
    import numpy as np

    random, inner = np.random.RandomState(0), min(d, 12)
    Z = random.randn(n, inner) * np.linspace(1, 0.3, inner)
    Z += random.randint(0, 4, (n, 1)) * random.randn(1, inner)
    X = Z @ random.randn(inner, d) + 0.1 * random.randn(n, d)
    return (X - X.mean(axis=0)) / X.std(axis=0)


def large_minority(rows: Any, positives: int = 100_000) -> tuple[Any, Any]:
    """`rows` with so many positives first; the others are negatives."""
    import numpy as np

    return rows, (np.arange(len(rows)) < positives).astype(int)


def classification(
    n: int = 30_000, d: int = 30, levels: tuple[int, ...] = (), informative: int = 12
) -> tuple[Any, Any]:
    """scikit-learn's made classification, standardised, with columns of level codes at its end; few are positive.

    3 % are positive of the 30,000 rows, 10 % of fewer.
    """
    import numpy as np
    from sklearn.datasets import make_classification
    from sklearn.preprocessing import scale

    parts = {"n_informative": informative, "n_redundant": informative // 2, "flip_y": 0.005, "random_state": 0}
    X, y = make_classification(n, max(6, d - len(levels)), weights=[0.97 if n == 30_000 else 0.9], **parts)
    X = scale(X)
    sources = [(X[:, index % X.shape[1]], count) for index, count in enumerate(levels)]
    codes = [np.digitize(values, np.quantile(values, np.arange(1, count) / count)) for values, count in sources]
    return np.column_stack([X, *codes]), y


class Grid:
    """A search over k and ratio: every setting on the same rows, in several folds."""

    def __init__(self, make: Callable[[int, float], Any], folds: int) -> None:
        self.make, self.folds = make, folds

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Return the rows of all settings in the last fold, one after the other."""
        import numpy as np

        settings = [(k, ratio) for k in (3, 5, 7) for ratio in (0.5, 0.75, 1.0)]
        for _ in range(self.folds):
            made = [self.make(k, ratio).fit_resample(X, y) for k, ratio in settings]
        X_made, y_made = (np.concatenate(parts) for parts in zip(*made, strict=True))
        return X_made, y_made


def grid(make: Callable[[type], Callable[[int, float], Any]], theirs: type, ours: type, folds: int) -> tuple[Any, Any]:
    """Return a grid with their sampler and one with ours."""
    return lambda: [Grid(make(theirs), folds)], lambda: [Grid(make(ours), folds)]


def cases() -> dict[str, Case]:
    """What is compared: the data, their samplers one after the other, and ours."""
    from imblearn import combine, over_sampling
    import numpy as np

    from stages.train.samplers.cleaning import EditedNearestNeighbours, TomekLinks
    from stages.train.samplers.smote import SMOTE
    from stages.train.samplers.smotenc import SMOTENC
    from stages.train.samplers.variants import ADASYN, BorderlineSMOTE

    seed = {"random_state": 0}
    smote: tuple[Any, Any] = (lambda: [over_sampling.SMOTE(**seed)], lambda: [SMOTE(**seed)])
    levels = {"categorical_features": list(range(6, 20)), **seed}
    plain = lambda kind: lambda k, ratio: kind(k_neighbors=k, sampling_strategy=ratio, **seed)  # noqa: E731
    mixed = lambda kind: lambda k, ratio: kind(k_neighbors=k, sampling_strategy=ratio, **levels)  # noqa: E731
    nominal = {"categorical_features": [27, 28, 29], **seed}
    return {
        "SMOTE, 1e5 minority rows × 10": (lambda: large_minority(correlated(300_000, 10)), *smote),
        "SMOTE, 1e5 minority rows × 30": (lambda: large_minority(correlated(300_000, 30)), *smote),
        "SMOTE, 1e5 minority rows × 30, white noise": (
            lambda: large_minority(np.random.RandomState(0).randn(300_000, 30)), *smote,
        ),
        "SMOTE, 30,000 × 30": (classification, *smote),
        "SMOTETomek, 30,000 × 30": (
            classification,
            lambda: [combine.SMOTETomek(**seed)],
            lambda: [SMOTE(**seed), TomekLinks(sampling_strategy="all")],
        ),
        "SMOTEENN, 30,000 × 30": (
            classification,
            lambda: [combine.SMOTEENN(**seed)],
            lambda: [SMOTE(**seed), EditedNearestNeighbours(sampling_strategy="all")],
        ),
        "SMOTENC, 30,000 × 30, 3 categorical (5, 8, 20 levels)": (
            lambda: classification(levels=(5, 8, 20)),
            lambda: [over_sampling.SMOTENC(**nominal)],
            lambda: [SMOTENC(**nominal)],
        ),
        "SMOTE, 9 settings in 20 folds of 2,000 × 10": (
            lambda: classification(2000, 10, informative=6), *grid(plain, over_sampling.SMOTE, SMOTE, 20),
        ),
        "SMOTENC, 9 settings in 2 folds of 2,000 × 20, 14 categorical": (
            lambda: classification(2000, 20, (2,) * 12 + (5, 8), 3), *grid(mixed, over_sampling.SMOTENC, SMOTENC, 2),
        ),
        "BorderlineSMOTE, 30,000 × 30": (
            classification, lambda: [over_sampling.BorderlineSMOTE(**seed)], lambda: [BorderlineSMOTE(**seed)],
        ),
        "ADASYN, 30,000 × 30": (classification, lambda: [over_sampling.ADASYN(**seed)], lambda: [ADASYN(**seed)]),
    }  # fmt: skip


def main() -> None:
    """Prints the table as Markdown."""
    parser = argparse.ArgumentParser(description="Compares the fast samplers with imbalanced-learn's own.")
    parser.add_argument("--pairs", type=int, default=5, help="alternating pairs of runs for each case")
    parser.add_argument("--threads", type=int, default=1, help="threads of BLAS and OpenMP, the same for both sides")
    parser.add_argument("--only", default="", help="cases with this text in their names")
    options = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    from benchmarks.speed.pairs import HEADER, compare

    print(f"Threads: {options.threads} of {os.cpu_count()} cores. Load before: {os.getloadavg()[0]:.1f}.\n\n{HEADER}")
    for name, (data, theirs, ours) in cases().items():
        if options.only in name:
            X, y = data()

            def resample(samplers: Callable[[], list[Any]], X: Any = X, y: Any = y) -> tuple[Any, Any]:
                for sampler in samplers():
                    X, y = sampler.fit_resample(X, y)
                return X, y

            print(compare(name, lambda: resample(theirs), lambda: resample(ours), options.pairs), flush=True)  # noqa: B023


if __name__ == "__main__":
    main()
