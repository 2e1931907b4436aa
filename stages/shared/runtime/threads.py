"""How a stage uses the cores: parallel processes with one thread each."""

import os

#: environment variable: number of processes a stage may use; tools.repro sets it
WORKERS = "EVENHAND_WORKERS"

#: environment variable: number of stages that run at the same time and share memory; tools.repro sets it
STAGES = "EVENHAND_STAGES"


def cores() -> int:
    """Return how many worker processes to use: EVENHAND_WORKERS, or the number of usable cores."""
    return _read_number(WORKERS) or usable_cores()


def usable_cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # only on Linux
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def stages_at_once() -> int:
    """Return how many stages run at the same time, including this one."""
    return _read_number(STAGES) or 1


def _read_number(name: str) -> int:
    value = os.environ.get(name, "")
    return int(value) if value.isdecimal() else 0


def limit_threads() -> None:
    """Set one BLAS and OpenMP thread per process; call it before any numerical library is imported.

    Fits are small and many: more threads gain little, slow down busy cores and may change the last digit.
    Variables that the user has set are kept.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
