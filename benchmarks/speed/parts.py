"""The pipeline on a folder of Parquet parts, with a share of the negatives: `python -m benchmarks.speed.parts FOLDER`.

It shows the memory and the time of each stage on a table that is larger than memory. Memory is that of all processes
of a stage together, without mapped files: the system drops those when memory runs short.

The command writes the parts and a clone of the project into FOLDER, and runs each stage there. Delete FOLDER when you
are done.
"""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import partial
import os
from pathlib import Path
import runpy
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.shared.arguments import add_strategies_option, add_table_options, make_parser
from benchmarks.shared.clone import clone_project, shrink_params
from benchmarks.shared.made_tables import STRATEGIES, make_rare_table
from benchmarks.shared.markdown import print_table
from benchmarks.speed.timing import PSS_ANON, format_load, measure_in_fork

COLUMNS = ("stage", "wall s", "CPU s", "memory, MB", "load")
#: rows of a part
PART_ROWS = 1_000_000


def write_parts(folder: Path, rows: int, columns: int) -> None:
    """Write a table of 0.17 % positives as parts."""
    folder.mkdir(parents=True)
    for part, start in enumerate(range(0, rows, PART_ROWS)):
        X, y = make_rare_table(min(PART_ROWS, rows - start), columns, seed=part)
        cells = {f"x{index}": column for index, column in enumerate(np.ascontiguousarray(X.T))}
        pq.write_table(pa.table({**cells, "target": y}), folder / f"part-{part:04d}.parquet")


def make_project(folder: Path, options: Namespace) -> None:
    """Clone the project, with the parts as its table and with few strategies and classifiers."""
    with clone_project(folder) as params:
        params["data"].update(path="data/raw/parts", target="target", positive=1)
        params["split"]["negatives"] = {"keep": options.keep}
        params["strategies"] = {name: STRATEGIES[name] for name in options.strategies}
        params["classifiers"] = {"logistic_regression": {"max_iter": 1000}, "xgboost": {"n_estimators": options.trees}}
        shrink_params(params)
    write_parts(folder / "data/raw/parts", options.rows, options.columns)


def run_stage(folder: Path, arguments: list[str]) -> None:
    """Run the command of a stage in this process, which has imported none of its libraries yet."""
    os.chdir(folder)
    sys.argv = arguments
    with redirect_stdout(sys.stderr):
        try:
            runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
        except SystemExit as end:
            code = end.code
    if code != 0:
        raise RuntimeError(f"{' '.join(arguments)} ended with {code}")


def measure_stages(folder: Path, options: Namespace) -> Iterator[list[str]]:
    """Yield a row for each stage."""
    train = [["stages.train", "--strategy", name] for name in options.strategies]
    for arguments in (["stages.prepare"], ["stages.split"], *train, ["stages.evaluate"], ["stages.report"]):
        run = measure_in_fork(partial(run_stage, folder, arguments), memory=PSS_ANON)
        yield [
            " ".join(arguments), f"{run.wall:.0f}", f"{run.cpu:.0f}", f"{run.peak / 2**20:,.0f}", format_load(),
        ]  # fmt: skip


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("folder", type=Path)
    add_table_options(parser, 20_000_000)
    parser.add_argument("--keep", type=float, default=0.05, help="share of the negatives of train")
    parser.add_argument("--trees", type=int, default=60, help="n_estimators of XGBoost")
    add_strategies_option(parser, STRATEGIES)
    options = parser.parse_args()
    project = options.folder.absolute() / "project"
    if not project.exists():
        make_project(project, options)
    title = f"{options.rows:,} × {options.columns}, {options.keep:g} of the negatives of train"
    print_table(title, COLUMNS, measure_stages(project, options))


if __name__ == "__main__":
    main()
