"""The test scores of a revision, where this machine has them; both revisions must have scored the same rows."""

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
from tools.compare.revisions.records import Candidate, Entry
from tools.compare.revisions.snapshot import State

if TYPE_CHECKING:
    import pyarrow as pa

DVC = Path(".dvc")


@dataclass(frozen=True)
class Scores:
    """The scores of the same test rows by the candidates of two revisions."""

    y: Ints
    before: "pa.Table"
    after: "pa.Table"

    def of(self, candidate: Candidate, *, after: bool) -> Floats:
        """The scores of a candidate. Raises InputError when the file has none."""
        return to_floats(_column(self.after if after else self.before, str(candidate)))


def pair_scores(base: State, head: State) -> Scores:
    """The scores of both revisions, row by row.

    Raises InputError saying why there are none: other test rows, or scores that are not on this machine.
    """
    if why := _other_rows(base, head):
        raise InputError(why)
    before, after = _scores(base), _scores(head)
    for column in ("row", "y"):
        one, other = (to_ints(_column(table, column)) for table in (before, after))
        if not np.array_equal(one, other):
            raise InputError("the test rows are others")
    return Scores(one, before, after)


def _other_rows(base: State, head: State) -> str | None:
    """Why equal numbers in `row` would not be the same row: another table, and another test side made of it.

    Dropping a column changes the test side and not its rows, so the same raw file is enough.
    """
    for made in ((base.raw, head.raw), (base.lock.made(paths.TEST), head.lock.made(paths.TEST))):
        if all(entry and entry.md5 for entry in made) and len({entry.md5 for entry in made if entry}) == 1:
            return None
    return "the raw table is another, and so is the test side"


def _scores(state: State) -> "pa.Table":
    entry = state.lock.made(paths.TEST_SCORES)
    if not entry or not entry.md5:
        raise InputError(f"dvc.lock of {state.revision} names no {paths.TEST_SCORES}")
    for path in _places(entry):
        if path.is_file() and hashlib.md5(path.read_bytes()).hexdigest() == entry.md5:
            return read_parquet(path)
    raise InputError(f"the test scores of {state.revision} are not on this machine (neither in the DVC cache nor here)")


def _column(table: "pa.Table", name: str) -> "pa.Array":
    if name not in table.column_names:
        raise InputError(f"{paths.TEST_SCORES} has no column {name}")
    return table.column(name).combine_chunks()


def _places(entry: Entry) -> list[Path]:
    """Where a file of that hash may lie: the DVC cache, the work tree."""
    md5 = str(entry.md5)
    return [_cache() / "files" / "md5" / md5[:2] / md5[2:], paths.TEST_SCORES]


def _cache() -> Path:
    """The folder of the DVC cache, which the settings of the repository may have moved."""
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read([DVC / "config", DVC / "config.local"], encoding="utf-8")
    except configparser.Error:
        return DVC / "cache"
    return DVC / config.get("cache", "dir", fallback="cache")
