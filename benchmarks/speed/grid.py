"""The course's grid by GridSearchCV and by our search: `python -m benchmarks.speed.grid`.

SMOTE's k_neighbors 3, 5, 7 × sampling_strategy 0.5, 0.75, 1 × C 0.1, 1, 10 in five folds, 135 fits, on made tables of
the course's kind (90/10). Ours is what the stage train runs, from the table to all fold scores, by two workers. The
workers of both sides are there before the clock starts, as they are for all searches of a process but the first, and
for all fits of a stage.

Logistic regression runs to its optimum; "equal" where GridSearchCV with a solver of tolerance 1e-10 gives the same fold
scores (that run is not timed).
"""

import argparse
import atexit
from collections.abc import Callable
import os
import statistics
import time
from typing import Any

RATIOS, NEIGHBOURS, C = [0.5, 0.75, 1.0], [3, 5, 7], [0.1, 1.0, 10.0]
TIGHT = {"solver": "newton-cholesky", "tol": 1e-10}


def made(rows: int, columns: int) -> tuple[Any, Any]:
    """The training side of a made table, as the course parts it."""
    from sklearn.datasets import make_classification
    from sklearn.model_selection import train_test_split

    X, y = make_classification(rows, columns, weights=[0.9, 0.1], flip_y=0.01, random_state=42)
    X, _, y, _ = train_test_split(X, y, test_size=0.25, stratify=y, random_state=42)
    return X, y


def theirs(X: Any, y: Any, solver: dict[str, Any], n_jobs: int) -> Callable[[], Any]:
    """GridSearchCV over imbalanced-learn's pipeline; its fold scores, shape (C, k, ratio, fold)."""
    from imblearn.over_sampling import SMOTE
    from imblearn.pipeline import Pipeline
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedKFold
    from sklearn.preprocessing import StandardScaler

    steps = [("scale", StandardScaler()), ("smote", SMOTE(random_state=42))]
    pipeline = Pipeline([*steps, ("classify", LogisticRegression(max_iter=1000, random_state=42, **solver))])
    grid = {"smote__k_neighbors": NEIGHBOURS, "smote__sampling_strategy": RATIOS, "classify__C": C}
    folds = StratifiedKFold(5, shuffle=True, random_state=42)

    def search() -> Any:
        outcome = GridSearchCV(pipeline, grid, scoring="average_precision", cv=folds, n_jobs=n_jobs, refit=False).fit(
            X, y
        )
        scores = np.array([outcome.cv_results_[f"split{fold}_test_score"] for fold in range(5)])
        return scores.T.reshape(len(C), len(NEIGHBOURS), len(RATIOS), 5)  # names in their alphabet

    return search


def ours(X: Any, y: Any, workers: int) -> Callable[[], Any]:
    """The search of the stage train; its fold scores in the same shape."""
    import numpy as np

    from benchmarks.speed.rare import as_table
    from stages.train.execution.worker_pool import WorkerPool, get_result
    from stages.train.folds.splitter import make_folds
    from stages.train.params import TrainParams
    from stages.train.strategy import StrategyContext
    from stages.train.tuning.search import score_grid_in_fold, search_from_scores

    params = TrainParams.model_validate({
        "random_state": 42,
        "cv": {"n_splits": 5, "n_repeats": 1},
        "preprocess": {"impute": "median", "scale": "before_resampling", "max_categories": 30},
        "strategies": {"smote": {"sampler": "SMOTE"}},
        "classifiers": {"logistic_regression": {"max_iter": 1000}},
        "tuning": {
            "metric": "average_precision", "search": {"how": "exhaustive"}, "n_splits": 3,
            "samplers": {"SMOTE": {"k_neighbors": NEIGHBOURS, "sampling_strategy": RATIOS}},
            "classifiers": {"logistic_regression": {"C": C}},
        },
        "calibration": "auto",
    })  # fmt: skip
    table = as_table(X, y)
    pool = WorkerPool(StrategyContext(table, "smote", params), workers)
    atexit.register(pool.__exit__, None, None, None)

    def search() -> Any:
        context = StrategyContext(table, "smote", params)
        folds = make_folds(context.y, table.groups, params.cv, params.random_state)
        calls = [pool.submit(score_grid_in_fold, fold) for fold in folds]
        trials = search_from_scores(context, [get_result(call) for call in calls])["logistic_regression"].trials
        by_point = {
            (trial.candidate.classifier["C"], *trial.candidate.sampler.values()): [
                values["average_precision"] for values in trial.folds
            ]
            for trial in trials
        }
        return np.array([[[by_point[c, k, ratio] for ratio in RATIOS] for k in NEIGHBOURS] for c in C])

    return search


def cpu() -> float:
    """CPU seconds of this process and all its children, those that still live among them."""
    import psutil

    me = psutil.Process()
    total = sum(me.cpu_times()[:4])
    for child in me.children(recursive=True):
        times = child.cpu_times()
        total += times.user + times.system
    return total


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall and CPU seconds of a call, and what it gave."""
    before, start = cpu(), time.perf_counter()
    result = work()
    return time.perf_counter() - start, cpu() - before, result


def row(name: str, first: Callable[[], Any], second: Callable[[], Any], expected: Any, pairs: int) -> str:
    """A row of a Markdown table: medians over alternating pairs, and how far fold scores are from what is expected."""
    import numpy as np

    first(), second()  # their workers are started, caches are warm
    runs = []
    for pair in range(pairs):
        sides = [timed(first), timed(second)] if pair % 2 == 0 else [timed(second), timed(first)][::-1]
        apart = float(np.abs(sides[1][2] - (sides[0][2] if expected is None else expected)).max())
        assert apart <= (0.0 if expected is None else 1e-9), f"{name}: fold scores differ by {apart}"
        runs.append(sides)
    cells = [name]
    for which in (0, 1):
        before, after = (statistics.median(run[side][which] for run in runs) for side in (0, 1))
        ratios = [run[0][which] / run[1][which] for run in runs]
        cells += [
            f"{before:.3f}", f"{after:.3f}", f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
        ]  # fmt: skip
    equal = "all 135 the same bits" if expected is None else "those of tolerance 1e-10 (1e-9)"
    return f"| {' | '.join(cells)} | {equal} | {pairs} | {os.getloadavg()[0]:.1f} |"


HEADER = (
    "| case | wall s, GridSearchCV | ours | ratio | CPU s, GridSearchCV | ours | ratio | fold scores | pairs | load |\n"
    "|:--|--:|--:|--:|--:|--:|--:|:--|--:|--:|"
)


def main() -> None:
    """Prints the table as Markdown."""
    parser = argparse.ArgumentParser(description="Compares our search with GridSearchCV.")
    parser.add_argument("--pairs", type=int, default=5, help="alternating pairs of runs for each case")
    parser.add_argument("--only", default="", help="cases with this text in their names")
    options = parser.parse_args()
    from stages.shared.runtime.threads import limit_threads

    limit_threads()
    print(f"One thread a process, {os.cpu_count()} cores. Load before: {os.getloadavg()[0]:.1f}.\n\n{HEADER}")
    for rows, columns, n_jobs in ((3000, 10, 2), (3000, 10, 1), (30_000, 30, 1), (30_000, 30, 2)):
        name = f"{rows:,} × {columns}, against n_jobs={n_jobs}"
        if options.only not in name:
            continue
        X, y = made(rows, columns)
        expected = theirs(X, y, TIGHT, 1)()
        print(row(name, theirs(X, y, {}, n_jobs), ours(X, y, 2), expected, options.pairs), flush=True)


if __name__ == "__main__":
    main()
