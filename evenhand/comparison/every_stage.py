"""`evenhand stages`: every stage in this folder without DVC, each in a process of its own."""

import argparse
import os
import sys

from stages.report.__main__ import QUIET
from stages.shared.errors import InputError
from stages.shared.params import read_params
from stages.shared.runtime.child_process import exit_with_starter
from tools.params.model import Params, check_params
from tools.repro.workers import run_stages


def main() -> None:
    """Run every stage in the order of dvc.yaml, several strategies at a time."""
    argparse.ArgumentParser(prog="evenhand stages", description=main.__doc__).parse_args()
    exit_with_starter()
    check_params()
    params = read_params(Params)
    if params.evaluate.rotate:
        raise InputError("params.yaml: evaluate.rotate: needs a git repository (`evenhand rotate`); set it to null")
    os.environ[QUIET] = "1"
    for module in ("prepare", "split", "train", "evaluate", "report", "train.refit"):
        names = [f"train@{name}" for name in params.strategies] if module == "train" else [module]
        if code := run_stages(f"stages.{module}", names, None)[1]:
            sys.exit(code)
