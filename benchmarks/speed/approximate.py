"""SMOTE's neighbours, exact and approximate, and how many the latter are: `python -m benchmarks.speed.approximate`.

Both searches are ours, with one thread. Their neighbours differ, so the recall stands where "identical" would.
"""

import argparse
import os
import resource
from typing import Any

from benchmarks.speed.samplers import correlated


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def compare(X: Any, pairs: int) -> str:
    """A row of a Markdown table: medians of CPU seconds of the search for the neighbours that SMOTE would draw from."""
    import numpy as np

    from stages.train.samplers.approximate import ApproximateNeighbors
    from stages.train.samplers.neighbors.estimator import ExactNeighbors

    drawn = np.random.RandomState(0).randint(0, len(X), len(X))
    times: dict[type, list[float]] = {ExactNeighbors: [], ApproximateNeighbors: []}
    for _ in range(pairs):
        for kind, spent in times.items():
            neighbors, start = kind(n_neighbors=6), _cpu()
            neighbors.neighbors_inside(X, drawn)
            spent.append(_cpu() - start)
    exact, approximate = (float(np.median(spent)) for spent in times.values())
    cells = [f"{len(X):,} × {X.shape[1]}", f"{exact:.1f}", f"{approximate:.1f}", f"{exact / approximate:.1f}"]
    return f"| {' | '.join(cells)} | {neighbors.recall_:.3f} | {pairs} |"  # of the approximate one, which came last


def main() -> None:
    """Prints the table as Markdown."""
    parser = argparse.ArgumentParser(description="Compares approximate neighbours with exact ones.")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 300_000])
    options = parser.parse_args()
    print("| positives | exact, CPU s | approximate | ratio | recall | pairs |\n|:--|--:|--:|--:|--:|--:|")
    for rows in options.rows:
        for columns in (10, 30):
            print(compare(correlated(rows, columns), options.pairs), flush=True)


if __name__ == "__main__":
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    main()
