"""Costs of wrong decisions, by row."""

import numpy as np

from stages.evaluate.params import Cost, CostColumn, CostParams
from stages.shared.storage.arrow import Bools, Floats, Ints, to_floats
from stages.shared.storage.parquet import Table


def compute_costs(table: Table, cost: CostParams) -> Floats:
    """Return what a wrong decision on each row costs, shape (rows,): a missed positive or a false alarm."""

    def read(value: Cost) -> Floats:
        if isinstance(value, CostColumn):
            return to_floats(table.data.column(value.column).combine_chunks())
        return np.full(table.data.num_rows, float(value))

    return np.where(table.target == 1, read(cost.false_negative), read(cost.false_positive))


def select_costs(table: Table, cost: CostParams, rows: Ints) -> Floats:
    """Return the costs of the rows with these row numbers, in their order."""
    order = np.argsort(table.rows)
    return compute_costs(table, cost)[order[np.searchsorted(table.rows, rows, sorter=order)]]


def sum_costs(table: Table, cost: CostParams | None, predicted: Bools) -> tuple[float, float] | None:
    """Return the total costs of missed positives and of false alarms; None without costs."""
    if cost is None:
        return None
    costs = compute_costs(table, cost) * (1.0 if table.weights is None else table.weights)
    missed, alarms = (table.target == 1) & ~predicted, (table.target == 0) & predicted
    return float(costs[missed].sum()), float(costs[alarms].sum())
