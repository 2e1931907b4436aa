"""Every module can be imported where POSIX is missing, as on Windows. `make check` checks the types for it."""

from pathlib import Path
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

#: what Windows does not have; the libraries are imported before it goes, because they have their own ways
CODE = """
import importlib, os, pkgutil, signal, sys
import altair, dvc.repo, imblearn.pipeline, jinja2, pandas, pyarrow.parquet, pydantic, skops.io, sklearn.ensemble, tqdm
import distributed, ray, vl_convert, xgboost
import concurrent.futures.process, multiprocessing.forkserver, multiprocessing.managers, multiprocessing.popen_fork

for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios"):
    sys.modules[name] = None
for name in ("fork", "getsid", "getuid", "killpg", "register_at_fork", "sched_getaffinity", "setsid"):
    delattr(os, name)
for name in ("SIGHUP", "SIGKILL", "SIGSTOP", "pthread_sigmask"):
    delattr(signal, name)
sys.platform = "win32"
import evenhand, stages, tools
for package in (stages, tools, evenhand):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if module.name != "tools.repro.preload":  # it ends with the process that forks it
            importlib.import_module(module.name)
            print(module.name)
"""


def test_every_module_is_imported_without_posix() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    names = done.stdout.split()
    assert len(names) > 200
    assert {"stages.train.execution.worker_pool", "tools.repro.dvc_repo", "evenhand.cli"} <= set(names)
