"""Where the time of the course's grid goes, in one process: `python -m benchmarks.speed.parts`.

The grid of `benchmarks.speed.grid`. Each part is counted without those that are called inside it, some of whose calls
take a few microseconds: the timers themselves cost about as much, so read shares. Medians over runs.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
import statistics
import time
from typing import Any

#: a part, and the functions that make it up
PARTS = {
    "logistic regression: gradients": ["stages.train.classifiers.logistic.loss:LogisticLoss.gradient"],
    "logistic regression: Hessians": ["stages.train.classifiers.logistic.loss:LogisticLoss.hessian"],
    "logistic regression: the rest": ["stages.train.tuning.shared_fits:fit_paths"],
    "SMOTE: neighbours": ["stages.train.samplers.neighbors.cache:NeighborCache.nearest"],
    "SMOTE: new rows": ["stages.train.samplers.smote:Draw.interpolate"],
    "SMOTE: the rest": ["stages.train.folds.fold_data:resample"],
    "imputer and scaler": ["stages.train.tuning.search:FoldData.__init__"],
    "average precision": ["stages.train.tuning.search:_compute_metrics"],
}
BETWEEN = "table, folds, plans, Python between these"


class Parts:
    """Seconds and calls by part; the clock of a part stands still while another one is inside it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)
        self._open, self._since = [BETWEEN], time.perf_counter()

    def counted(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, whose time goes to `part`."""

        @wraps(function)
        def work(*arguments: Any, **named: Any) -> Any:
            self._turn()
            self._open.append(part)
            self.calls[part] += 1
            try:
                return function(*arguments, **named)
            finally:
                self._turn()
                self._open.pop()

        return work

    def _turn(self) -> None:
        now = time.perf_counter()
        self.seconds[self._open[-1]] += now - self._since
        self._since = now


@contextmanager
def parted(parts: Parts) -> Iterator[None]:
    """Within it the functions of PARTS are counted."""
    kept = []
    for part, functions in PARTS.items():
        for function in functions:
            module, _, path = function.partition(":")
            *outer, name = path.split(".")
            owner: Any = import_module(module)
            for each in outer:
                owner = getattr(owner, each)
            kept.append((owner, name, getattr(owner, name)))
            setattr(owner, name, parts.counted(part, getattr(owner, name)))
    try:
        yield
    finally:
        for owner, name, own in kept:
            setattr(owner, name, own)


def main() -> None:
    """Prints the table as Markdown."""
    parser = argparse.ArgumentParser(description="Shows where the time of the course's grid goes.")
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--solver", default="converged", describe_choices=("converged", "lbfgs"))
    parser.add_argument("--runs", type=int, default=21)
    options = parser.parse_args()
    from stages.shared.runtime.threads import limit_threads

    limit_threads()
    from benchmarks.speed.grid import made, ours

    search = ours(*made(options.rows, options.columns), options.solver, 1)
    search()
    plain, runs = [], []
    for _ in range(options.runs):
        start = time.perf_counter()
        search()
        plain.append(time.perf_counter() - start)
        parts = Parts()
        with parted(parts):
            parts.counted(BETWEEN, search)()
        runs.append(parts)
    whole = statistics.median(sum(run.seconds.values()) for run in runs)
    print(
        f"{options.rows:,} × {options.columns}, {options.solver}, one process: {1e3 * statistics.median(plain):.0f} ms "
        f"({1e3 * min(plain):.0f} at best), {1e3 * whole:.0f} with the timers.\n"
    )
    print("| part | calls | ms | share |\n|:--|--:|--:|--:|")
    for part in [*PARTS, BETWEEN]:
        spent = statistics.median(run.seconds[part] for run in runs)
        if calls := runs[0].calls[part]:
            print(f"| {part} | {calls if part != BETWEEN else ''} | {1e3 * spent:.1f} | {100 * spent / whole:.0f} % |")


if __name__ == "__main__":
    main()
