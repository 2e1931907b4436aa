"""Compares imbalanced-learn's samplers with those of `stages.train.samplers`: `python -m benchmarks.speed.samplers`.

It shows how much faster our samplers are, and that they return the same rows; it fails if one bit differs.
OMP_NUM_THREADS and OPENBLAS_NUM_THREADS give both of them more than one thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
import os
from typing import Any

from imblearn import combine, over_sampling
import numpy as np
from sklearn.datasets import make_classification
from sklearn.preprocessing import scale

from benchmarks.shared.arguments import add_comparison_options, make_parser
from benchmarks.shared.markdown import print_table
from benchmarks.speed.timing import COLUMNS, compare
from stages.train.samplers.cleaning import EditedNearestNeighbours, TomekLinks
from stages.train.samplers.smote import SMOTE
from stages.train.samplers.smotenc import SMOTENC

SEED = {"random_state": 0}
Data = tuple[Any, Any]


@dataclass(frozen=True)
class Case:
    """A function that makes data, and the samplers that resample them one after another."""

    make_data: Callable[[], Data]
    stock: list[Any]
    ours: list[Any]


def make_large(columns: int, noise_only: bool = False) -> Data:
    """Return 300,000 rows of which the first 100,000 are positive.

    Their columns depend on 12 directions, as columns of real tables do, or are independent noise.
    """
    random, rows = np.random.RandomState(0), 300_000
    y = (np.arange(rows) < 100_000).astype(int)
    if noise_only:
        return random.randn(rows, columns), y
    inner = min(columns, 12)
    Z = random.randn(rows, inner) * np.linspace(1, 0.3, inner)
    Z += random.randint(0, 4, (rows, 1)) * random.randn(1, inner)
    return scale(Z @ random.randn(inner, columns) + 0.1 * random.randn(rows, columns)), y


def make_standard(
    rows: int = 30_000,
    columns: int = 30,
    levels: tuple[int, ...] = (),
    informative: int = 12,
    positive: float = 0.03,
) -> Data:
    """Return standardized rows of make_classification; the last columns are categorical codes with so many `levels`."""
    X, y = make_classification(
        rows,
        max(6, columns - len(levels)),
        n_informative=informative,
        n_redundant=informative // 2,
        weights=[1 - positive],
        flip_y=0.005,
        random_state=0,
    )
    X = scale(X)
    sources = [(X[:, index % X.shape[1]], count) for index, count in enumerate(levels)]
    codes = [np.digitize(values, np.quantile(values, np.arange(1, count) / count)) for values, count in sources]
    return np.column_stack([X, *codes]), y


def make_cases() -> dict[str, Case]:
    """Return the cases by name."""
    smote = [over_sampling.SMOTE(**SEED)], [SMOTE(**SEED)]
    nominal = {"categorical_features": [27, 28, 29], **SEED}
    mixed = {"categorical_features": list(range(6, 20)), **SEED}
    return {
        "SMOTE, 1e5 minority rows × 10": Case(lambda: make_large(10), *smote),
        "SMOTE, 1e5 minority rows × 30": Case(lambda: make_large(30), *smote),
        "SMOTE, 1e5 minority rows × 30, white noise": Case(lambda: make_large(30, noise_only=True), *smote),
        "SMOTE, 30,000 × 30": Case(make_standard, *smote),
        "SMOTETomek, 30,000 × 30": Case(
            make_standard, [combine.SMOTETomek(**SEED)], [SMOTE(**SEED), TomekLinks(sampling_strategy="all")]
        ),
        "SMOTEENN, 30,000 × 30": Case(
            make_standard, [combine.SMOTEENN(**SEED)], [SMOTE(**SEED), EditedNearestNeighbours(sampling_strategy="all")]
        ),
        "SMOTENC, 30,000 × 30, 3 categorical (5, 8, 20 levels)": Case(
            lambda: make_standard(levels=(5, 8, 20)), [over_sampling.SMOTENC(**nominal)], [SMOTENC(**nominal)]
        ),
        "SMOTENC, 2,000 × 20, 14 categorical": Case(
            lambda: make_standard(2000, 20, (2,) * 12 + (5, 8), informative=3, positive=0.1),
            [over_sampling.SMOTENC(**mixed)],
            [SMOTENC(**mixed)],
        ),
    }


def resample(samplers: list[Any], X: Any, y: Any) -> Data:
    """Return the rows after all samplers."""
    for sampler in samplers:
        X, y = sampler.fit_resample(X, y)
    return X, y


def compare_case(name: str, case: Case, pairs: int) -> list[str]:
    """Return a row of the table."""
    data = case.make_data()
    return compare(name, partial(resample, case.stock, *data), partial(resample, case.ours, *data), pairs)


def main() -> None:
    parser = make_parser(__doc__)
    add_comparison_options(parser)
    options = parser.parse_args()
    rows = (compare_case(name, case, options.pairs) for name, case in make_cases().items() if options.only in name)
    print_table(f"imbalanced-learn and our samplers, threads: {os.environ['OMP_NUM_THREADS']}", COLUMNS, rows)


if __name__ == "__main__":
    main()
