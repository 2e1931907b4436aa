"""What a large CSV costs on its way through prepare and split: time, and growth of memory over the size of its numbers.

`python -m benchmarks.speed.intake FOLDER --rows 1000000 --columns 30` writes a table of random numbers in full
precision into FOLDER, unless it is there from an earlier run, and sends it through both stages.
Delete FOLDER when you are done.
"""

import argparse
from collections.abc import Iterator
import os
from pathlib import Path
from typing import Any

HEADER = (
    "| table | CSV, MB | stage | wall s | CPU s | memory, MB | over the numbers as float64 | load |\n"
    "|:--|--:|:--|--:|--:|--:|--:|--:|"
)
#: so many rows are made and written at a time
PIECE = 100_000


def pieces(rows: int, columns: int) -> Iterator[Any]:
    """Random rows with a target of about one positive in a hundred, as record batches."""
    import numpy as np
    import pyarrow as pa

    rng = np.random.RandomState(0)
    for start in range(0, rows, PIECE):
        values = rng.normal(size=(columns, min(PIECE, rows - start)))
        target = (values[0] + rng.normal(size=values.shape[1]) > 3.3).astype(np.int8)
        cells = {f"x{index}": column for index, column in enumerate(values)}
        yield pa.RecordBatch.from_pydict({**cells, "target": target})


def made(folder: Path, rows: int, columns: int) -> Path:
    """The table as CSV."""
    import pyarrow.csv

    path = folder / f"{rows}x{columns}.csv"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        batches = pieces(rows, columns)
        first = next(batches)
        with pyarrow.csv.CSVWriter(path, first.schema) as writer:
            writer.write(first)
            for batch in batches:
                writer.write(batch)
    return path


def stages(path: Path, folder: Path) -> dict[str, Any]:
    """What the doors of both stages do, without looking for params.yaml."""
    from stages.prepare.columns.roles import select_columns
    from stages.prepare.params import PrepareParams
    from stages.prepare.prepare import prepare
    from stages.prepare.readers.table import read_columns
    from stages.shared.storage.parquet import read_table, write_table
    from stages.split.params import SplitStageParams
    from stages.split.split import split

    data = {"path": str(path), "target": "target", "positive": 1, "drop": [], "key": []}
    sides, folds = {"group": None, "time": None}, {"n_splits": 5}
    of_prepare = PrepareParams.model_validate(
        {"data": {**data, "categorical": "auto", "missing": {}}, "split": sides, "cv": folds}
    )
    of_split = SplitStageParams.model_validate({"random_state": 0, "split": {"test_size": 0.25, **sides}, "cv": folds})

    def run_prepare() -> tuple[Any, ...]:
        write_table(
            folder / "prepared.parquet", prepare(read_columns(path, select_columns(of_prepare)), of_prepare).table
        )
        return ()

    def run_split() -> tuple[Any, ...]:
        for side, table in zip(
            ("train", "test"), split(read_table(folder / "prepared.parquet"), of_split), strict=True
        ):
            write_table(folder / f"{side}.parquet", table)
        return ()

    return {"prepare": run_prepare, "split": run_split}


def main() -> None:
    """Prints a row for each stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=30)
    arguments = parser.parse_args()
    from stages.shared.runtime.threads import limit_threads

    limit_threads()
    from benchmarks.speed.pairs import run

    path = made(arguments.folder, arguments.rows, arguments.columns)
    size = arguments.rows * arguments.columns * 8 / 2**20
    print(HEADER)
    for name, work in stages(path, arguments.folder).items():
        result = run(work)
        table = f"{arguments.rows:,} × {arguments.columns} | {path.stat().st_size / 2**20:,.0f}"
        costs = f"{result.wall:.1f} | {result.cpu:.1f} | {result.memory:,.0f} | {result.memory / size:.2f}"
        print(f"| {table} | {name} | {costs} | {os.getloadavg()[0]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
