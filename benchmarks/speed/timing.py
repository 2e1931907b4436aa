"""Time, memory and results of a function, and of two functions that take turns.

Both run on the same data under the same load, so other work on the machine does not change their ratio.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
import hashlib
import multiprocessing
import os
from pathlib import Path
import resource
import statistics
import time
from typing import Any

import numpy as np
import psutil

Work = Callable[[], Any]

#: the lines of /proc/PID/smaps_rollup with the memory of a process, its share of shared pages included
PSS, PSS_ANON = "Pss:", "Pss_Anon:"

COLUMNS = (
    "case", "wall s, stock", "ours", "ratio", "CPU s, stock", "ours", "ratio", "memory MB, stock", "ours", "pairs",
    "load",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run: seconds with child processes, bytes before it and at its peak, and its result."""

    wall: float
    cpu: float
    before: float
    peak: float
    result: Any

    @property
    def growth(self) -> float:
        """The megabytes that the run added."""
        return (self.peak - self.before) / 2**20


def measure(work: Work, summarize: Callable[[Any], Any] = lambda result: result) -> Run:
    """Run `work` in this process; `summarize` gets its result after the clock has stopped."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # restarts VmHWM
    status = Path("/proc/self/status")
    before, cpu, wall = read_bytes(status, "VmRSS:"), get_cpu_seconds(), time.perf_counter()
    result = work()
    wall, cpu = time.perf_counter() - wall, get_cpu_seconds() - cpu
    return Run(wall, cpu, before, read_bytes(status, "VmHWM:"), summarize(result))


def measure_in_fork(work: Work, summarize: Callable[[Any], Any] = lambda result: result, memory: str = PSS) -> Run:
    """Run `work` in a fork, which shares imports and data with this process.

    The peak includes the memory of the fork's children, read ten times a second. Raises EOFError when `work` fails.
    With PSS_ANON as `memory`, mapped files do not count.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=lambda: sender.send(measure(work, summarize)))
    process.start()
    sender.close()
    fork, peak = psutil.Process(process.pid), 0.0
    try:
        while not receiver.poll(0.1):
            processes = (fork, *fork.children(recursive=True))
            rollups = [Path(f"/proc/{item.pid}/smaps_rollup") for item in processes]
            peak = max(peak, sum(read_bytes(path, memory) for path in rollups))
        run: Run = receiver.recv()
    finally:
        process.join()
    return replace(run, peak=max(run.peak, peak) if memory == PSS else peak)


def read_bytes(path: Path, key: str) -> float:
    """Read a line of a file in /proc; return 0 when the process has ended."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) * 1024 for line in lines if line.startswith(key)), 0.0)


def get_cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children, whether they have ended or not."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    running = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages) + sum(item.user + item.system for item in running)


def hash_arrays(arrays: Iterable[Any]) -> str:
    """Return the SHA-256 of types, shapes and bytes of arrays."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(memoryview(np.ascontiguousarray(array)))
    return digest.hexdigest()


def format_load() -> str:
    """Format the load of the machine in the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def take_turns(
    works: Mapping[str, Work],
    pairs: int,
    run: Callable[..., Run] = measure_in_fork,
    summarize: Callable[[Any], Any] = lambda result: result,
) -> dict[str, list[Run]]:
    """Return so many runs of each function; every other time they run in the reverse order.

    Raises AssertionError when they give different results.
    """
    runs: dict[str, list[Run]] = {name: [] for name in works}
    for pair in range(pairs):
        for name in list(works)[:: 1 if pair % 2 == 0 else -1]:
            runs[name].append(run(works[name], summarize))
    results = {turn.result for turns in runs.values() for turn in turns}
    assert len(results) == 1, f"{', '.join(works)}: the results differ"
    return runs


def get_median(runs: Sequence[Run], key: str) -> float:
    """Return the median of one field of the runs."""
    return statistics.median(getattr(run, key) for run in runs)


def get_ratios(runs: Sequence[Run], reference: Sequence[Run], key: str) -> list[float]:
    """Return the ratio of one field in each pair of runs."""
    return [getattr(run, key) / getattr(base, key) for run, base in zip(runs, reference, strict=True)]


def compare(name: str, stock: Work, ours: Work, pairs: int, run: Callable[..., Run] = measure_in_fork) -> list[str]:
    """Return a row under COLUMNS: medians over pairs of runs.

    Raises AssertionError when the arrays that the functions return differ in any bit.
    """
    turns = take_turns({name: stock, "ours": ours}, pairs, run, hash_arrays)
    cells, stock_runs, our_runs = [name], turns[name], turns["ours"]
    for key in ("wall", "cpu"):
        ratios = get_ratios(stock_runs, our_runs, key)
        extremes = f" ({min(ratios):.1f} to {max(ratios):.1f})" if pairs > 1 else ""
        cells += [f"{get_median(runs, key):.2f}" for runs in (stock_runs, our_runs)]
        cells.append(f"{statistics.median(ratios):.1f}{extremes}")
    cells += [f"{get_median(runs, 'growth'):.0f}" for runs in (stock_runs, our_runs)]
    return [*cells, str(pairs), format_load()]
