"""The data sets of a suite as the pipeline's own tables: a folder each, with one CSV whose last column is `target`."""

from pathlib import Path
from typing import Any

import numpy as np

from stages.prepare.params import PrepareParams
from stages.prepare.prepare import prepare
from stages.prepare.readers.table import read_columns
from stages.shared.storage.arrow import Bools, Ints, from_bools
from stages.shared.storage.parquet import Table
from stages.split.params import SplitStageParams
from stages.split.split import split

#: what the makers of a data set say of its columns: values that mean missing
MISSING: dict[str, dict[str, list[Any]]] = {
    "pima": {name: [0] for name in ("glucose", "blood_pressure", "skin_thickness", "insulin", "bmi")}
}


def names(folder: Path, selected: list[str], excluded: tuple[str, ...] = ("cover",)) -> list[str]:
    """The data sets in `folder`, the smallest file first: those `wanted`, or all but those left out.

    Raises ValueError when one is wanted that is not there.
    """
    files = {path.parent.name: path.stat().st_size for path in folder.glob("*/*.csv*")}
    if unknown := set(selected) - set(files):
        raise ValueError(f"{folder}: no data set {', '.join(sorted(unknown))}; there are {', '.join(sorted(files))}")
    chosen = selected or [name for name in files if name not in excluded]
    return sorted(chosen, key=lambda name: (files[name], name))


def sides(folder: Path, name: str, most_rows: int, seed: int, test_size: float = 0.25) -> tuple[Table, Table]:
    """Train and test side of a data set, after a stratified draw of `most_rows` rows where it has more."""
    (path,) = (folder / name).glob("*.csv*")
    data = {
        "path": str(path), "target": "target", "positive": "1", "key": [], "categorical": "auto",
        "drop": [], "missing": MISSING.get(name, {}),
    }  # fmt: skip
    params = {
        "random_state": seed, "data": data, "cv": {"n_splits": 5},
        "split": {"test_size": test_size, "group": None, "time": None},
    }  # fmt: skip
    table = prepare(read_columns(path), PrepareParams.model_validate(params)).table
    return split(thinned(table, most_rows, seed), SplitStageParams.model_validate(params))


def thinned(table: Table, most_rows: int, seed: int) -> Table:
    """At most `most_rows` rows of a prepared table, drawn within each class so that the prevalence stays."""
    kept = stratified_draw(table.target, most_rows, np.random.RandomState(seed))
    return Table(table.data.filter(from_bools(kept)), table.contract, table.flow)


def stratified_draw(y: Ints, most_rows: int, random: np.random.RandomState) -> Bools:
    """Which rows are kept, shape (rows,): all where there are few enough, else the same share of each class."""
    kept = np.ones(len(y), dtype=np.bool_)
    if len(y) <= most_rows:
        return kept
    for label in (0, 1):
        members = np.flatnonzero(y == label)
        surplus = len(members) - round(len(members) * most_rows / len(y))
        kept[random.choice(members, surplus, replace=False)] = False
    return kept
