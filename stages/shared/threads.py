"""Decides how many threads the numerical libraries take; to be called before any of them is imported."""

import os


def one_thread_each() -> None:
    """One BLAS and OpenMP thread per process, and no spinning while idle.

    Fits are small and many: more threads gain little, cost a lot on busy cores, and may change the last digit.
    A value that the user has set stands.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
