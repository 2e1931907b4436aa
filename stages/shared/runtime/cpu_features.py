"""One set of CPU kernels on every x86-64 processor, so that the same inputs give the same bytes.

numpy, OpenBLAS and Arrow choose kernels by CPU features. Wider kernels round differently, and the last digit of a sum
can change a split of a tree. All runs use AVX2 and FMA, which processors have had since about 2015.
"""

import os
from pathlib import Path
import sys

#: numpy's kernels beyond AVX2, which must not be used
WIDER = "X86_V4 AVX512_ICL AVX512_SPR"


def limit_cpu_features() -> None:
    """Set the environment variables that limit the kernels; call it before any numerical library is imported.

    Variables that the user has set, and processors without AVX2, keep their own kernels.
    """
    if not {"avx2", "fma"} <= _read_features():
        return
    if "NPY_ENABLE_CPU_FEATURES" not in os.environ:  # numpy takes one or the other
        os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", WIDER)
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
    os.environ.setdefault("ARROW_USER_SIMD_LEVEL", "AVX2")


def _read_features() -> set[str]:
    """Return the CPU flags on Linux x86-64, an empty set elsewhere."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return set()
    with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        flags = next((line for line in lines if line.startswith("flags")), "")
    return set(flags.split())
