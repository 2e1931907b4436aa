"""Time and memory of the stage train on large tables: `python -m benchmarks.speed.size --rows 1000000 5000000`.

It checks the estimate by which the stage limits its workers, and fails where a run takes more memory than estimated.

Each table has 0.17 % positives. Each strategy trains on it in a fork that has imported nothing yet. So its peak is the
memory that a machine must have, with all workers.
"""

from argparse import Namespace
from collections.abc import Iterator
from functools import partial
import os
from pathlib import Path
import tempfile
from typing import Any

from benchmarks.shared.arguments import add_strategies_option, make_parser
from benchmarks.shared.markdown import print_table
from benchmarks.speed.timing import Run, format_load, measure_in_fork

COLUMNS = (
    "table", "strategy", "workers × threads", "wall s", "CPU s", "estimate, GB", "peak, GB", "estimate ÷ peak", "load",
)  # fmt: skip

STRATEGIES: dict[str, dict[str, Any]] = {
    "baseline": {},
    "class_weight": {"class_weight": "balanced"},
    "smote": {"sampler": "SMOTE", "sampling_strategy": 0.75},
    "under_20": {"sampler": "RandomUnderSampler", "sampling_strategy": 0.05, "class_weight": "prevalence"},
}

GB = 1e9


def write_made_table(path: Path, rows: int, columns: int) -> None:
    """Write a table as the stage split would write the training set."""
    from benchmarks.shared.made_tables import make_rare_table, make_train_table
    from stages.shared.storage.parquet import write_table

    write_table(path, make_train_table(*make_rare_table(rows, columns)))


def train(path: Path, name: str, options: Namespace) -> tuple[int, int, int]:
    """Train a strategy as the stage does; return the workers, the threads of each and the estimated bytes."""
    from benchmarks.shared.made_tables import make_params
    from stages.shared.runtime.memory import available_bytes
    from stages.shared.storage.parquet import read_table
    from stages.train.execution.memory_budget import FIXED_BYTES, estimate_memory, plan_workers
    from stages.train.strategy.cross_validation import Workers, fit_strategy

    settings = {"logistic_regression": {"max_iter": 1000}, "xgboost": {"n_estimators": options.trees}}
    params = make_params(STRATEGIES, {key: settings.get(key, {}) for key in options.classifiers}, options.splits)
    limit, free = options.memory * GB, available_bytes()
    table = read_table(path)
    need = estimate_memory(table, params.strategies[name], params)
    available = int(limit if free is None else min(limit, free))
    workers, threads = plan_workers(f"strategies.{name}", need, options.cores, available)
    fit_strategy(table, name, params, lambda _: None, Workers(workers, threads))
    return workers, threads, FIXED_BYTES + need.shared + workers * need.per_fold


def format_row(table: str, name: str, run: Run) -> list[str]:
    """Return a row of the table. Raises AssertionError when the run took more memory than estimated."""
    workers, threads, estimate = run.result
    assert run.peak <= estimate, f"{name}: took {run.peak:.3g} bytes, the estimate was {estimate:.3g}"
    sizes = [f"{estimate / GB:.2f}", f"{run.peak / GB:.2f}", f"{estimate / run.peak:.2f}"]
    return [table, name, f"{workers} × {threads}", f"{run.wall:.1f}", f"{run.cpu:.1f}", *sizes, format_load()]


def measure_strategies(folder: Path, options: Namespace) -> Iterator[list[str]]:
    """Yield a row for each table and strategy."""
    path = folder / "train.parquet"
    for rows in options.rows:
        measure_in_fork(partial(write_made_table, path, rows, options.columns))
        for name in options.strategies:
            run = measure_in_fork(partial(train, path, name, options))
            yield format_row(f"{rows:,} × {options.columns}", name, run)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--columns", type=int, default=30)
    add_strategies_option(parser, STRATEGIES)
    parser.add_argument("--classifiers", nargs="+", default=["logistic_regression", "xgboost"])
    parser.add_argument("--trees", type=int, default=60, help="n_estimators of XGBoost")
    parser.add_argument("--splits", type=int, default=2, help="folds")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="cores that train may use")
    parser.add_argument("--memory", type=float, default=24, help="GB that train may use")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        title = f"{', '.join(options.classifiers)}; {options.splits} folds, {options.cores} cores"
        print_table(title, COLUMNS, measure_strategies(Path(folder), options))


if __name__ == "__main__":
    main()
