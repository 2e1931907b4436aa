"""Commands of the project in forks of a process that has imported the libraries, which takes longer than most commands.

Each has a process, a folder, variables, output and an exit code of its own; its code is that of this repository.
"""

from collections.abc import Mapping, Sequence
from contextlib import chdir
from functools import partial
import multiprocessing
import os
from pathlib import Path
import runpy
import signal
import subprocess
import sys
import tempfile
import warnings

import pytest

import tools.repro.workers

ROOT = Path(__file__).parents[1]


def call(module: str, *arguments: str, cwd: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Do what `python -m <module>` does in `cwd`; of PYTHONWARNINGS only an action counts."""
    if sys.platform != "linux":  # the libraries of macOS do not survive a fork
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.preload"])
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("stdout", "stderr")]
        target = partial(_become, module, arguments, cwd, dict(environment), streams)
        process = context.Process(target=target)
        with chdir(ROOT):  # in which the first call starts the process that imports
            process.start()
        process.join(400)
        if process.is_alive():
            process.kill()
            pytest.fail(f"{module} does not end")
        texts = [stream.read_text(encoding="utf-8") for stream in streams]
        return subprocess.CompletedProcess([module, *arguments], process.exitcode or 0, *texts)


def _become(
    module: str, arguments: Sequence[str], cwd: Path, environment: dict[str, str], streams: Sequence[Path]
) -> None:
    """Be the command."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    for number, stream in enumerate(streams, start=1):
        with stream.open("wb") as file:
            os.dup2(file.fileno(), number)
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
    if action := environment.get("PYTHONWARNINGS"):
        warnings.simplefilter(action)  # type: ignore[arg-type]
    sys.argv = [module, *arguments]
    tools.repro.workers.CONTEXT = multiprocessing.get_context("fork")  # this process has the libraries
    runpy.run_module(module, run_name="__main__", alter_sys=True)
