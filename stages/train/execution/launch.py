"""EVENHAND_LAUNCH: a command, such as `srun` or `ssh node1`, that runs the training of a strategy somewhere else.

The other place needs the same folder, on a shared disk, and the same environment.
"""

import os
from pathlib import Path
import shlex
import subprocess
import sys

from stages.shared.errors import InputError
from stages.shared.messages import PACKAGE
from stages.train.execution.engines.registry import LOCAL, choose_engine

#: environment variable: the command, with its options
LAUNCH = "EVENHAND_LAUNCH"

#: seconds in which the command may end after a stop signal
GRACE = 0.8


def trains_elsewhere() -> bool:
    """Return whether the fits use the cores of other machines."""
    return choose_engine() != LOCAL or bool(os.environ.get(LAUNCH))


def launch_train(name: str) -> int | None:
    """Train strategy `name` by the command in EVENHAND_LAUNCH; return its exit code, None where there is none.

    Raises InputError for what is no command.
    """
    prefix = _split(os.environ.get(LAUNCH, ""))
    if not prefix:
        return None
    # words without a shell, because ssh joins them again; without DVC_STAGE, because DVC is no ancestor there
    settings = [f"{key}={value}" for key, value in os.environ.items() if key.startswith("EVENHAND_") and key != LAUNCH]
    module = ["evenhand", "stage", "train"] if PACKAGE in os.environ else ["stages.train"]
    command = ["env", "-C", str(Path.cwd()), "-u", "DVC_STAGE", f"{LAUNCH}=", *settings, sys.executable, "-m", *module]
    try:
        process = subprocess.Popen([*prefix, *command, "--strategy", name])
    except OSError as error:
        raise InputError(f"{LAUNCH}={os.environ[LAUNCH]}: {error.strerror}: {prefix[0]}; expected a command") from None
    try:
        code = process.wait()
    except SystemExit:
        process.terminate()
        process.wait(GRACE)
        raise
    return code if code >= 0 else 128 - code


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise InputError(f"{LAUNCH}={text}: {error}; expected a command with its options") from None
