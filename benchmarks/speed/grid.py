"""The grid search of the stage train beside GridSearchCV: `python -m benchmarks.speed.grid`.

It shows what users gain who would otherwise tune SMOTE and logistic regression with scikit-learn.

The grid has k_neighbors 3, 5, 7 and sampling_strategy 0.5, 0.75, 1 of SMOTE, and C 0.1, 1, 10. With five folds these
are 135 fits on made tables with 10 % positives. Our search has two workers. Both keep their workers between searches,
so the workers start before the clock. Our fold scores must equal those of GridSearchCV with a solver of tolerance
1e-10, to 1e-9.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
import numpy as np
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold, train_test_split
from sklearn.preprocessing import StandardScaler

from benchmarks.shared.arguments import add_comparison_options, make_parser
from benchmarks.shared.made_tables import make_params, make_train_table
from benchmarks.shared.markdown import print_table
from benchmarks.speed.timing import COLUMNS, compare, measure
from stages.train.execution.worker_pool import WorkerPool, get_result
from stages.train.folds.fold_data import FoldData
from stages.train.folds.splitter import Fold, make_folds
from stages.train.strategy.context import StrategyContext
from stages.train.tuning.search import GridScores, list_grids, score_fold, search_from_scores

RATIOS, NEIGHBORS, C = [0.5, 0.75, 1.0], [3, 5, 7], [0.1, 1.0, 10.0]
CASES = ((3000, 10, 2), (3000, 10, 1), (30_000, 30, 1), (30_000, 30, 2))


def make_data(rows: int, columns: int) -> tuple[Any, Any]:
    """Return the training rows of a made table, split as in the course."""
    X, y = make_classification(rows, columns, weights=[0.9, 0.1], flip_y=0.01, random_state=42)
    X, _, y, _ = train_test_split(X, y, test_size=0.25, stratify=y, random_state=42)
    return X, y


def search_with_sklearn(X: Any, y: Any, n_jobs: int, **solver: Any) -> Any:
    """Return the fold scores of GridSearchCV, shape (C × k × ratio, fold)."""
    classifier = LogisticRegression(max_iter=1000, random_state=42, **solver)
    steps = [("scale", StandardScaler()), ("smote", SMOTE(random_state=42)), ("classify", classifier)]
    grid = {"smote__k_neighbors": NEIGHBORS, "smote__sampling_strategy": RATIOS, "classify__C": C}
    folds = StratifiedKFold(5, shuffle=True, random_state=42)
    search = GridSearchCV(Pipeline(steps), grid, scoring="average_precision", cv=folds, n_jobs=n_jobs, refit=False)
    results = search.fit(X, y).cv_results_
    scores = np.array([results[f"split{fold}_test_score"] for fold in range(5)])
    return scores.T  # GridSearchCV sorts the names of params


def score_grid(context: StrategyContext, fold: Fold) -> GridScores:
    """Return the scores of the whole grid on one fold, with the metric of the search only."""
    return score_fold(context, FoldData(context, fold), list_grids(context))


def search_with_train(context: StrategyContext, pool: WorkerPool[StrategyContext]) -> Any:
    """Return the fold scores of the search in the stage train, shape (C × k × ratio, fold)."""
    params = context.params
    folds = make_folds(context.y, context.table.groups, params.cv, params.random_state)
    scores = [get_result(call) for call in [pool.submit(score_grid, fold) for fold in folds]]
    by_point = {}
    for trial in search_from_scores(context, scores)["logistic_regression"].trials:
        point = (trial.candidate.classifier["C"], *trial.candidate.sampler.values())
        by_point[point] = [values["average_precision"] for values in trial.folds]
    return np.array([by_point[point] for point in product(C, NEIGHBORS, RATIOS)])


def compare_searches(name: str, X: Any, y: Any, n_jobs: int, pairs: int) -> list[str]:
    """Return a row of the table. Raises AssertionError when a fold score is wrong."""
    params = make_params(
        {"smote": {"sampler": "SMOTE"}},
        {"logistic_regression": {"max_iter": 1000}},
        n_splits=5,
        tuning={
            "samplers": {"SMOTE": {"k_neighbors": NEIGHBORS, "sampling_strategy": RATIOS}},
            "classifiers": {"logistic_regression": {"C": C}},
        },
    )
    table = make_train_table(X, y)
    expected = search_with_sklearn(X, y, 1, solver="newton-cholesky", tol=1e-10)

    def search_and_check() -> tuple[()]:
        # a new context, because the old one would keep what the last search computed
        scores = search_with_train(StrategyContext(table, "smote", params), pool)
        np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-9)
        return ()

    def search_stock() -> tuple[()]:
        search_with_sklearn(X, y, n_jobs)
        return ()

    with WorkerPool(StrategyContext(table, "smote", params), 2) as pool:
        search_stock()  # these two start the workers
        search_and_check()
        return drop_memory(compare(name, search_stock, search_and_check, pairs, run=measure))


def drop_memory(row: Sequence[str]) -> list[str]:
    """Drop the cells on memory, which do not include that of the workers."""
    return [*row[:7], *row[9:]]


def main() -> None:
    parser = make_parser(__doc__)
    add_comparison_options(parser)
    options = parser.parse_args()
    cases = {f"{rows:,} × {columns}, against n_jobs={jobs}": (rows, columns, jobs) for rows, columns, jobs in CASES}
    rows = (
        compare_searches(name, *make_data(*shape), n_jobs, options.pairs)
        for name, (*shape, n_jobs) in cases.items()
        if options.only in name
    )
    print_table("GridSearchCV and the search of train, one thread in each process", drop_memory(COLUMNS), rows)


if __name__ == "__main__":
    main()
