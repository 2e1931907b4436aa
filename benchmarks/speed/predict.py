"""Time and memory of scoring new rows: `python -m benchmarks.speed.predict`.

It shows what a batch job needs, and how long it takes until a few rows are scored.

Each run is a process of `tools.predict`, imports included. Runs with one and with two workers take turns, and must
write the same bytes. Without --champion a blend is trained on a made table of 30 numeric columns.
"""

from collections.abc import Iterator
from functools import partial
import os
from pathlib import Path
import statistics
import subprocess
import sys
import tempfile

from benchmarks.shared.arguments import make_parser
from benchmarks.shared.markdown import print_table
from benchmarks.speed.timing import Run, format_load, get_median, get_ratios, measure_in_fork, take_turns
from stages.shared.runtime.threads import WORKERS

COLUMNS = (
    "rows", "file", "workers", "wall s", "÷ one worker", "CPU s", "÷ one worker", "rows per s", "peak, MB", "pairs",
    "load",
)  # fmt: skip
#: rows of the made training table
TRAIN_ROWS = 3000


def make_champion(folder: Path, table: Path, columns: int, trees: int) -> None:
    """Train a blend on a made table, write it as the stage report does, and write the table as CSV."""
    import pyarrow as pa
    import pyarrow.csv

    from benchmarks.shared.made_tables import make_params, make_rare_table, make_train_table
    from stages.shared import paths
    from stages.shared.calibration import Identity
    from stages.shared.schemas.champion import ChampionFacts
    from stages.shared.storage.files import sha256, write_json
    from stages.shared.storage.manifest import write_manifest
    from stages.shared.storage.model_file import dump_model
    from stages.train.strategy.cross_validation import fit_strategy

    train = make_train_table(*make_rare_table(TRAIN_ROWS, columns, share=0.05))
    classifiers = {
        "logistic_regression": {}, "random_forest": {"n_estimators": trees}, "xgboost": {"n_estimators": trees},
        "mlp": {"hidden_layer_sizes": [32]}, "blend": {"n_rounds": 10},
    }  # fmt: skip
    result = fit_strategy(train, "baseline", make_params({"baseline": {}}, classifiers, 2), lambda _: None)
    folder.mkdir()
    dump_model(result.models["blend"], folder / paths.CHAMPION_MODEL)
    facts = ChampionFacts(
        strategy="baseline", classifier="blend", threshold=0.5, positive="1", negative="0",
        model=sha256(folder / paths.CHAMPION_MODEL), calibration=Identity(method="none"),
    )  # fmt: skip
    write_json(folder / paths.CHAMPION_FACTS, facts.model_dump())
    write_json(folder / paths.CONTRACT.name, train.contract.model_dump())
    write_manifest(folder)
    names = [feature.name for feature in train.contract.features]
    pa.csv.write_csv(train.data.select(names), table)


def draw_rows(table: Path, n_rows: int, path: Path) -> None:
    """Draw rows of `table` with replacement and write them to `path`, as CSV or Parquet."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    raw = pa.csv.read_csv(table)
    sample = raw.take(pa.array(np.random.RandomState(0).randint(0, raw.num_rows, n_rows)))
    write = pa.csv.write_csv if path.suffix == ".csv" else pa.parquet.write_table
    write(sample, path)


def predict(rows: Path, champion: Path, workers: int) -> str:
    """Score `rows` in a process of its own; return the SHA-256 of the result."""
    from stages.shared.storage.files import sha256

    scored = rows.with_name(f"scored{rows.suffix}")
    command = [sys.executable, "-m", "tools.predict", str(rows), "-o", str(scored), "--champion", str(champion)]
    environment = {**os.environ, WORKERS: str(workers)}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return sha256(scored)


def format_rows(n_rows: int, kind: str, runs: dict[str, list[Run]]) -> Iterator[list[str]]:
    """Yield a row of the table for each number of workers: medians, and medians of the ratios of a pair."""
    for workers, turns in runs.items():
        cells = [f"{n_rows:,}", kind, workers]
        for key in ("wall", "cpu"):
            ratio = statistics.median(get_ratios(turns, runs["1"], key))
            cells += [f"{get_median(turns, key):.2f}", f"{ratio:.2f}"]
        speed, peak = n_rows / get_median(turns, "wall"), get_median(turns, "peak") / 2**20
        yield [*cells, f"{speed:,.0f}", f"{peak:,.0f}", str(len(turns)), format_load()]


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument(
        "--champion", nargs=2, type=Path, metavar=("FOLDER", "TABLE"), help="a champion, and a CSV of rows to score"
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[10, 1_000_000])
    parser.add_argument("--kinds", nargs="+", default=["csv", "parquet"], choices=["csv", "parquet"])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--columns", type=int, default=30, help="of the made table")
    parser.add_argument("--trees", type=int, default=200, help="of the made champion's random forest and XGBoost")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        champion, table = options.champion or (folder / "champion", folder / "table.csv")
        if not options.champion:
            measure_in_fork(partial(make_champion, champion, table, options.columns, options.trees))

        def measure_all() -> Iterator[list[str]]:
            for n_rows in options.rows:
                for kind in options.kinds:
                    rows = folder / f"rows.{kind}"
                    measure_in_fork(partial(draw_rows, table, n_rows, rows))
                    works = {str(workers): partial(predict, rows, champion, workers) for workers in (1, 2)}
                    yield from format_rows(n_rows, kind, take_turns(works, options.pairs))

        print_table("Scoring rows", COLUMNS, measure_all())


if __name__ == "__main__":
    main()
