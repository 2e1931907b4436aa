"""What is unusual about new rows, judged by the data contract of the training table.

The chance that rows drawn as the training rows look like this must be below MAX_CHANCE, over all columns together.
"""

from math import prod
from typing import Literal

import numpy as np
import pyarrow as pa

from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.contract import Contract, Feature
from stages.shared.storage.arrow import Floats, to_floats

#: so often rows drawn as the training rows get a warning of an empty column or of its range
MAX_CHANCE = 0.01
#: the contract holds numbers with 6 digits
ROUNDING = 5e-7
#: with fewer cells a unit is not judged
MIN_CELLS = 20
#: cells whose typical size is so many times that of training are in another unit
UNIT = 10.0

Kind = Literal["empty", "out_of_range", "unit", "unknown_level"]


class Unusual(ArtifactModel):
    """Something unusual about a column of the new rows."""

    column: str
    kind: Kind
    cells: int  # how many are concerned
    message: str


class PredictReport(ArtifactModel):
    """The file that --report names."""

    rows: int
    model: str  # as in the scored table
    warnings: list[Unusual]  # in the order of the contract's features


def find_unusual(features: pa.Table, contract: Contract, unseen: dict[str, int]) -> list[Unusual]:
    """Return what is unusual about `features`, in the form of the contract; `unseen` counts unknown categories."""
    found = []
    limit = MAX_CHANCE / max(1, len(contract.features) + 2 * len(contract.numeric))
    for feature in contract.features:
        column = features.column(feature.name).combine_chunks()
        if column.null_count == len(column):
            if feature.missing ** len(column) < limit:
                message = f"every cell is missing; in training {1 - feature.missing:.1%} of the cells hold a value"
                found.append(_make(feature, "empty", len(column), message))
        elif feature.type == "numeric":
            values = to_floats(column.drop_null())
            found += _judge_range(feature, values, round(contract.rows * (1 - feature.missing)), limit)
            found += _judge_unit(feature, values)
        if count := unseen.get(feature.name):
            message = f"{count} cell{'s hold' if count > 1 else ' holds'} a level unknown to training"
            found.append(_make(feature, "unknown_level", count, message))
    return found


def chance_beyond(beyond: int, rows: int, training_rows: int) -> float:
    """Return the chance that the `beyond` largest of all rows are new ones, when all are drawn alike.

    >>> chance_beyond(1, rows=1, training_rows=99)
    0.01
    """
    return prod((rows - i) / (rows + training_rows - i) for i in range(beyond))


def _judge_range(feature: Feature, values: Floats, training_rows: int, limit: float) -> list[Unusual]:
    if feature.minimum is None or feature.maximum is None:
        return []
    below = int((values < feature.minimum - ROUNDING).sum())
    above = int((values > feature.maximum + ROUNDING).sum())
    if min(chance_beyond(count, len(values), training_rows) for count in (below, above)) >= limit:
        return []
    span = f"{feature.minimum:.6g} to {feature.maximum:.6g}"
    message = f"{below + above} of {len(values)} values are outside the range of training, {span}"
    return [_make(feature, "out_of_range", below + above, message)]


def _judge_unit(feature: Feature, values: Floats) -> list[Unusual]:
    sizes = np.abs(values[values != 0])
    if feature.date or not feature.sizes or not feature.sizes[0] or len(sizes) < MIN_CELLS:
        return []
    size, (low, usual, high) = float(np.median(sizes)), feature.sizes
    if not (size > high and size >= UNIT * usual) and not (size < low and size <= usual / UNIT):
        return []
    message = f"the typical size of the values is {size:.6g}, in training {usual:.6g}; are they in another unit?"
    return [_make(feature, "unit", len(sizes), message)]


def _make(feature: Feature, kind: Kind, cells: int, message: str) -> Unusual:
    return Unusual(column=feature.name, kind=kind, cells=cells, message=message)
