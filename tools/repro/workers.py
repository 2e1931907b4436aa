"""Work done in forks of this process: what it has imported costs them nothing."""

from collections.abc import Callable, Sequence
import multiprocessing
from multiprocessing.context import ForkProcess
import os
import signal
import time

from stages.shared.runtime.child_process import exit_with_parent
from tools.repro.signals import STOPS, end_quietly_when_told

#: seconds for a fork to tidy up after SIGTERM
GRACE = 3.0

#: seconds after which the forks are looked at though no signal came: another thread may have been given it
GLANCE = 1.0


def run_forks(names: Sequence[str], jobs: int, work: Callable[[str], None], ended: Callable[[str, int], None]) -> int:
    """Calls `work(name)` for each name in a fork of its own, `jobs` at a time in the order of `names`.

    `ended(name, code)` is told of each fork that has ended, with its exit code: 128 + n for one killed by signal n.
    After the first code other than 0, which is given back, no more are started; those that run go on to their end, as
    with `make -j`. SIGINT or SIGTERM ends the forks, and is 128 + signal. To be called from the main thread.
    """
    waiting, running, failed = list(names), dict[str, ForkProcess](), 0
    context = multiprocessing.get_context("fork")
    # waited for rather than handled, so that nothing is ever interrupted half-way
    watched = {signal.SIGCHLD, *STOPS}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    try:
        while running or (waiting and not failed):
            while waiting and not failed and len(running) < jobs:
                name = waiting.pop(0)
                running[name] = context.Process(target=_in_fork, args=(work, name, os.getpid(), before))
                running[name].start()
            came = signal.sigtimedwait(watched, GLANCE)
            if came is not None and came.si_signo in STOPS:
                return 128 + came.si_signo
            for name in [name for name, process in running.items() if process.exitcode is not None]:
                code = running.pop(name).exitcode or 0
                code = code if code >= 0 else 128 - code
                ended(name, code)
                failed = failed or code
    finally:
        _stop(list(running.values()))
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return failed


def _in_fork(work: Callable[[str], None], name: str, parent: int, mask: set[signal.Signals]) -> None:
    end_quietly_when_told()
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    exit_with_parent(parent)
    os.dup2(2, 1)  # this process says on stdout what has ended, and nobody else
    work(name)


def _stop(processes: list[ForkProcess]) -> None:
    for process in processes:
        process.terminate()
    patience = time.monotonic() + GRACE
    for process in processes:
        process.join(max(0.0, patience - time.monotonic()))
        process.kill()
        process.join()
