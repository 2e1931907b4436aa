"""Another table, read by the contract of the one that the models learned from."""

import numpy as np
import pyarrow as pa

from stages.prepare.cells import Marks
from stages.prepare.checked import numeric_cells, text_cells
from stages.prepare.gather import Gatherer
from stages.prepare.words import nearest
from stages.shared.arrays import from_numpy
from stages.shared.contract import Contract, Feature
from stages.shared.errors import InputError


def conform(raw: pa.Table, contract: Contract, source: str) -> tuple[pa.Table, dict[str, int]]:
    """The contract's features from the raw columns of `source`, as `read_columns` gives them.

    Features stand in contract order: float64 or string, null where missing, to the bit as `prepare` reads them. The
    second value counts, for each categorical feature, the cells whose level the contract does not know. The order of
    the raw columns is free and further columns are ignored. Raises InputError for features that are absent, or whose
    cells are not of their type.
    """
    gather = Gatherer()
    columns: dict[str, pa.Array] = {}
    unseen: dict[str, int] = {}
    for feature in contract.features:
        with gather.catching():
            columns[feature.name], strangers = _column(raw, feature, contract, source)
            if feature.type == "categorical":
                unseen[feature.name] = strangers
    gather.check()
    return pa.Table.from_arrays(list(columns.values()), names=list(columns)), unseen


def _column(raw: pa.Table, feature: Feature, contract: Contract, source: str) -> tuple[pa.Array, int]:
    if feature.name not in raw.column_names:
        raise InputError(
            f"{source}: no column `{feature.name}`, which the model needs; {nearest(feature.name, raw.column_names)}"
        )
    where = f"{source}: column `{feature.name}`"
    column, marks = raw.column(feature.name), Marks.of(contract.missing, feature.name)
    if feature.type == "numeric":
        values = numeric_cells(where, column, marks)
        return from_numpy(values, pa.float64(), np.isnan(values)), 0
    texts = text_cells(where, column, marks)
    known = set(feature.levels or [])
    return texts.array(), sum(count for text, count in texts.counts().items() if text not in known)
