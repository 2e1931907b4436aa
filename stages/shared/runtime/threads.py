"""The one place that decides how the cores are used: by processes side by side, each with one thread."""

import os

#: how many processes a stage may use; set by whoever runs several stages side by side
WORKERS = "EVENHAND_WORKERS"

#: how many stages run side by side and share the memory; set by the same
STAGES = "EVENHAND_STAGES"


def cores() -> int:
    """How many processes this one may fill with work: EVENHAND_WORKERS, or the cores that it may run on."""
    if asked := _number(WORKERS):
        return asked
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def stages_at_once() -> int:
    """How many stages run side by side, this one counted."""
    return _number(STAGES) or 1


def _number(name: str) -> int:
    asked = os.environ.get(name, "")
    return int(asked) if asked.isdecimal() else 0


def limit_threads() -> None:
    """One BLAS and OpenMP thread per process, and no spinning while idle; before any numerical library is imported.

    Fits are small and many: more threads gain little, cost a lot on busy cores, and may change the last digit.
    A value that the user has set stands.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
