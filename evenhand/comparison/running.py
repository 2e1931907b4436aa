"""The stages of a folder in processes of their own: their lines go to stderr, their errors become exceptions."""

import os
from pathlib import Path
import re
import subprocess
import sys

from evenhand.source import PACKED, PIPELINE

#: exit codes for which the caller's input is to blame
INPUT, DAMAGED = 2, 3

#: what tools.repro.workers says of a stage that failed, after the lines of the stage
EXITED = re.compile(r"error: \S+: exited with \d+")


def run_every_stage(folder: Path) -> None:
    """Run every stage in `folder`. Raises ValueError for wrong input, RuntimeError for any other failure."""
    run_command([sys.executable, "-m", "evenhand", "stages"], folder)


def run_command(command: list[str], folder: Path) -> None:
    """Run a command in `folder`, and print its lines on stderr. Nothing of it is at work when this returns or raises.

    Raises ValueError or RuntimeError with the lines `error: …` where the command fails.
    """
    errors = []
    with subprocess.Popen(
        command, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", errors="backslashreplace",
    ) as process:  # fmt: skip
        assert process.stdout
        try:
            for line in process.stdout:
                if line.startswith("error: "):
                    errors.append(line.rstrip())
                else:
                    print(line, end="", file=sys.stderr, flush=True)  # sys.stderr of a notebook is no file
        except BaseException:
            process.terminate()
            process.stdout.read()  # it ends when the last process of the command has ended
            raise
    if process.returncode:
        raise _describe_failure(errors, process.returncode)


def _environment() -> dict[str, str]:
    paths = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    if not PACKED:  # the command of a wheel is found as this module was
        paths.insert(0, os.fspath(PIPELINE))
    return {**os.environ, "PYTHONIOENCODING": "utf-8", **({"PYTHONPATH": os.pathsep.join(paths)} if paths else {})}


def _describe_failure(errors: list[str], code: int) -> Exception:
    said = [line for line in errors if not EXITED.fullmatch(line)] or errors
    # the call gives the label
    text = "\n".join(line.removeprefix("error: ").replace("params.yaml: data.positive:", "positive:") for line in said)
    if code in (INPUT, DAMAGED):
        return ValueError(text)
    return RuntimeError(text or f"the stages ended with exit code {code}; the lines above say more")
