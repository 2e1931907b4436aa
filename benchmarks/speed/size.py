"""A large table through what the stage train runs: time, peak memory, and the estimate of it before work starts.

`python -m benchmarks.speed.size --rows 1000000` makes a table of 30 columns (0.17 % positives), writes it as parquet
into a temporary folder, and trains each strategy on it in a process of its own, which begins with nothing imported:
its peak is what a machine must have. The peak is that of the process or, with workers, of the sum over all of them,
looked at ten times a second, in which what is shared counts once. Fails where a run took more memory than was
estimated.
"""

import argparse
from dataclasses import dataclass, replace
import multiprocessing
import os
from pathlib import Path
import resource
import tempfile
import time
from typing import Any

HEADER = (
    "| table | strategy | workers × threads | wall s | CPU s | estimate, GB | peak, GB | estimate ÷ peak | load |\n"
    "|:--|:--|--:|--:|--:|--:|--:|--:|--:|"
)

STRATEGIES: dict[str, dict[str, Any]] = {
    "baseline": {},
    "class_weight": {"class_weight": "balanced"},
    "smote": {"sampler": "SMOTE", "sampling_strategy": 0.75},
    "under_20": {"sampler": "RandomUnderSampler", "sampling_strategy": 0.05, "class_weight": "prevalence"},
}

GB = 1e9


@dataclass(frozen=True)
class Spent:
    """One strategy's training, in seconds and bytes."""

    workers: int
    threads: int
    wall: float
    cpu: float
    estimate: float
    peak: float


def apart(work: Any, *arguments: Any) -> tuple[Any, float]:
    """What `work` returns, called in a fork, and the most memory, in bytes, that fork and its children had together.

    That is looked up while there are children; without them it is 0. Raises EOFError when the work fails.
    """
    import psutil

    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=lambda: send.send(work(*arguments)))
    process.start()
    send.close()
    worker, most = psutil.Process(process.pid), 0.0
    try:
        while not receive.poll(0.1):
            if children := worker.children(recursive=True):
                most = max(
                    most, sum(_bytes(Path(f"/proc/{one.pid}/smaps_rollup"), "Pss:") for one in (worker, *children))
                )
        return receive.recv(), most
    finally:
        process.join()


def write(path: Path, rows: int, columns: int) -> None:
    """The made table as the stage split would leave its train side."""
    from benchmarks.speed.rare import as_table, made
    from stages.shared.storage.parquet import write_table

    write_table(path, as_table(*made(rows, columns)))


def train(path: Path, name: str, params: Any, cores: int, limit: float) -> Spent:
    """Trains `name` as the door of train does, from the table on disk to the fitted models."""
    from stages.shared.runtime.memory import available_bytes
    from stages.shared.storage.parquet import read_table
    from stages.train.cross_validation import fit_strategy
    from stages.train.execution.memory_budget import FIXED, estimate_memory, plan_workers

    free = available_bytes()
    wall = time.perf_counter()
    table = read_table(path)
    needed = estimate_memory(table, params.strategies[name], params)
    available = int(limit if free is None else min(limit, free))
    workers, threads = plan_workers(f"strategies.{name}", needed, cores, available)
    fit_strategy(table, name, params, lambda _: None, workers, threads)
    estimate = FIXED + needed.shared + workers * needed.each
    return Spent(workers, threads, time.perf_counter() - wall, cpu(), estimate, own_peak())


def cpu() -> float:
    """CPU seconds of this process and its ended children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def own_peak() -> float:
    """The most memory that this process has had, in bytes."""
    return _bytes(Path("/proc/self/status"), "VmHWM:")


def _bytes(path: Path, key: str) -> float:
    """A line of a file in /proc, in bytes; 0 where the process has ended."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) * 1024 for line in lines if line.startswith(key)), 0.0)


def row(table: str, name: str, spent: Spent) -> str:
    """A row of the table. Raises AssertionError when more memory was taken than was estimated."""
    cells = [
        table, name, f"{spent.workers} × {spent.threads}", f"{spent.wall:.1f}", f"{spent.cpu:.1f}",
        f"{spent.estimate / GB:.2f}", f"{spent.peak / GB:.2f}", f"{spent.estimate / spent.peak:.2f}",
        f"{os.getloadavg()[0]:.1f}",
    ]  # fmt: skip
    assert spent.peak <= spent.estimate, f"{name}: took {spent.peak:.3g} bytes, estimated were {spent.estimate:.3g}"
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Prints a row for each strategy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--strategies", nargs="+", default=list(STRATEGIES), choices=list(STRATEGIES))
    parser.add_argument("--classifiers", nargs="+", default=["logistic_regression", "xgboost"])
    parser.add_argument("--trees", type=int, default=60, help="n_estimators of XGBoost")
    parser.add_argument("--splits", type=int, default=2, help="folds")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="cores to be used")
    parser.add_argument("--memory", type=float, default=24, help="GB that may be taken")
    options = parser.parse_args()
    from stages.shared.runtime.threads import limit_threads

    limit_threads()
    of = {"logistic_regression": {"max_iter": 1000}, "xgboost": {"n_estimators": options.trees}}
    classifiers = {name: of.get(name, {}) for name in options.classifiers}
    table = f"{options.rows:,} × {options.columns}"
    print(f"{', '.join(classifiers)}; {options.splits} folds. {options.cores} cores.\n\n{HEADER}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.parquet"
        apart(write, path, options.rows, options.columns)
        for name in options.strategies:
            spent, together = apart(_train_from, path, name, classifiers, options)
            print(row(table, name, replace(spent, peak=max(spent.peak, together))), flush=True)


def _train_from(path: Path, name: str, classifiers: dict[str, Any], options: argparse.Namespace) -> Spent:
    from benchmarks.speed.rare import settings

    return train(path, name, settings(STRATEGIES, classifiers, options.splits), options.cores, options.memory * GB)


if __name__ == "__main__":
    main()
