"""The process that imports the libraries of train once, and trains each strategy in a fork of itself."""

import argparse
import gc
import io
import os
import signal
import sys

from stages.shared.errors import run_cli
from stages.shared.runtime.child_process import exit_with_parent
from stages.shared.runtime.threads import STAGES, WORKERS, limit_threads
from stages.train.__main__ import main as train
from tools.repro.workers import run_forks


def main() -> None:
    """Trains stages for tools.repro, and writes a line on stdout for each that has ended: its name and exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.repro.trainer", description=main.__doc__)
    parser.add_argument("stages", nargs="+", metavar="train@strategy")
    parser.add_argument("--jobs", type=int, required=True, help="stages at a time")
    parser.add_argument("--workers", type=int, required=True, help="worker processes that each stage may use")
    parser.add_argument("--parent", type=int, required=True, help="process id of tools.repro: this one ends with it")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing to tidy up here, and no traceback to be shown
    exit_with_parent(options.parent)
    limit_threads()
    os.environ.setdefault(WORKERS, str(options.workers))
    os.environ[STAGES] = str(options.jobs)
    warm_up()
    sys.exit(run_forks(options.stages, options.jobs, train_stage, _say))


def warm_up() -> None:
    """Imports what the door of train imports only after it has seen the params, and what that imports in its turn."""
    import pandas  # noqa: F401
    import skops.io  # noqa: F401

    import stages.shared.runtime.memory
    import stages.shared.storage.manifest
    import stages.shared.storage.model_file
    import stages.train.classifiers.calibration
    import stages.train.cross_validation
    import stages.train.execution.memory_budget
    import stages.train.execution.progress
    import stages.train.outputs.artifacts  # noqa: F401

    gc.freeze()  # a collection in a fork would touch, and so copy, every page of this


class Lines(io.TextIOWrapper):
    """The stderr of one process among several: whole lines, and no bars, which would be drawn over each other."""

    def isatty(self) -> bool:
        """No, whatever it is."""
        return False


def train_stage(stage: str) -> None:
    """What DVC runs for `stage`, `python -m stages.train`, in this process."""
    sys.stderr = Lines(open(2, "wb", closefd=False), errors="backslashreplace", line_buffering=True)  # noqa: SIM115
    print(f"Running stage '{stage}' in a fork", file=sys.stderr)
    os.environ["DVC_STAGE"] = stage
    sys.argv = ["python -m stages.train"]
    run_cli(train)


def _say(stage: str, code: int) -> None:
    print(stage, code, flush=True)


if __name__ == "__main__":
    run_cli(main)
