"""How the time of one fit grows with the rows: `python -m benchmarks.speed.growth`.

Logistic regression at its optimum and 60 rounds of XGBoost, as train fits them, with one thread, on float32 tables of
30 columns with 0.17 % positives. The exponent is the slope of log CPU seconds over log rows (least squares): 1 is
growth in proportion. The largest table takes some minutes; `--rows 20000 71000` is a quick run.
"""

import argparse
import os
import statistics
from typing import Any

SETTINGS: dict[str, dict[str, Any]] = {
    "logistic_regression": {"max_iter": 1000},
    "xgboost": {"n_estimators": 60, "tree_method": "hist"},
}


def exponent(rows: list[int], seconds: list[float]) -> float:
    """The slope of log seconds over log rows."""
    import numpy as np

    return float(np.polyfit(np.log(rows), np.log(seconds), 1)[0])


def fitted(name: str, X: Any, y: Any) -> tuple[Any, ...]:
    """Scores of the first rows by the classifier `name`, fitted on all rows: every run must give the same."""
    from stages.shared.classifiers import CLASSIFIERS
    from stages.train.classifiers.class_weights import ClassWeights
    from stages.train.classifiers.fitting import FitRequest, fit

    request = FitRequest(CLASSIFIERS[name], SETTINGS[name], None, ClassWeights(1.0, 1.0), 0, X, y)
    return (fit(request).scores(X[:1000]),)


def seconds(name: str, X: Any, y: Any, runs: int) -> float:
    """The median CPU seconds of a fit, each in a fork. Raises AssertionError when two of them differ."""
    from benchmarks.speed.pairs import run

    result = [run(lambda: fitted(name, X, y)) for _ in range(runs)]
    assert len({one.digest for one in result}) == 1, f"{name}: two fits on the same rows differ"
    return statistics.median(one.cpu for one in result)


def main() -> None:
    """Prints the table as Markdown, a line a classifier."""
    parser = argparse.ArgumentParser(description="Measures how the time of a fit grows with the rows.")
    parser.add_argument("--rows", type=int, nargs="+", default=[71_000, 285_000, 1_000_000, 5_000_000])
    parser.add_argument("--classifiers", nargs="+", default=list(SETTINGS), choices=list(SETTINGS))
    parser.add_argument("--runs", type=int, default=3, help="fits of each")
    options = parser.parse_args()
    if len(set(options.rows)) < 2:
        parser.error("--rows: at least two sizes are needed")
    from stages.shared.runtime.threads import limit_threads

    limit_threads()
    from benchmarks.speed.rare import made

    spent: dict[str, list[float]] = {name: [] for name in options.classifiers}
    loads = [os.getloadavg()[0]]
    warm = made(10_000)
    for name in spent:
        fitted(name, *warm)
    for size in options.rows:
        X, y = made(size)
        for name, times in spent.items():
            times.append(seconds(name, X, y, options.runs))
        loads.append(os.getloadavg()[0])
        del X, y  # not two tables at a time
    print("CPU seconds of one fit with one thread.\n")
    print(f"| classifier | {' | '.join(f'{size:,} rows' for size in options.rows)} | exponent | runs | load |")
    print(f"|:--|{'--:|' * (len(options.rows) + 3)}")
    load = f"{min(loads):.1f} to {max(loads):.1f}"
    for name, times in spent.items():
        cells = " | ".join(f"{one:.2f}" for one in times)
        print(f"| {name} | {cells} | {exponent(options.rows, times):.2f} | {options.runs} | {load} |")


if __name__ == "__main__":
    main()
