"""Points of the training curves: loss and accuracy by epoch, for classifiers that have epochs."""

from stages.evaluate.outputs.curves import Point
from stages.shared.schemas.trace import Trace, TrainingCurve, select_evenly

#: epochs kept of a curve, the first and the last among them: more are not visible in a picture
MAX_EPOCHS = 30


def list_training_points(traces: dict[str, Trace]) -> list[Point]:
    """Return one point per strategy, classifier, kept epoch and part (train or validation), as means over the folds.

    `traces` are by strategy. The result is empty when no classifier has epochs.
    """
    return [
        {"strategy": strategy, "classifier": classifier, **point}
        for strategy, trace in traces.items()
        for classifier, curve in trace.curves.items()
        for point in _list_points(curve)
    ]


def _list_points(curve: TrainingCurve) -> list[Point]:
    """Return train first, then validation, each in the order of the epochs."""
    return [
        {
            "epoch": curve.epochs[index],
            "part": part,
            "loss": getattr(curve, f"{part}_loss")[index],
            "accuracy": getattr(curve, f"{part}_accuracy")[index],
        }
        for part in ("train", "validation")
        for index in select_evenly(len(curve.epochs), MAX_EPOCHS)
    ]
