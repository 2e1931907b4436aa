"""imbalanced-learn's samplers beside those of `stages.train.samplers`: `python -m benchmarks.speed.samplers`.

It shows how much faster our samplers are, and that they return the same rows; it fails if one bit differs.
"""

from argparse import Namespace
from collections.abc import Iterator
from functools import partial
import os
from typing import Any

from benchmarks.shared.arguments import make_parser


def resample(samplers: list[Any], X: Any, y: Any) -> tuple[Any, Any]:
    """Return the rows after all samplers."""
    for sampler in samplers:
        X, y = sampler.fit_resample(X, y)
    return X, y


def compare_cases(options: Namespace) -> Iterator[list[str]]:
    """Yield a row for each case."""
    from benchmarks.speed.sampler_cases import make_cases
    from benchmarks.speed.timing import compare

    for name, case in make_cases().items():
        if options.only in name:
            X, y = case.make_data()
            yield compare(name, partial(resample, case.stock, X, y), partial(resample, case.ours, X, y), options.pairs)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="alternating pairs of runs for each case")
    parser.add_argument("--threads", type=int, default=1, help="threads of BLAS and OpenMP for both")
    parser.add_argument("--only", default="", help="cases whose names contain this text")
    options = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    from benchmarks.shared.markdown import print_table
    from benchmarks.speed.timing import COLUMNS

    print_table(f"imbalanced-learn and our samplers, threads: {options.threads}", COLUMNS, compare_cases(options))


if __name__ == "__main__":
    main()
