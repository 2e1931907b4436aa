"""imbalanced-learn's samplers beside those of `stages.train.fast`: `python -m benchmarks.speed.samplers`.

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


def classification(n: int = 30_000, d: int = 30, levels: tuple[int, ...] = ()) -> tuple[Any, Any]:
    """scikit-learn's made classification, standardised, 3 % positive, with columns of level codes at its end."""
    import numpy as np
    from sklearn.datasets import make_classification
    from sklearn.preprocessing import scale

    parts = {"n_informative": 12, "n_redundant": 6, "weights": [0.97], "flip_y": 0.005, "random_state": 0}
    X, y = make_classification(n, d - len(levels), **parts)
    X = scale(X)
    codes = [np.digitize(X[:, i], np.quantile(X[:, i], np.arange(1, count) / count)) for i, count in enumerate(levels)]
    return np.column_stack([X, *codes]), y


def cases() -> dict[str, Case]:
    """What is compared: the data, their samplers one after the other, and ours."""
    from imblearn import combine, over_sampling
    import numpy as np

    from stages.train.fast.cleaners import EditedNearestNeighbours, TomekLinks
    from stages.train.fast.others import ADASYN, BorderlineSMOTE
    from stages.train.fast.smote import SMOTE
    from stages.train.fast.smotenc import SMOTENC

    seed = {"random_state": 0}
    smote: tuple[Any, Any] = (lambda: [over_sampling.SMOTE(**seed)], lambda: [SMOTE(**seed)])
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
