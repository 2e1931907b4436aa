"""The data sets of a suite, split into training and test sets, and the results on them.

A suite is a folder with one folder for each data set, which contains one CSV whose last column is `target`.
"""

from collections.abc import Callable, Iterable, Sequence
import json
from pathlib import Path
from typing import Any

import numpy as np

from stages.prepare.params import AUTO, PrepareParams
from stages.prepare.prepare import prepare
from stages.prepare.readers.table import read_columns
from stages.shared.storage.arrow import Bools, Ints, from_bools
from stages.shared.storage.parquet import Table
from stages.split.params import SplitStageParams
from stages.split.split import split

#: data set -> column -> values that mean "missing", according to its authors
MISSING: dict[str, dict[str, list[Any]]] = {
    "pima": {name: [0] for name in ("glucose", "blood_pressure", "skin_thickness", "insulin", "bmi")}
}


def list_data_sets(folder: Path, names: Sequence[str] = ()) -> list[str]:
    """Return these data sets, or all but cover; the smallest file comes first. Raises ValueError for unknown names."""
    sizes = {path.parent.name: path.stat().st_size for path in folder.glob("*/*.csv*")}
    if unknown := set(names) - set(sizes):
        raise ValueError(f"{folder}: no data set {', '.join(sorted(unknown))}; there are {', '.join(sorted(sizes))}")
    return sorted(names or set(sizes) - {"cover"}, key=lambda name: (sizes[name], name))


def make_table_params(
    path: Path, seed: int, test_size: float = 0.25, missing: dict[str, list[Any]] | None = None
) -> dict[str, Any]:
    """Return the params of prepare and split for a table whose column `target` is 1 for the rare class."""
    data = {
        "path": str(path), "target": "target", "positive": "1", "key": [], "categorical": "auto", "drop": [],
        "missing": missing or {}, "dates": {}, "text": [], "weight": None, "read": AUTO.model_dump(),
    }  # fmt: skip
    split = {
        "test_size": test_size, "group": None, "time": None, "duplicates": "auto", "rotation": None, "gap": None,
        "negatives": None,
    }  # fmt: skip
    return {"random_state": seed, "data": data, "cv": {"n_splits": 5}, "evaluate": {"cost": None}, "split": split}


def load_data_set(folder: Path, name: str, max_rows: int, seed: int, test_size: float = 0.25) -> tuple[Table, Table]:
    """Return the training and the test set of at most `max_rows` rows."""
    path = find_file(folder, name)
    params = make_table_params(path, seed, test_size, MISSING.get(name, {}))
    table = prepare(read_columns(path), PrepareParams.model_validate(params)).table
    kept = draw_stratified(table.target, max_rows, np.random.RandomState(seed))
    sample = Table(table.data.filter(from_bools(kept)), table.contract, table.flow)
    return split(sample, SplitStageParams.model_validate(params))


def find_file(folder: Path, name: str) -> Path:
    """Return the CSV of a data set."""
    (path,) = (folder / name).glob("*.csv*")
    return path


def draw_stratified(y: Ints, max_rows: int, random: np.random.RandomState) -> Bools:
    """Return which rows to keep, shape (rows,): all if they are few enough, or the same share of each class."""
    kept = np.ones(len(y), dtype=np.bool_)
    if len(y) > max_rows:
        for label in (0, 1):
            members = np.flatnonzero(y == label)
            surplus = len(members) - round(len(members) * max_rows / len(y))
            kept[random.choice(members, surplus, replace=False)] = False
    return kept


def run_missing(
    path: Path | None, runs: Iterable[tuple[str, int]], compute: Callable[[str, int], Any]
) -> dict[tuple[str, int], Any]:
    """Return the results of all runs by data set and seed.

    Finished runs are read from `path`, a line of JSON each; new ones are appended to it.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path and path.exists() else []
    results = {(name, seed): result for name, seed, result in map(json.loads, lines)}
    for name, seed in runs:
        if (name, seed) not in results:
            results[name, seed] = compute(name, seed)
            if path:
                with path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([name, seed, results[name, seed]]) + "\n")
    return results
