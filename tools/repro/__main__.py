"""Command line of `python -m tools.repro`: `dvc repro` with the train stages in parallel."""

import argparse
import os
from pathlib import Path
import subprocess
import sys

from stages.report.__main__ import QUIET
from stages.shared.errors import InputError, run_cli
from stages.shared.messages import command, escape_controls
from stages.shared.params import read_params
from stages.shared.runtime.repository import check_folder
from stages.train.execution.engines.registry import choose_engine
from tools.params.model import Params


def main() -> None:
    """Run `dvc repro`, and train the strategies in forks of a process that has imported the libraries once."""
    parser = argparse.ArgumentParser(prog=command("python -m tools.repro"), description=main.__doc__)
    parser.add_argument(
        "-j", "--jobs", type=int, help="strategies to train at a time (default: the usable cores; all, with an engine)"
    )
    parser.add_argument("--no-report", action="store_true", help="end after evaluate, as tools.rotate does")
    options = parser.parse_args()
    jobs, last = options.jobs, "evaluate" if options.no_report else None
    if jobs is not None and jobs < 1:
        raise InputError(f"--jobs {jobs}: at least 1 is needed")
    choose_engine()  # before anything runs
    check_folder()
    params = read_params(Params)  # DVC looks only at keys that a stage uses
    # DVC runs the first python of the path, which must be the one that runs this command
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

    os.environ[QUIET] = "1"
    from stages.shared.runtime.environment import describe_differences
    from tools.leaderboard.__main__ import print_leaderboard
    from tools.repro.dvc_repo import leave_out_hints, repro, run_dvc

    leave_out_hints()
    for note in describe_differences():
        print(f"warning: {note}", file=sys.stderr)
    if sys.platform != "linux":  # the libraries of macOS do not survive a fork, Windows has none
        print("Forks are safe on Linux alone, so this is plain `dvc repro`, and a stage is one process.", flush=True)
        if sys.platform == "win32":
            print("Windows has no lock between stages: start nothing else in this folder until it ends.", flush=True)
        code = run_dvc("repro", *([last] if last else []))
    else:
        code = repro(jobs, last)
    if code == 0 and params.split.rotation is None and not last:  # else this is one of the rotations
        escape_controls(sys.stdout)  # DVC, which colors its lines, has ended
        print_leaderboard()
        if params.evaluate.rotate:
            sys.stdout.flush()
            code = rotate(jobs)
    sys.exit(code)


def rotate(jobs: int | None) -> int:
    """Judge the treatments on every row; return the exit code."""
    from stages.shared.runtime.environment import call_tool

    command = [*call_tool("rotate"), *([f"--jobs={jobs}"] if jobs else [])]
    if sys.platform != "linux":
        return subprocess.call(command)
    os.execv(command[0], command)  # so that signals reach it


if __name__ == "__main__":
    run_cli(main, escape=False)  # DVC colors its lines
