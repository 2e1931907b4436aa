"""Slices: whether a model finds fewer positives, or raises more false alarms, in a part of the table.

A good mean can hide a part of the table in which a model fails.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from stages.evaluate.uncertainty.intervals import compare_rates
from stages.evaluate.uncertainty.metric_evaluator import get_design_effect
from stages.shared.metrics.verdicts import find_direction
from stages.shared.schemas.contract import Contract, Feature
from stages.shared.schemas.curves import Slice, SliceMetric
from stages.shared.storage.arrow import Bools, Floats, Ints, to_floats

#: fewer independent rows of a class, in a slice or outside it, are not compared
MIN_GROUPS = 10

#: a number with more different values is cut at its quartiles
MAX_VALUES = 5

#: a wider table has so many slices that none could show; only the watched columns have slices then
MAX_FEATURES = 200

#: so many slices are listed of each metric, the worst against all other rows, apart from watched columns
MAX_LISTED = 10

DIGITS = 6

#: metric -> the class whose rows it counts
CLASSES: dict[SliceMetric, int] = {"recall": 1, "specificity": 0}


@dataclass(frozen=True)
class Part:
    """The rows of a slice: those of a column with one value, or in one range."""

    column: str
    key: str  # the same in another table: a category, or which quarter of a number
    label: str
    inside: Bools  # shape (rows,)


@dataclass(frozen=True)
class Decisions:
    """The decisions of a model. Arrays have shape (rows,); rows of one group are not independent.

    Each row is there as often as cross-validation scored it, and `share` sums to 1 over these.
    """

    y: Ints
    predicted: Bools
    groups: Ints
    weights: Floats
    share: Floats


def find_columns(contract: Contract, watched: Collection[str]) -> list[Feature]:
    """Return the features that have slices: all but texts, or of a wide table those of watched columns."""
    is_wide = len(contract.features) > MAX_FEATURES
    return [item for item in contract.features if item.type != "text" and (item.column in watched or not is_wide)]


def list_parts(data: pa.Table, features: Collection[Feature], watched: Collection[str]) -> list[Part]:
    """Return the parts of `data` by each of these features; rare categories only where the column is watched."""
    return [
        Part(feature.name, key, label, inside)
        for feature in features
        for key, label, inside in _cut(feature, data.column(feature.name), feature.column in watched)
    ]


def _cut(feature: Feature, values: pa.ChunkedArray, with_rare: bool) -> Iterator[tuple[str, str, Bools]]:
    """Yield key, label and rows of each part of a feature; missing values are a part of their own."""
    if feature.type == "categorical":
        encoded = values.combine_chunks().dictionary_encode()
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        counts = np.bincount(codes + 1, minlength=len(encoded.dictionary) + 1)[1:]
        labels = {str(level): code for code, level in enumerate(encoded.dictionary.to_pylist())}
        for level in sorted(labels):
            if with_rare or counts[labels[level]] >= MIN_GROUPS:  # a mask for each of many categories takes memory
                yield level, f"{feature.name} = {level}", codes == labels[level]
        missing = codes == -1
    else:
        numbers = to_floats(values.cast(pa.float64()).combine_chunks().fill_null(np.nan))
        missing = np.isnan(numbers)
        yield from _cut_numbers(feature.name, numbers, numbers[~missing])
    if missing.any():
        yield "missing", f"{feature.name} is missing", missing


def _cut_numbers(name: str, numbers: Floats, present: Floats) -> Iterator[tuple[str, str, Bools]]:
    different = np.unique(present)
    if len(different) <= MAX_VALUES:
        yield from ((_format(value), f"{name} = {_format(value)}", numbers == value) for value in different)
        return
    cuts = np.unique(np.quantile(present, [0.25, 0.5, 0.75], method="lower"))
    for position, (low, high) in enumerate(zip([-np.inf, *cuts], [*cuts, np.inf], strict=True)):
        inside = (numbers > low) & (numbers <= high)
        if low == -np.inf:
            label = f"{name} ≤ {_format(high)}"
        else:
            label = f"{name} > {_format(low)}" if high == np.inf else f"{_format(low)} < {name} ≤ {_format(high)}"
        if inside.any():
            yield f"range {position + 1} of {len(cuts) + 1}", label, inside


def _format(value: float) -> str:
    """Return a number with six digits, or with all of them where it is large, so that identifiers stay apart."""
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.15g}"


def measure_slices(
    parts: list[Part], decisions: Decisions, watched: Collection[str], confidence: float
) -> tuple[list[Slice], int, int]:
    """Return recall and specificity in parts of the table against all other rows, how many were compared, and worse.

    The intervals of all differences hold at once (Bonferroni). All parts of watched columns come first, then the worst
    of each metric. A part with too few rows of the class has the verdict `cannot_tell`.
    """
    pairs = [(part, metric) for part in parts for metric in CLASSES]
    comparable = [_is_comparable(part, decisions, decisions.y == CLASSES[metric]) for part, metric in pairs]
    level = 1 - (1 - confidence) / max(sum(comparable), 1)
    slices = [
        _measure(part, metric, decisions, level if is_compared else None, part.column in watched)
        for (part, metric), is_compared in zip(pairs, comparable, strict=True)
        if is_compared or part.column in watched
    ]
    selected = [item for item in slices if item.watched]
    for metric in CLASSES:
        others = [item for item in slices if item.metric == metric and not item.watched]
        selected += sorted(others, key=_rank)[:MAX_LISTED]
    return selected, sum(comparable), sum(item.verdict == "worse" for item in slices)


def _rank(item: Slice) -> tuple[bool, float]:
    """Order slices that are worse first, then by their difference."""
    return item.verdict != "worse", item.difference or 0.0


def _is_comparable(part: Part, decisions: Decisions, of_class: Bools) -> bool:
    inside, outside = decisions.groups[of_class & part.inside], decisions.groups[of_class & ~part.inside]
    if min(len(inside), len(outside)) < MIN_GROUPS:
        return False
    return min(len(np.unique(inside)), len(np.unique(outside))) >= MIN_GROUPS


def _measure(part: Part, metric: SliceMetric, decisions: Decisions, level: float | None, watched: bool) -> Slice:
    of_class = decisions.y == CLASSES[metric]
    right = decisions.predicted if metric == "recall" else ~decisions.predicted
    rates, effective = [], []
    for rows in (np.flatnonzero(of_class & part.inside), np.flatnonzero(of_class & ~part.inside)):
        weights, hits = decisions.weights[rows], right[rows].astype(np.float64)
        rates.append(float(np.average(hits, weights=weights)) if len(rows) else None)
        groups = decisions.groups[rows]
        effect = get_design_effect(hits, groups, weights) if len(rows) else 1.0
        effective.append(min(len(rows) / effect, len(np.unique(groups))))  # equal hits show no effect of their groups
    inside, outside = rates
    difference = low = high = None
    if inside is not None and outside is not None:
        difference = round(inside - outside, DIGITS) + 0.0
        if level is not None:
            bounds = compare_rates((inside, effective[0]), (outside, effective[1]), level)
            low, high = (round(bound, DIGITS) + 0.0 for bound in bounds)
    return Slice(
        column=part.column,
        key=part.key,
        label=part.label,
        watched=watched,
        metric=metric,
        rows=round(float(decisions.share[part.inside & of_class].sum())),
        value=None if inside is None else round(inside, DIGITS),
        difference=difference,
        low=low,
        high=high,
        verdict="cannot_tell" if low is None or high is None else find_direction(metric, low, high) or "cannot_tell",
    )
