"""Points of the training curves: loss and accuracy by epoch, for classifiers that have epochs."""

from collections.abc import Iterable
from statistics import fmean

from stages.evaluate.outputs.curves import Point
from stages.shared.schemas.trace import Epoch, Trace

#: epochs kept of a curve, the first and the last among them: more are not visible in a picture
MAX_EPOCHS = 30


def training_curves(traces: dict[str, Trace]) -> list[Point]:
    """Return one point per strategy, classifier, kept epoch and part (train or validation), as means over the folds.

    `traces` are by strategy. The result is empty when no classifier has epochs.
    """
    return [
        {"strategy": strategy, "classifier": classifier, **point}
        for strategy, trace in traces.items()
        for classifier, epochs in trace.epochs.items()
        for point in _curve(epochs)
    ]


def _curve(epochs: Iterable[Epoch]) -> list[Point]:
    """Return train first, then validation, each in the order of the epochs."""
    by_epoch: dict[int, list[Epoch]] = {}
    for epoch in epochs:
        by_epoch.setdefault(epoch.epoch, []).append(epoch)
    return [
        {
            "epoch": number,
            "part": part,
            "loss": fmean(getattr(fold, f"{part}_loss") for fold in by_epoch[number]),
            "accuracy": fmean(getattr(fold, f"{part}_accuracy") for fold in by_epoch[number]),
        }
        for part in ("train", "validation")
        for number in _thinned(sorted(by_epoch))
    ]


def _thinned(numbers: list[int]) -> list[int]:
    """Return at most MAX_EPOCHS of `numbers`, evenly spaced, the ends among them."""
    if len(numbers) <= MAX_EPOCHS:
        return numbers
    step = (len(numbers) - 1) / (MAX_EPOCHS - 1)
    return [numbers[round(i * step)] for i in range(MAX_EPOCHS)]
