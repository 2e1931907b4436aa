"""The installation of a process: code, versions and kernels, on which the bytes of a model depend."""

from functools import cache
import platform

import numpy as np
import pyarrow as pa
import scipy.linalg  # loads its OpenBLAS, which threadpool_info then lists
from threadpoolctl import threadpool_info  # type: ignore[import-untyped]

from stages.shared.runtime.environment import hash_code, library_versions


@cache
def describe_installation() -> dict[str, str]:
    """Return the code's hash, the versions of Python and of the libraries, and the kernels that they use."""
    assert scipy.linalg
    blas = sorted({pool["architecture"] for pool in threadpool_info() if pool["user_api"] == "blas"})
    return {
        "code of stages/": hash_code()[:12],
        "Python": platform.python_version().rpartition(".")[0],
        **library_versions(),
        "processor": platform.machine(),
        "kernels of numpy": " ".join(np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])),
        "kernels of OpenBLAS": " ".join(blas),
        "kernels of Arrow": pa.runtime_info().simd_level,
    }
