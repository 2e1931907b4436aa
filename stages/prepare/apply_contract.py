"""Another table, read by the contract of the one that the models learned from."""

import numpy as np
import pyarrow as pa

from stages.prepare.columns.parsing import Marks, Texts
from stages.prepare.columns.target import alike
from stages.prepare.columns.validation import numeric_cells, text_cells
from stages.prepare.error_collector import Gatherer
from stages.prepare.messages import nearest, shortened
from stages.shared.errors import InputError
from stages.shared.schemas.contract import Contract, Feature
from stages.shared.storage.arrow import from_numpy

#: in so many rows some level must be known
TELLING = 20


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
    levels = feature.categories or []
    texts = _as_spelt(text_cells(where, column, marks), levels)
    counts = texts.counts()
    strangers = sum(count for text, count in counts.items() if text not in set(levels))
    if len(texts.codes) >= TELLING and counts and strangers == sum(counts.values()):
        known, found = ", ".join(map(shortened, levels[:3])), shortened(next(iter(counts)))
        raise InputError(
            f"{where}: no cell holds a level that training knew; found {found} and others, known are {known} and "
            "others; is this another column, or another spelling?"
        )
    return texts.array(), strangers


def _as_spelt(texts: Texts, levels: list[str]) -> Texts:
    """Texts that differ from one level in case, white space or number form alone, as that level.

    Kinds of files spell the same value in different ways: a boolean is True in a CSV by pandas and true in Parquet, and
    a column of whole numbers with a gap in it is written 2.0.
    """
    known = set(levels)
    ambiguous = {level for group in alike(levels) for level in group}
    found = texts.different.to_pylist()
    different = list(found)
    for group in alike([*known - ambiguous, *(text for text in found if text not in known)]):
        level = next((text for text in group if text in known), None)
        if level is not None:
            different = [level if text in group else text for text in different]
    return Texts(pa.array(different, pa.string()), texts.codes)
