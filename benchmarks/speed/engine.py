"""The cost of an engine, and the calculated time on many cores: `python -m benchmarks.speed.engine`.

The strategies of params.yaml train on data/train.parquet (`make repro` makes it), or on a made table with `--rows`.
They train in this process, in two processes, and on a Dask cluster of two processes on loopback addresses. The models
must be the same. The last table is calculated from the CPU time of each call. There, calls start in order on the first
free core, and a tuned final fit waits for all folds of its strategy.
"""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
import hashlib
import heapq
import os
from pathlib import Path
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

from benchmarks.shared.arguments import make_parser
from benchmarks.shared.made_tables import make_params
from benchmarks.shared.markdown import print_table
from benchmarks.speed.size import STRATEGIES, write_made_table
from benchmarks.speed.timing import format_load, get_ratios, measure, take_turns
from stages.shared import paths
from stages.shared.params import read_params
from stages.shared.storage.files import sha256
from stages.shared.storage.model_file import dump_model
from stages.shared.storage.parquet import read_table
from stages.train.execution.engines.pool import EnginePool, open_engine_pool
from stages.train.execution.engines.worker import TrainSet
from stages.train.execution.worker_pool import WorkerPool
from stages.train.params import TrainParams
from stages.train.strategy.context import StrategyContext
from stages.train.strategy.cross_validation import OpenPool, Workers, fit_final, fit_strategy

#: calls of `callable(context)`, which does almost nothing, to measure the cost of a call
EMPTY_CALLS = 200

#: for each call of a strategy, in the order of the starts: CPU seconds, and whether it waits for the others
Calls = list[tuple[float, bool]]


class TimedPool(WorkerPool[StrategyContext]):
    """Makes the calls in this process, and keeps their times."""

    def __init__(self, calls: Calls, context: StrategyContext, workers: int) -> None:
        super().__init__(context)
        self._calls = calls

    def submit(self, function: Any, *args: Any, **kwargs: Any) -> "Future[Any]":
        start = time.process_time()  # other programs do not change it
        future = super().submit(function, *args, **kwargs)
        waits = function is fit_final and bool(args[0])
        self._calls.append((time.process_time() - start, waits))
        return future


@contextmanager
def run_dask(workers: int = 2) -> Iterator[None]:
    """Start a scheduler and workers as processes, and name them in the environment."""
    from distributed import Client

    with tempfile.TemporaryDirectory() as folder:
        address_file = str(Path(folder) / "scheduler.json")
        options = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", address_file]

        def start(command: str, *arguments: str) -> "subprocess.Popen[bytes]":
            line = [sys.executable, "-m", f"distributed.cli.{command}", *options, *arguments]
            return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        worker_options = ["--nthreads", "1", "--preload", "stages", "--local-directory", folder]
        started = [start("dask_scheduler", "--port", "0")]
        started += [start("dask_worker", *worker_options) for _ in range(workers)]
        try:
            with Client(scheduler_file=address_file, timeout=60) as client:
                client.wait_for_workers(workers, timeout=60)
                os.environ |= {"EVENHAND_ENGINE": "dask", "DASK_SCHEDULER_ADDRESS": client.scheduler.address}
            yield
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(30)


def train_all(path: Path, params: TrainParams, workers: int, open_pool: OpenPool) -> str:
    """Train every strategy; return the hash of the files of all models."""
    table, digest = read_table(path), hashlib.sha256()
    with tempfile.TemporaryDirectory() as folder:
        for name in params.strategies:
            result = fit_strategy(table, name, params, lambda _: None, Workers(workers, open_pool=open_pool))
            for model in result.models.values():
                dump_model(model, Path(folder) / "model.skops")
                digest.update((Path(folder) / "model.skops").read_bytes())
    return digest.hexdigest()


def time_empty_calls(pool: WorkerPool[StrategyContext] | EnginePool) -> float:
    """Return the milliseconds that a call takes besides its work, when many are submitted at once."""
    pool.get_result(pool.submit(callable))  # the first one reads the table
    start = time.perf_counter()
    for call in [pool.submit(callable) for _ in range(EMPTY_CALLS)]:
        pool.get_result(call)
    return 1000 * (time.perf_counter() - start) / EMPTY_CALLS


def schedule(strategies: dict[str, Calls], cores: int, overhead: float) -> float:
    """Return the seconds until all calls have ended on so many cores, each with an overhead in seconds."""
    free_from = [0.0] * cores
    strategy_ends: dict[str, float] = dict.fromkeys(strategies, 0.0)
    for final_fits in (False, True):
        for name, calls in strategies.items():
            for seconds in [seconds for seconds, waits in calls if waits is final_fits]:
                start = max(heapq.heappop(free_from), strategy_ends[name] if final_fits else 0.0)
                end = start + seconds + overhead
                heapq.heappush(free_from, end)
                strategy_ends[name] = max(strategy_ends[name], end)
    return max(strategy_ends.values())


def measure_engines(path: Path, params: TrainParams, pairs: int) -> tuple[list[list[str]], dict[str, Calls], float]:
    """Return a row for each engine, the times of the calls, and the seconds that a call on Dask costs."""
    empty_calls, openings, calls = dict[str, float](), dict[str, float](), dict[str, Calls]()
    dask = partial(open_engine_pool, TrainSet(path, sha256(path)))
    engines: dict[str, tuple[int, OpenPool]] = {
        "this process": (1, WorkerPool), "two processes": (2, WorkerPool), "Dask, two workers": (2, dask),
    }  # fmt: skip
    with run_dask():
        works = {engine: partial(train_all, path, params, *settings) for engine, settings in engines.items()}
        turns = take_turns(works, pairs, measure) if pairs else {}
        for engine, (workers, open_pool) in engines.items():
            context = StrategyContext(read_table(path), next(iter(params.strategies)), params)
            start = time.perf_counter()
            with open_pool(context, workers) as pool:
                openings[engine] = time.perf_counter() - start
                empty_calls[engine] = time_empty_calls(pool)
        for name in params.strategies:
            calls[name] = []
            pool = partial(TimedPool, calls[name])
            fit_strategy(read_table(path), name, params, lambda _: None, Workers(open_pool=pool))
    rows = []
    for engine, runs in turns.items():
        ratio = statistics.median(get_ratios(runs, turns["this process"], "wall"))
        cells = [f"{min(run.wall for run in runs):.1f}", f"{ratio:.2f}", f"{1000 * openings[engine]:.0f}"]
        rows.append([engine, *cells, f"{empty_calls[engine]:.1f}", format_load()])
    return rows, calls, empty_calls["Dask, two workers"] / 1000


def calculate_rows(calls: dict[str, Calls], cores: list[int], overhead: float) -> Iterator[list[str]]:
    """Yield a row for each number of cores."""
    total = sum(seconds for of_strategy in calls.values() for seconds, _ in of_strategy)
    longest_chain = max(map(measure_chain, calls.values()))
    for n_cores in cores:
        wall = schedule(calls, n_cores, overhead)
        busy = 100 * total / (n_cores * wall)
        yield [str(n_cores), f"{wall:.1f}", f"{total / wall:.1f}", f"{busy:.0f}", f"{longest_chain / wall:.2f}"]


def measure_chain(calls: Calls) -> float:
    """Return the seconds of the longest call of a strategy, and of the final fits that wait for it."""
    longest = max([seconds for seconds, waits in calls if not waits], default=0.0)
    return longest + sum(seconds for seconds, waits in calls if waits)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--rows", type=int, default=0, help="rows of a made table (default: data/train.parquet)")
    parser.add_argument("--columns", type=int, default=30, help="columns of a made table")
    parser.add_argument("--splits", type=int, default=5, help="folds on a made table")
    parser.add_argument("--pairs", type=int, default=1, help="runs of each engine, by turns; 0: none")
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2, 4, 16, 64, 256])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.rows:
            path = Path(folder) / "train.parquet"
            write_made_table(path, options.rows, options.columns)
            classifiers = {"logistic_regression": {"max_iter": 1000}, "xgboost": {"n_estimators": 60}}
            params = make_params(STRATEGIES, classifiers, options.splits)
        else:
            path, params = paths.TRAIN.absolute(), read_params(TrainParams)
        rows, calls, overhead = measure_engines(path, params, options.pairs)
    columns = ("engine", "wall s", "÷ this process", "to open, ms", "an empty call, ms", "load")
    print_table(f"Training {len(calls)} strategies, {sum(map(len, calls.values()))} calls", columns, rows)
    longest = max(seconds for of_strategy in calls.values() for seconds, _ in of_strategy)
    title = f"Calculated from the times of the calls; the longest takes {longest:.1f} s"
    columns = ("cores", "wall s", "speed-up", "cores at work, %", "longest chain ÷ wall")
    print_table(title, columns, calculate_rows(calls, options.cores, overhead))


if __name__ == "__main__":
    main()
