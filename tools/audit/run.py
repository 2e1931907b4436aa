"""A finished run as the audit sees it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from stages.shared import paths
from stages.shared.schemas.contract import Contract
from stages.shared.storage.arrow import Bools, Ints
from stages.shared.storage.files import round_floats
from stages.shared.storage.parquet import Table
from stages.split.assignment import draw_test_mask
from stages.split.groups import compute_groups, encode_cells, find_duplicates
from stages.train.folds.splitter import Fold, make_folds
from tools.audit.params import AuditParams


@dataclass(frozen=True)
class Run:
    """The tables of a run, its params, and the most rows that slow work may take."""

    prepared: Table
    train: Table
    test: Table
    params: AuditParams
    rows: int

    @cached_property
    def both(self) -> Table:
        """Both sides in one table, train first."""
        return Table(pa.concat_tables([self.train.data, self.test.data]), self.train.contract, self.train.flow)

    @cached_property
    def side(self) -> Ints:
        """The side of each row of `both`: 0 for train, 1 for test."""
        return np.repeat([0, 1], [self.train.data.num_rows, self.test.data.num_rows]).astype(np.int64)

    @cached_property
    def folds(self) -> list[Fold]:
        """The folds of the train side that train makes."""
        return make_folds(self.train.target, self.train.groups, self.params.cv, self.params.random_state)


def problems(run: Run, contract: Contract) -> list[str]:
    """Why the files and the params are not of one run; `contract` is what data/contract.json says."""
    found = [
        f"{path}: made with another data contract than {paths.PREPARED}; run `dvc repro`"
        for path, other in (
            (paths.CONTRACT, contract),
            (paths.TRAIN, run.train.contract),
            (paths.TEST, run.test.contract),
        )
        if round_floats(other.model_dump()) != round_floats(run.prepared.contract.model_dump())  # as JSON files are
    ]
    asked = {"group": run.params.split.group, "time": run.params.split.time}
    made = {"group": run.prepared.contract.group, "time": run.prepared.contract.time}
    found += [
        f"{paths.PARAMS}: split.{key}: is {asked[key]}, but the run was made with {made[key]}; run `dvc repro`"
        for key in asked
        if asked[key] != made[key]
    ]
    return found


def units_of(table: Table) -> Ints:
    """The group of each row of a table that is not split yet, as the stage split ties them."""
    group = table.contract.group
    return compute_groups(find_duplicates(table), encode_cells(table.data.column(group)) if group else None)


def some_rows(groups: Ints, y: Ints, rows: int, random_state: int) -> Bools:
    """At most about `rows` rows, as a mask: all of them, or whole groups drawn by lot at the shares of `y`."""
    if len(y) <= rows:
        return np.ones(len(y), dtype=np.bool_)
    return draw_test_mask(groups, y, rows / len(y), random_state)
