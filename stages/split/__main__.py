"""Command line of the stage `split`: data/prepared.parquet → data/train.parquet and data/test.parquet."""

import argparse

from stages.shared.errors import run_cli
from stages.shared.params import read_params
from stages.shared.paths import PREPARED, TEST, TRAIN
from stages.shared.runtime.progress import Progress
from stages.shared.runtime.stage_lock import lock_stage
from stages.split.params import SplitStageParams


def main() -> None:
    """Write the train and the test set, and print their rows and positives."""
    argparse.ArgumentParser(
        prog="python -m stages.split", description=f"Split {PREPARED} into a train set and a test set."
    ).parse_args()
    params = read_params(SplitStageParams)
    lock_stage("split")

    from stages.shared.storage.parquet import read_table, write_table
    from stages.split.split import split

    with Progress("split", f"reads {PREPARED}, and splits it"):
        train, test = split(read_table(PREPARED), params)
        write_table(TRAIN, train)
        write_table(TEST, test)
    for path, step in ((TRAIN, train.flow[-2]), (TEST, train.flow[-1])):
        print(f"{path}: {step.rows} rows, {step.positive} positives ({step.positive / step.rows:.1%}); {step.note}")


if __name__ == "__main__":
    run_cli(main)
