"""Command line of the stage evaluate: `python -m stages.evaluate`."""

import argparse

from stages.evaluate.params import EvaluateParams
from stages.shared.errors import run_cli
from stages.shared.params import read_params
from stages.shared.runtime.progress import Progress
from stages.shared.runtime.stage_lock import lock_stage
from stages.shared.runtime.threads import limit_threads


def main() -> None:
    """Score every model on data/test.parquet; write metrics/leaderboard.json and the files around it."""
    argparse.ArgumentParser(prog="python -m stages.evaluate", description=main.__doc__).parse_args()
    params = read_params(EvaluateParams)
    lock_stage("evaluate")
    limit_threads()
    with Progress("evaluate", "imports the libraries") as progress:
        from stages.evaluate.run import evaluate  # imports every library, so only after the checks

        lines = evaluate(params, progress)
    print(*lines, sep="\n")


if __name__ == "__main__":
    run_cli(main)
