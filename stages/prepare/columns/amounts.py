"""Checks of the columns with the weight of a row and the costs of a wrong decision on it."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from stages.prepare.columns.roles import ColumnRoles
from stages.prepare.params import PrepareParams
from stages.shared.errors import raise_problems
from stages.shared.messages import format_rows
from stages.shared.storage.arrow import to_floats


def check_amounts(columns: Mapping[str, pa.Array], roles: ColumnRoles, params: PrepareParams) -> None:
    """Raise InputError when the weight or the cost of a row is no number, or too small.

    `columns` are features and kept columns; one that is missing had an error of its own. Weights are above 0. Costs are
    0 or more, and not all 0.
    """
    named = {**({} if roles.weight is None else {"data.weight": roles.weight}), **params.amounts}
    problems = [
        problem
        for key, name in named.items()
        if name in columns
        for problem in _check(f"{params.data.path}: column `{name}`", key, columns[name])
    ]
    raise_problems(problems)


def _check(location: str, key: str, column: pa.Array) -> Iterator[str]:
    expected = "above 0" if key == "data.weight" else "of 0 or more"
    if not pat.is_floating(column.type):
        yield f"{location}: is no column of numbers; {key} needs a number {expected} in each row, name another column"
        return
    values = to_floats(column)
    wrong = ~(values > 0) if key == "data.weight" else ~(values >= 0)
    if wrong.any():
        rows = np.flatnonzero(wrong).tolist()
        cell = "an empty cell" if np.isnan(values[rows[0]]) else f"{values[rows[0]]:g}"
        yield (
            f"{location}: holds {cell} in {format_rows(rows)}; {key} needs a number {expected} in each row, "
            "correct the cells or remove the rows"
        )
    elif not values.any():
        yield f"{location}: every row has 0; {key} needs a row with more, name another column"
