"""Time of the whole pipeline beside its training alone: `python -m benchmarks.speed.pipeline`.

It shows what DVC, the imports and the other stages cost.

`dvc repro` and `python -m tools.repro` each run in a fresh clone of the checked-out commit, on all cores. Their times
are divided by that of the same training in one process with one thread, after its imports. Both commands must write the
same dvc.lock. The training in one process must give the same out-of-fold scores.
"""

from argparse import Namespace
from collections.abc import Sequence
from functools import partial
import os
from pathlib import Path
import shutil
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks.shared.arguments import make_parser
from benchmarks.shared.clone import add_selection_options, clone_project, make_environment, select_entries
from benchmarks.shared.markdown import print_table
from benchmarks.speed.timing import Run, format_load, measure, measure_in_fork

COLUMNS = ("run", "cores", "wall s", "÷ one process", "CPU s", "÷ one process", "load")


def make_clone(folder: Path, options: Namespace) -> None:
    """Clone the checked-out commit into `folder`; change the data, strategies and classifiers that the options name."""
    with clone_project(folder) as params:
        if options.data:
            table, target, positive = Path(options.data[0]), *options.data[1:]
            copy = Path("data/raw") / table.name
            shutil.copyfile(table, folder / copy)
            params["data"].update(make_data_section(str(copy), target, positive))
        select_entries(params, options)


def make_data_section(path: str, target: str, positive: str) -> dict[str, Any]:
    """Return the section `data` of params.yaml; a label that consists of digits is a number."""
    label = int(positive) if positive.lstrip("-").isdecimal() else positive
    return {"path": path, "target": target, "positive": label, "drop": [], "key": [], "missing": {}}


def run_command(folder: Path, command: Sequence[str]) -> str:
    """Run a command in a clone and return its dvc.lock."""
    subprocess.run(command, cwd=folder, env=make_environment(), check=True, stdout=subprocess.DEVNULL)
    return (folder / "dvc.lock").read_text(encoding="utf-8")


def train_in_one_process(folder: Path) -> Run:
    """Train every strategy on the training set of a clone; return the run without imports and reading.

    Raises AssertionError when the pipeline wrote other out-of-fold scores.
    """
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    # the stages of the clone, not those of the working tree
    for name in [name for name in sys.modules if name.split(".")[0] == "stages"]:
        del sys.modules[name]
    import numpy as np

    from stages.shared import paths
    from stages.shared.params import read_params
    from stages.shared.storage.parquet import read_parquet, read_table
    from stages.train.params import TrainParams
    from stages.train.strategy.artifacts import oof_columns
    from stages.train.strategy.cross_validation import fit_strategy

    params, table = read_params(TrainParams), read_table(paths.TRAIN)
    run = measure(
        lambda: {name: fit_strategy(table, name, params, lambda _: None) for name in params.strategies},
        lambda results: {name: oof_columns(result, table) for name, result in results.items()},
    )
    for strategy, columns in run.result.items():
        written = read_parquet(paths.MODELS / strategy / paths.OOF)
        for name, values in columns.items():
            assert np.array_equal(written.column(name).to_numpy(), values), f"{strategy}: {name} differs"
    return Run(run.wall, run.cpu, run.before, run.peak, None)


def format_row(name: str, cores: int, run: Run, training: Run) -> list[str]:
    """Return a row of the table."""
    wall = [f"{run.wall:.1f}", f"{run.wall / training.wall:.2f}"]
    return [name, str(cores), *wall, f"{run.cpu:.1f}", f"{run.cpu / training.cpu:.2f}", format_load()]


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--data", nargs=3, metavar=("PATH", "TARGET", "POSITIVE"), help="a table of your own")
    add_selection_options(parser)
    parser.add_argument("--only", default="", help="runs whose names contain this text")
    parser.add_argument("--jobs", type=int, default=2, help="strategies that tools.repro trains at a time")
    options = parser.parse_args()
    commands = ("dvc repro", f"python -m tools.repro -j {options.jobs}")
    runs: dict[str, Run] = {}
    with tempfile.TemporaryDirectory() as folder:
        for index, command in enumerate(command for command in commands if options.only in f"`{command}`"):
            clone = Path(folder) / f"clone{index}"
            make_clone(clone, options)
            runs[f"`{command}`"] = measure_in_fork(partial(run_command, clone, command.split()))
        assert len({run.result for run in runs.values()}) == 1, "the commands wrote different files"
        training: Run = measure_in_fork(partial(train_in_one_process, clone)).result
    print(f"One process: {training.wall:.1f} s ({training.cpu:.1f} CPU s).")
    cores = len(os.sched_getaffinity(0))
    rows = [format_row(name, cores, run, training) for name, run in runs.items()]
    print_table("The whole pipeline", COLUMNS, rows)


if __name__ == "__main__":
    main()
