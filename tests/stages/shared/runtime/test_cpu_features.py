"""Every processor of the x86-64 kind is to do the same arithmetic."""

import json
import os
import subprocess
import sys

import numpy as np
from numpy._core._multiarray_umath import __cpu_dispatch__  # what numpy was built with
import pytest

from stages.shared.runtime.cpu_features import WIDER, _read_features

COMMON = {"avx2", "fma"}

NAMES = ("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES", "OPENBLAS_CORETYPE", "ARROW_USER_SIMD_LEVEL")

FOUND = """
import json
import os
import {package}
import numpy, pyarrow, scipy.linalg, threadpoolctl
from numpy._core._multiarray_umath import __cpu_features__ as features
blas = [each["architecture"] for each in threadpoolctl.threadpool_info() if each["internal_api"] == "openblas"]
known = [name for name, there in features.items() if there]
told = {{name: os.environ[name] for name in {names} if name in os.environ}}
print(json.dumps([known, blas, pyarrow.runtime_info().simd_level, told]))
"""

pytestmark = pytest.mark.skipif(not _read_features() >= COMMON, reason="needs Linux and an x86-64 processor with AVX2")


def found(package: str, **environment: str) -> tuple[set[str], list[str], str, dict[str, str]]:
    """What numpy, the two OpenBLAS (numpy's, scipy's) and Arrow work with after `package` is imported, and were told.

    On a processor without AVX-512 they work with the same untold.
    """
    clean = {name: value for name, value in os.environ.items() if name not in NAMES}
    command = [sys.executable, "-W", "error", "-c", FOUND.format(package=package, names=NAMES)]
    done = subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    numpy, blas, arrow, told = json.loads(done.stdout)
    return set(numpy), blas, arrow, told


@pytest.mark.parametrize("package", ["stages", "tools"])
def test_all_libraries_keep_to_what_common_processors_have(package: str) -> None:
    numpy, blas, arrow, told = found(package)
    assert told == {
        "NPY_DISABLE_CPU_FEATURES": WIDER, "OPENBLAS_CORETYPE": "Haswell", "ARROW_USER_SIMD_LEVEL": "AVX2"
    }  # fmt: skip
    assert "AVX2" in numpy
    assert not {name for name in numpy if name.startswith("AVX512") or name == "X86_V4"} & set(__cpu_dispatch__)
    assert blas == ["Haswell", "Haswell"]
    assert arrow == "avx2"


def test_numpy_is_told_of_every_wider_kernel_that_it_was_built_with() -> None:
    assert set(__cpu_dispatch__) - {"X86_V3"} == set(WIDER.split()), np.__version__


def test_what_the_user_has_set_stands() -> None:
    own = {"NPY_ENABLE_CPU_FEATURES": "X86_V3", "OPENBLAS_CORETYPE": "Nehalem", "ARROW_USER_SIMD_LEVEL": "SSE4_2"}
    numpy, blas, arrow, told = found("stages", **own)
    assert told == own
    assert "X86_V3" in numpy
    assert blas == ["Nehalem", "Nehalem"]
    assert arrow == "sse4_2"
