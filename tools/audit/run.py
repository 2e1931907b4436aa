"""The tables and params of a finished run.

Every check takes a `Run`, so that each table is read once.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from stages.shared import paths
from stages.shared.schemas.contract import Contract
from stages.shared.storage.arrow import Bools, Ints
from stages.shared.storage.files import round_floats
from stages.shared.storage.parquet import Table
from stages.split.assignment import draw_test_mask
from stages.split.duplicates import check_duplicates
from stages.split.groups import compute_groups, encode_cells
from stages.split.params import DuplicatesChoice
from stages.train.folds.splitter import Fold, assign_folds
from tools.audit.params import AuditParams


@dataclass(frozen=True)
class Run:
    """The tables and params of a run; `rows` is the largest number of rows on which models are fitted."""

    prepared: Table
    train: Table
    test: Table
    params: AuditParams
    rows: int

    @cached_property
    def both(self) -> Table:
        """The rows of train, then those of test."""
        train = self.train.data.select(self.test.data.column_names)  # without the weights of split.negatives
        return Table(pa.concat_tables([train, self.test.data]), self.train.contract, self.train.flow)

    @cached_property
    def is_test(self) -> Bools:
        """Whether each row of `both` is in the test set, shape (rows,)."""
        return np.repeat([False, True], [self.train.data.num_rows, self.test.data.num_rows])

    @cached_property
    def folds(self) -> list[Fold]:
        """The folds of the train set, as the stage train makes them."""
        return assign_folds(self.train, self.params.cv, self.params.random_state)


def find_problems(run: Run, stored: Contract) -> list[str]:
    """Return why the files and the params are not of one run; `stored` is the contract of data/contract.json."""
    problems = [
        f"{path}: made with another data contract than {paths.PREPARED}; run `dvc repro`"
        for path, contract in (
            (paths.CONTRACT, stored),
            (paths.TRAIN, run.train.contract),
            (paths.TEST, run.test.contract),
        )
        if _exclude_split_fields(contract) != _exclude_split_fields(run.prepared.contract)
    ]
    expected = {"group": run.params.split.group, "time": run.params.split.time}
    actual = {"group": run.prepared.contract.group, "time": run.prepared.contract.time}
    problems += [
        f"{paths.PARAMS}: split.{key}: is {expected[key]}, but the run was made with {actual[key]}; run `dvc repro`"
        for key in expected
        if expected[key] != actual[key]
    ]
    return problems


def _exclude_split_fields(contract: Contract) -> Any:
    """Return the contract as JSON files have it, without what split adds."""
    return round_floats(contract.model_dump(exclude={"noticed", "gap", "negatives_kept"}))


def find_groups(table: Table, choice: DuplicatesChoice) -> Ints:
    """Return the group of each row of an unsplit table, as the stage split groups duplicates and `split.group`."""
    group, check = table.contract.group, check_duplicates(table, table.target, choice)
    return compute_groups(check.first, encode_cells(table.data.column(group)) if group else None)


def sample_rows(groups: Ints, y: Ints, rows: int, random_state: int) -> Bools:
    """Return a mask of about `rows` rows: whole groups drawn at random, stratified by `y`; or all rows."""
    if len(y) <= rows:
        return np.ones(len(y), dtype=np.bool_)
    return draw_test_mask(groups, y, rows / len(y), random_state)
