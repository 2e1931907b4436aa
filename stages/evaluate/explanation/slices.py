"""Slices: whether a model finds fewer positives, or raises more false alarms, in a part of the table.

A good mean can hide a part in which a model fails.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from stages.evaluate.metric_evaluator import get_design_effect
from stages.evaluate.uncertainty.intervals import compare_rates
from stages.shared.schemas.contract import Contract, Feature
from stages.shared.schemas.curves import Slice, SliceMetric, SliceVerdict
from stages.shared.storage.arrow import Bools, Floats, Ints, to_floats

#: fewer rows of a class, in a slice or outside it, are not compared
MIN_ROWS = 10

#: a number with more different values is cut at its quartiles
MAX_VALUES = 5

#: a wider table has so many slices that none could show; only the watched columns have slices then
MAX_FEATURES = 200

#: so many slices are listed, those with the lowest rates, apart from watched columns
MAX_LISTED = 10

DIGITS = 6

#: metric -> the class whose rows it counts
CLASSES: dict[SliceMetric, int] = {"recall": 1, "specificity": 0}


@dataclass(frozen=True)
class Part:
    """The rows of a slice: those of a column with one value, or in one range."""

    column: str
    label: str
    inside: Bools  # shape (rows,)


@dataclass(frozen=True)
class Decisions:
    """The decisions of a model. Arrays have shape (rows,); rows of one unit are not independent."""

    y: Ints
    predicted: Bools
    units: Ints
    weights: Floats


def list_parts(data: pa.Table, contract: Contract, watched: Collection[str]) -> list[Part]:
    """Return the parts of `data` by each feature but texts; of a wide table by the features of watched columns."""
    return [
        Part(feature.name, label, inside)
        for feature in contract.features
        if feature.type != "text" and (feature.column in watched or len(contract.features) <= MAX_FEATURES)
        for label, inside in _cut(feature, data.column(feature.name))
    ]


def _cut(feature: Feature, values: pa.ChunkedArray) -> Iterator[tuple[str, Bools]]:
    """Yield the label and the rows of each part of a feature; missing values are a part of their own."""
    if feature.type == "categorical":
        encoded = values.combine_chunks().dictionary_encode()
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        labels = {str(level): code for code, level in enumerate(encoded.dictionary.to_pylist())}
        yield from ((f"{feature.name} = {level}", codes == labels[level]) for level in sorted(labels))
        missing = codes == -1
    else:
        numbers = to_floats(values.cast(pa.float64()).combine_chunks().fill_null(np.nan))
        missing = np.isnan(numbers)
        yield from _cut_numbers(feature.name, numbers, numbers[~missing])
    if missing.any():
        yield f"{feature.name} is missing", missing


def _cut_numbers(name: str, numbers: Floats, present: Floats) -> Iterator[tuple[str, Bools]]:
    different = np.unique(present)
    if len(different) <= MAX_VALUES:
        yield from ((f"{name} = {value:.6g}", numbers == value) for value in different)
        return
    cuts = np.unique(np.quantile(present, [0.25, 0.5, 0.75], method="lower"))
    for low, high in zip([-np.inf, *cuts], [*cuts, np.inf], strict=True):
        inside = (numbers > low) & (numbers <= high)
        if low == -np.inf:
            label = f"{name} ≤ {high:.6g}"
        else:
            label = f"{name} > {low:.6g}" if high == np.inf else f"{low:.6g} < {name} ≤ {high:.6g}"
        if inside.any():
            yield label, inside


def measure_slices(
    parts: list[Part], decisions: Decisions, watched: Collection[str], confidence: float
) -> tuple[list[Slice], int]:
    """Return recall and specificity in parts of the table against all other rows, and how many were compared.

    The intervals of all differences hold at once (Bonferroni). All parts of watched columns are listed, then of each
    metric the parts with the lowest rates. A part with too few rows of the class cannot tell.
    """
    pairs = [(part, metric) for part in parts for metric in CLASSES]
    enough = [_has_enough(part, decisions.y == CLASSES[metric]) for part, metric in pairs]
    level = 1 - (1 - confidence) / max(sum(enough), 1)
    slices = [
        _measure(part, metric, decisions, level if is_enough else None, part.column in watched)
        for (part, metric), is_enough in zip(pairs, enough, strict=True)
        if is_enough or part.column in watched
    ]
    listed = [item for item in slices if item.watched]
    for metric in CLASSES:
        others = [item for item in slices if item.metric == metric and not item.watched]
        listed += sorted(others, key=_rank)[:MAX_LISTED]
    return listed, sum(enough)


def _rank(item: Slice) -> tuple[bool, float]:
    """Order slices that are worse first, then by their difference."""
    return item.verdict != "worse", item.difference or 0.0


def _has_enough(part: Part, of_class: Bools) -> bool:
    inside = int((part.inside & of_class).sum())
    return min(inside, int(of_class.sum()) - inside) >= MIN_ROWS


def _measure(part: Part, metric: SliceMetric, decisions: Decisions, level: float | None, watched: bool) -> Slice:
    of_class = decisions.y == CLASSES[metric]
    right = decisions.predicted if metric == "recall" else ~decisions.predicted
    rates, effective = [], []
    for rows in (np.flatnonzero(of_class & part.inside), np.flatnonzero(of_class & ~part.inside)):
        weights, hits = decisions.weights[rows], right[rows].astype(np.float64)
        rates.append(float(np.average(hits, weights=weights)) if len(rows) else None)
        units = decisions.units[rows]
        effect = get_design_effect(hits, units, weights) if len(rows) else 1.0
        effective.append(min(len(rows) / effect, len(np.unique(units))))  # equal hits show no effect of their units
    inside, outside = rates
    difference = low = high = None
    if inside is not None and outside is not None:
        difference = round(inside - outside, DIGITS) + 0.0
        if level is not None:
            bounds = compare_rates((inside, effective[0]), (outside, effective[1]), level)
            low, high = (round(bound, DIGITS) + 0.0 for bound in bounds)
    return Slice(
        column=part.column,
        label=part.label,
        watched=watched,
        metric=metric,
        rows=len(np.unique(decisions.units[part.inside & of_class])),
        value=None if inside is None else round(inside, DIGITS),
        difference=difference,
        low=low,
        high=high,
        verdict=_judge(low, high),
    )


def _judge(low: float | None, high: float | None) -> SliceVerdict:
    if low is None or high is None or low <= 0 <= high:
        return "cannot_tell"
    return "better" if low > 0 else "worse"
