"""The section on training: loss and accuracy by epoch or boosting round."""

from typing import Any

from stages.report.context import ReportContext
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Paragraph, Section, Table
from stages.report.sections.champion.operating_point import select_initial_candidates
from stages.shared.schemas.trace import CURVE_VALUES, TrainingCurve, select_evenly

_TABLE_EPOCHS = 5
_CHART_EPOCHS = 40  # more points are not distinguishable

LEGEND = [("train", "train"), ("validation", "validation")]

_EXPLAINED = (
    "Unweighted log loss, and accuracy at 0.5, as means over the folds. Train: the training rows after resampling. "
    "Validation: the untouched rows of the fold, so the class balance differs too. A validation loss that rises while "
    "the train loss falls indicates overfitting."
)


def make_section(context: ReportContext) -> Section:
    """Return the training curves: charts for the strategies of the other charts, and a table for all."""
    curves = {
        (trace.strategy, classifier): curve
        for trace in context.traces.values()
        for classifier, curve in trace.curves.items()
    }
    if not curves:
        return Section("training", "Training", [])
    strategies = {item.strategy for item in select_initial_candidates(context)}
    charts = [_make_chart(*key, curve) for key, curve in curves.items() if key[0] in strategies]
    blocks: list[Block] = [Paragraph(_EXPLAINED)]
    if charts:
        blocks.append(Charts(charts, LEGEND))
    return Section("training", "Training", [*blocks, Details("Training in numbers", [_make_table(curves)])])


def _make_table(curves: dict[tuple[str, str], TrainingCurve]) -> Table:
    header = [
        "Strategy", "Classifier", "Epoch", "Train loss", "Validation loss", "Train accuracy", "Validation accuracy",
    ]  # fmt: skip
    rows = [
        [strategy, classifier, str(curve.epochs[i]), *(f"{getattr(curve, value)[i]:.3f}" for value in CURVE_VALUES)]
        for (strategy, classifier), curve in curves.items()
        for i in select_evenly(len(curve.epochs), _TABLE_EPOCHS)
    ]
    return Table("Training by epoch or round: the first, the last and some between.", header, rows, "llrrrrr")


def _make_chart(strategy: str, classifier: str, curve: TrainingCurve) -> Chart:
    train, validation = curve.train_loss, curve.validation_loss
    text = (
        f"Log loss from epoch or round {curve.epochs[0]} to {curve.epochs[-1]}: train from {train[0]:.3f} to "
        f"{train[-1]:.3f}, validation from {validation[0]:.3f} to {validation[-1]:.3f}. Below it the accuracy."
    )
    indices = select_evenly(len(curve.epochs), _CHART_EPOCHS)
    columns: dict[str, list[Any]] = {"epoch": [curve.epochs[i] for i in indices]}
    for value in CURVE_VALUES:
        columns[value] = [round(getattr(curve, value)[i], 4) for i in indices]
    lowest = min(range(len(validation)), key=validation.__getitem__)
    words = {"x": "epoch" if curve.epochs[0] and len(train) == curve.epochs[-1] else "epoch or round"}
    caption = f"The validation loss is lowest at {words['x']} {curve.epochs[lowest]}: {validation[lowest]:.3f}."
    return Chart(
        f"training-{strategy}-{classifier}",
        f"{strategy} × {classifier}",
        text,
        "training",
        columns,
        words=words,
        caption=caption,
    )
