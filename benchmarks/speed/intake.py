"""Time and memory of a large CSV in prepare and split: `python -m benchmarks.speed.intake FOLDER`.

It shows users of large tables which machine these stages need.

The command writes a table of random numbers in full precision into FOLDER, unless it exists, and runs both stages.
Delete FOLDER when you are done.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from benchmarks.shared.arguments import add_table_options, make_parser
from benchmarks.shared.data_sets import make_table_params
from benchmarks.shared.markdown import print_table
from benchmarks.speed.timing import format_load, measure_in_fork
from stages.prepare.columns.roles import select_columns
from stages.prepare.params import PrepareParams
from stages.prepare.prepare import prepare
from stages.prepare.readers.table import read_columns
from stages.shared.storage.parquet import read_table, write_table
from stages.split.params import SplitStageParams
from stages.split.split import split

COLUMNS = (
    "table", "CSV, MB", "stage", "wall s", "CPU s", "memory, MB", "memory ÷ numbers as float64", "load",
)  # fmt: skip
#: rows that are made and written at a time
CHUNK = 100_000


def make_batches(rows: int, columns: int) -> Iterator[pa.RecordBatch]:
    """Yield random rows of which about one in a hundred is positive."""
    random = np.random.RandomState(0)
    for start in range(0, rows, CHUNK):
        values = random.normal(size=(columns, min(CHUNK, rows - start)))
        target = (values[0] + random.normal(size=values.shape[1]) > 3.3).astype(np.int8)
        cells = {f"x{index}": column for index, column in enumerate(values)}
        yield pa.RecordBatch.from_pydict({**cells, "target": target})


def write_csv(folder: Path, rows: int, columns: int, semicolons: bool = False) -> Path:
    """Write the table unless its file exists; return its path."""
    path = folder / f"{rows}x{columns}{'-semicolons' if semicolons else ''}.csv"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        schema = next(make_batches(1, columns)).schema
        form = pyarrow.csv.WriteOptions(delimiter=";" if semicolons else ",")
        with pyarrow.csv.CSVWriter(path, schema, write_options=form) as writer:
            for batch in make_batches(rows, columns):
                writer.write(batch)
    return path


def run_prepare(path: Path) -> None:
    """Do the work of the stage prepare."""
    params = PrepareParams.model_validate(make_table_params(path, 0))
    table = prepare(read_columns(path, select_columns(params)), params).table
    write_table(path.with_name("prepared.parquet"), table)


def run_split(path: Path) -> None:
    """Do the work of the stage split."""
    params = SplitStageParams.model_validate(make_table_params(path, 0))
    tables = split(read_table(path.with_name("prepared.parquet")), params)
    for name, table in zip(("train", "test"), tables, strict=True):
        write_table(path.with_name(f"{name}.parquet"), table)


def measure_stages(path: Path, name: str, n_cells: int) -> Iterator[list[str]]:
    """Yield a row for each stage; `n_cells` are those of the features."""
    csv, floats = path.stat().st_size / 2**20, n_cells * 8 / 2**20
    for stage, work in {"prepare": run_prepare, "split": run_split}.items():
        run = measure_in_fork(partial(work, path))
        cells = [name, f"{csv:,.0f}", stage, f"{run.wall:.1f}", f"{run.cpu:.1f}"]
        yield [*cells, f"{run.growth:,.0f}", f"{run.growth / floats:.2f}", format_load()]


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("folder", type=Path)
    add_table_options(parser, 1_000_000)
    parser.add_argument("--semicolons", action="store_true", help="separate the cells by semicolons, which are sniffed")
    options = parser.parse_args()
    path = write_csv(options.folder, options.rows, options.columns, options.semicolons)
    name = f"{options.rows:,} × {options.columns}" + (", semicolons" if options.semicolons else "")
    print_table("prepare and split, one thread", COLUMNS, measure_stages(path, name, options.rows * options.columns))


if __name__ == "__main__":
    main()
