"""Warnings of unusual values in new rows, by the data contract of the training table.

The chance that rows drawn as the training rows look like this must be below MAX_CHANCE, over all columns together.
"""

from collections import Counter
from collections.abc import Callable
from math import prod
from typing import Literal

import numpy as np
import pyarrow as pa

from stages.shared.schemas.base import ArtifactModel
from stages.shared.schemas.contract import Contract, Feature
from stages.shared.storage.arrow import Floats, to_floats

#: the largest share of tables drawn as the training rows that get a warning of an empty column or of a range
MAX_CHANCE = 0.01
#: the contract holds numbers with 6 digits
ROUNDING = 5e-7
#: with fewer cells a unit is not judged
MIN_CELLS = 20
#: a typical size so many times larger or smaller than in training suggests another unit
UNIT_RATIO = 10.0

#: numbers of cells by feature and kind; the numbers of the parts of a table add up to those of the table
Counts = Counter[tuple[str, str]]

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


def count_cells(features: pa.Table, contract: Contract, unseen: dict[str, int]) -> Counts:
    """Return the counts of cells in `features` from which `judge_counts` makes the warnings."""
    counts: Counts = Counter()
    for feature in contract.features:
        column = features.column(feature.name)
        of_feature = {"cells": len(column), "missing": column.null_count, "unknown": unseen.get(feature.name, 0)}
        if feature.type == "numeric":
            of_feature |= _count_numbers(feature, to_floats(column.combine_chunks().drop_null()))
        counts.update({(feature.name, kind): count for kind, count in of_feature.items()})
    return counts


def judge_counts(counts: Counts, contract: Contract, read_numbers: Callable[[Feature], Floats]) -> list[Unusual]:
    """Return the warnings; `read_numbers` returns all numbers of a feature that may be in another unit."""
    warnings = []
    limit = MAX_CHANCE / max(1, len(contract.features) + 2 * len(contract.numeric))
    for feature in contract.features:
        cells, missing = counts[feature.name, "cells"], counts[feature.name, "missing"]
        if missing == cells:
            if feature.missing**cells < limit:
                message = f"every cell is missing; in training {1 - feature.missing:.1%} of the cells hold a value"
                warnings.append(_make_warning(feature, "empty", cells, message))
        elif feature.type == "numeric":
            warnings += _judge_range(feature, counts, round(contract.rows * (1 - feature.missing)), limit)
            if _is_unit_in_doubt(feature, counts):
                warnings += _judge_unit(feature, read_numbers(feature))
        if count := counts[feature.name, "unknown"]:
            message = f"{count} cell{'s hold' if count > 1 else ' holds'} a level unknown to training"
            warnings.append(_make_warning(feature, "unknown_level", count, message))
    return warnings


def compute_chance_beyond(beyond: int, rows: int, training_rows: int) -> float:
    """Return the chance that the `beyond` largest of all rows are new ones, when all are drawn alike.

    >>> compute_chance_beyond(1, rows=1, training_rows=99)
    0.01
    """
    return prod((rows - i) / (rows + training_rows - i) for i in range(beyond))


def _count_numbers(feature: Feature, values: Floats) -> dict[str, int]:
    counts = {}
    if feature.minimum is not None and feature.maximum is not None:
        counts["below"] = int((values < feature.minimum - ROUNDING).sum())
        counts["above"] = int((values > feature.maximum + ROUNDING).sum())
    if feature.sizes and feature.sizes[0] and not feature.date:
        sizes = np.abs(values[values != 0])
        counts["sizes"] = len(sizes)
        counts["large"] = int((sizes >= UNIT_RATIO * feature.sizes[1]).sum())
        counts["small"] = int((sizes <= feature.sizes[1] / UNIT_RATIO).sum())
    return counts


def _judge_range(feature: Feature, counts: Counts, training_rows: int, limit: float) -> list[Unusual]:
    below, above = counts[feature.name, "below"], counts[feature.name, "above"]
    n_values = counts[feature.name, "cells"] - counts[feature.name, "missing"]
    if min(compute_chance_beyond(count, n_values, training_rows) for count in (below, above)) >= limit:
        return []
    span = f"{feature.minimum:.6g} to {feature.maximum:.6g}"
    message = f"{below + above} of {n_values} values are outside the range of training, {span}"
    return [_make_warning(feature, "out_of_range", below + above, message)]


def _is_unit_in_doubt(feature: Feature, counts: Counts) -> bool:
    """Return whether the median of the sizes can be far off: half of them must be."""
    n_sizes = counts[feature.name, "sizes"]
    return n_sizes >= MIN_CELLS and max(counts[feature.name, "large"], counts[feature.name, "small"]) >= n_sizes / 2


def _judge_unit(feature: Feature, values: Floats) -> list[Unusual]:
    sizes = np.abs(values[values != 0])
    assert feature.sizes  # or their unit would not be in doubt
    size, (low, usual, high) = float(np.median(sizes)), feature.sizes
    if not (size > high and size >= UNIT_RATIO * usual) and not (size < low and size <= usual / UNIT_RATIO):
        return []
    message = f"the typical size of the values is {size:.6g}, in training {usual:.6g}; are they in another unit?"
    return [_make_warning(feature, "unit", len(sizes), message)]


def _make_warning(feature: Feature, kind: Kind, cells: int, message: str) -> Unusual:
    return Unusual(column=feature.name, kind=kind, cells=cells, message=message)
