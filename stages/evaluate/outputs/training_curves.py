"""Points of the training curves: loss and accuracy by epoch, for the classifiers that have epochs."""

from collections.abc import Iterable
from statistics import fmean
from typing import Any

Point = dict[str, Any]

#: epochs kept of a curve, the first and the last among them: more would not be seen
SHOWN = 30


def training_curves(traces: dict[str, Point]) -> list[Point]:
    """One point per strategy, classifier, kept epoch and part (train or validation), as means over the folds.

    `traces` holds models/<strategy>/trace.json by strategy. Empty when no classifier has epochs.
    """
    return [
        {"strategy": strategy, "classifier": classifier, **point}
        for strategy, trace in traces.items()
        for classifier, epochs in trace["epochs"].items()
        for point in _curve(epochs)
    ]


def _curve(epochs: Iterable[Point]) -> list[Point]:
    """Train first, then validation, each in the order of the epochs."""
    by_epoch: dict[int, list[Point]] = {}
    for epoch in epochs:
        by_epoch.setdefault(epoch["epoch"], []).append(epoch)
    return [
        {
            "epoch": number,
            "part": part,
            "loss": fmean(fold[f"{part}_loss"] for fold in by_epoch[number]),
            "accuracy": fmean(fold[f"{part}_accuracy"] for fold in by_epoch[number]),
        }
        for part in ("train", "validation")
        for number in _thinned(sorted(by_epoch))
    ]


def _thinned(numbers: list[int]) -> list[int]:
    """At most SHOWN of `numbers`, evenly chosen, the ends always among them."""
    if len(numbers) <= SHOWN:
        return numbers
    step = (len(numbers) - 1) / (SHOWN - 1)
    return [numbers[round(place * step)] for place in range(SHOWN)]
