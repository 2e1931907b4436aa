"""The test scores of two revisions, if this machine has them.

Paired intervals need them, and need the same test rows in both revisions.
"""

import configparser
from dataclasses import dataclass
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages.shared import paths
from stages.shared.errors import InputError
from stages.shared.storage.arrow import Floats, Ints, to_floats, to_ints
from stages.shared.storage.parquet import read_parquet
from tools.compare.revisions.records import Candidate
from tools.compare.revisions.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

DVC = Path(".dvc")


@dataclass(frozen=True)
class Scores:
    """The scores of the same test rows in two revisions."""

    y: Ints
    before: "pa.Table"
    after: "pa.Table"


def get_scores(table: "pa.Table", candidate: Candidate) -> Floats:
    """Return the scores of a candidate. Raises InputError when the table lacks it."""
    return to_floats(_get_column(table, str(candidate)))


def pair_scores(base: Snapshot, head: Snapshot) -> Scores:
    """Return the scores of both revisions, row by row.

    Raises InputError when the test rows differ, or when this machine lacks the scores.
    """
    # A pull request that drops a column changes the test set and none of its rows: an equal raw table is enough.
    tests = [snapshot.lock.output(paths.TEST) for snapshot in (base, head)]
    hashes = [[entry.md5 if entry else None for entry in entries] for entries in ([base.raw, head.raw], tests)]
    if not any(before and before == after for before, after in hashes):
        raise InputError("the raw table is another, and so is the test set")
    before, after = _read_scores(base), _read_scores(head)
    for column in ("row", "y"):
        one, other = (to_ints(_get_column(table, column)) for table in (before, after))
        if not np.array_equal(one, other):
            raise InputError("the test rows are others")
    return Scores(one, before, after)


def _read_scores(snapshot: Snapshot) -> "pa.Table":
    """Return the scores with the hash in dvc.lock, from the DVC cache or from the working tree."""
    entry = snapshot.lock.output(paths.TEST_SCORES)
    if not entry or not entry.md5:
        raise InputError(f"dvc.lock of {snapshot.revision} names no {paths.TEST_SCORES}")
    for path in (_find_cache() / "files" / "md5" / entry.md5[:2] / entry.md5[2:], paths.TEST_SCORES):
        if path.is_file() and hashlib.md5(path.read_bytes()).hexdigest() == entry.md5:
            return read_parquet(path)
    where = "neither in the DVC cache nor here"
    raise InputError(f"the test scores of {snapshot.revision} are not on this machine ({where})")


def _get_column(table: "pa.Table", name: str) -> "pa.Array":
    if name not in table.column_names:
        raise InputError(f"{paths.TEST_SCORES} has no column {name}")
    return table.column(name).combine_chunks()


def _find_cache() -> Path:
    """Return the folder of the DVC cache, which DVC's settings may have moved."""
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read([DVC / "config", DVC / "config.local"], encoding="utf-8")
    except configparser.Error:
        return DVC / "cache"
    return DVC / config.get("cache", "dir", fallback="cache")
