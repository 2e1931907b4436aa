"""Command line of the stage `train`: data/train.parquet → models/<strategy>/ and metrics/cv/<strategy>.json."""

import argparse
import os
import sys

from stages.shared.errors import InputError, run_cli
from stages.shared.params import read_params
from stages.shared.runtime.progress import Progress
from stages.shared.runtime.stage_lock import lock_stage
from stages.shared.runtime.threads import limit_threads
from stages.train.execution.engines.registry import choose_engine
from stages.train.execution.launch import launch_train
from stages.train.params import TrainParams


def main() -> None:
    """Train one strategy on data/train.parquet and write models/<strategy>/ and metrics/cv/<strategy>.json."""
    parser = argparse.ArgumentParser(prog="python -m stages.train", description=main.__doc__)
    # DVC sets the name of the stage that it runs, train@smote, or folder/dvc.yaml:train@smote
    default = os.environ.get("DVC_STAGE", "").rpartition(":")[2].partition("@")[2]
    parser.add_argument("--strategy", default=default, help="a name under `strategies` in params.yaml (default: DVC's)")
    name = parser.parse_args().strategy
    params = read_params(TrainParams)
    if name not in params.strategies:
        raise InputError(f"--strategy {name!r}: not in params.yaml; allowed: {', '.join(params.strategies)}")

    choose_engine()  # answers before the imports
    if (code := launch_train(name)) is not None:
        sys.exit(code)
    lock_stage("train", name)
    limit_threads()
    with Progress(f"train@{name}", "imports the libraries") as progress:
        from stages.train.run import train  # imports every library, so only after the checks

        train(name, params, progress)


if __name__ == "__main__":
    run_cli(main)
