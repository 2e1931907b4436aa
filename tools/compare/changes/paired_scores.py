"""The test scores of two revisions, if this machine has them.

Paired intervals need them, and need the same test rows in both revisions.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages.shared import paths
from stages.shared.errors import InputError
from stages.shared.storage.arrow import Floats, Ints, to_floats, to_ints
from stages.shared.storage.parquet import read_parquet
from tools.compare.revisions.outputs import find_output
from tools.compare.revisions.records import CandidateRecord
from tools.compare.revisions.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Scores:
    """The scores of the same test rows in two revisions."""

    y: Ints
    before: "pa.Table"
    after: "pa.Table"
    weights: Floats | None = None  # how much each row counts


def get_scores(table: "pa.Table", candidate: CandidateRecord) -> Floats:
    """Return the scores of a candidate. Raises InputError when the table lacks it."""
    return to_floats(get_column(table, str(candidate), paths.TEST_SCORES))


def pair_scores(base: Snapshot, head: Snapshot) -> Scores:
    """Return the scores of both revisions, row by row.

    Raises InputError when the test rows differ, or when this machine lacks the scores.
    """
    check_table(base, head, paths.TEST, "test set")
    before, after = _read_scores(base), _read_scores(head)
    for column in ("row", "y"):
        if not np.array_equal(_get_ints(before, column), _get_ints(after, column)):
            raise InputError("the test rows are others")
    return Scores(_get_ints(before, "y"), before, after, get_weights(before, after, paths.TEST_SCORES))


def get_weights(before: "pa.Table", after: "pa.Table", path: Path) -> Floats | None:
    """Return the row weights of both tables, read from `path`; None without. Raises InputError when they differ."""
    tables = [table for table in (before, after) if "weight" in table.column_names]
    weights = [to_floats(table["weight"].combine_chunks()) for table in tables]
    if len(weights) == 1 or (weights and not np.array_equal(weights[0], weights[1])):
        raise InputError(f"the row weights in {path} differ")
    return weights[0] if weights else None


def check_table(base: Snapshot, head: Snapshot, path: Path, what: str) -> None:
    """Raise InputError unless both revisions have the same raw table or the same table `path`.

    A pull request that drops a column changes the tables of train and test and none of their rows.
    """
    tables = [snapshot.lock.output(path) for snapshot in (base, head)]
    hashes = [[entry.md5 if entry else None for entry in entries] for entries in ([base.raw, head.raw], tables)]
    if not any(before and before == after for before, after in hashes):
        raise InputError(f"the raw table is another, and so is the {what}")


def get_column(table: "pa.Table", name: str, path: object) -> "pa.Array":
    """Return a column of a table that was read from `path`. Raises InputError when it is absent."""
    if name not in table.column_names:
        raise InputError(f"{path} has no column {name}")
    return table.column(name).combine_chunks()


def _read_scores(snapshot: Snapshot) -> "pa.Table":
    return read_parquet(find_output(snapshot, paths.TEST_SCORES, "test scores"))


def _get_ints(table: "pa.Table", name: str) -> Ints:
    return to_ints(get_column(table, name, paths.TEST_SCORES))
