"""The same arithmetic on every processor of the x86-64 kind, so that the same inputs give the same bytes.

numpy, OpenBLAS and Arrow choose their kernels by what a processor can do, and wider ones round otherwise: a sum in
another order, another last digit of a logarithm, and a tree that breaks a tie parts its rows elsewhere. Kept are the
kernels for AVX2 and FMA, which server and desktop processors have had since about 2015.
"""

import os
from pathlib import Path
import sys

#: what numpy is to leave aside of the kernels that it was built with
WIDER = "X86_V4 AVX512_ICL AVX512_SPR"


def limit_cpu_features() -> None:
    """Before any numerical library is imported. A value that the user has set stands, as do older processors' own."""
    if not {"avx2", "fma"} <= _features():
        return
    if "NPY_ENABLE_CPU_FEATURES" not in os.environ:  # numpy takes one or the other
        os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", WIDER)
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
    os.environ.setdefault("ARROW_USER_SIMD_LEVEL", "AVX2")


def _features() -> set[str]:
    """What Linux says that an x86-64 processor can do; nothing elsewhere."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return set()
    with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        flags = next((line for line in lines if line.startswith("flags")), "")
    return set(flags.split())
