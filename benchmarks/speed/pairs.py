"""Runs two ways of the same work by turns, each in a fork, and compares times, memory and results."""

from collections.abc import Callable
from dataclasses import dataclass
import hashlib
import multiprocessing
import os
from pathlib import Path
import resource
import statistics
import time
from typing import Any

import numpy as np

Work = Callable[[], tuple[Any, ...]]


@dataclass(frozen=True)
class Run:
    """One run: wall and CPU seconds with children, growth of memory in MB, and the SHA-256 of the arrays it gave."""

    wall: float
    cpu: float
    memory: float
    digest: str


def _status(key: str) -> float:
    """A line of /proc/self/status, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith(key)).split()[1]) / 1024


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _measure(work: Work, warm: Work, send: Any) -> None:
    warm()
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before, cpu, wall = _status("VmRSS"), _cpu(), time.perf_counter()
    arrays = work()
    wall, cpu, peak = time.perf_counter() - wall, _cpu() - cpu, _status("VmHWM")
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(memoryview(np.ascontiguousarray(array)))
    send.send(Run(wall, cpu, peak - before, digest.hexdigest()))


def run(work: Work, warm: Work = lambda: ()) -> Run:
    """`work` in a fork, which shares what is imported and the data. Raises EOFError when it fails.

    `warm` is done before in the same fork and does not count: a fork touches the pages of libraries anew, which are
    some megabytes.
    """
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(work, warm, send))
    process.start()
    send.close()
    try:
        outcome: Run = receive.recv()
    finally:
        process.join()
    return outcome


def compare(name: str, theirs: Work, ours: Work, pairs: int) -> str:
    """A row of a Markdown table: medians over alternating pairs. Raises AssertionError when the results differ."""
    runs = [(run(theirs), run(ours)) if pair % 2 == 0 else (run(ours), run(theirs))[::-1] for pair in range(pairs)]
    digests = {side.digest for pair in runs for side in pair}
    assert len(digests) == 1, f"{name}: the results differ"
    cells = [name]
    for key in ("wall", "cpu"):
        before, after = (statistics.median(getattr(pair[side], key) for pair in runs) for side in (0, 1))
        ratios = [getattr(first, key) / getattr(second, key) for first, second in runs]
        spread = f" ({min(ratios):.1f} to {max(ratios):.1f})" if pairs > 1 else ""
        cells += [f"{before:.2f}", f"{after:.2f}", f"{statistics.median(ratios):.1f}{spread}"]
    cells += [f"{statistics.median(pair[side].memory for pair in runs):.0f}" for side in (0, 1)]
    return f"| {' | '.join(cells)} | identical | {pairs} | {os.getloadavg()[0]:.1f} |"


HEADER = (
    "| case | wall s, theirs | ours | ratio | CPU s, theirs | ours | ratio | memory MB, theirs | ours "
    "| result | pairs | load |\n"
    "|:--|--:|--:|--:|--:|--:|--:|--:|--:|:--|--:|--:|"
)
