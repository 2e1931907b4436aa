"""The section on training: loss and accuracy by epoch or boosting round."""

from dataclasses import dataclass, fields
import math
from typing import Any

from stages.report.context import ReportContext
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Paragraph, Section, Table
from stages.report.sections.champion.operating_point import select_shown
from stages.shared.schemas.trace import Epoch

_TABLE_EPOCHS = 5
_CHART_EPOCHS = 40  # more points are not distinguishable
_MAX_CHARTS = 12  # of strategies that are not shown at once; keeps the page small

LEGEND = [("train", "train"), ("validation", "validation")]

_EXPLAINED = (
    "Unweighted log loss, and accuracy at 0.5, as means over the folds. Train: the training rows after resampling. "
    "Validation: the untouched rows of the fold, so the class balance differs too. A validation loss that rises while "
    "the train loss falls indicates overfitting."
)


@dataclass(frozen=True)
class TrainingCurve:
    """Means over the folds; all lists have one entry per epoch."""

    epochs: list[int]
    train_loss: list[float]
    validation_loss: list[float]
    train_accuracy: list[float]
    validation_accuracy: list[float]


#: the fields of a TrainingCurve with values
_VALUES = [field.name for field in fields(TrainingCurve)[1:]]


def make_section(context: ReportContext) -> Section:
    """Return the curves of every strategy × classifier that is trained in epochs, as charts and as a table."""
    curves = {
        (trace.strategy, classifier): average_folds(epochs)
        for trace in context.traces.values()
        for classifier, epochs in trace.epochs.items()
        if epochs
    }
    if not curves:
        return Section("training", "Training", [])
    charts = {key: _make_chart(*key, curve) for key, curve in curves.items()}
    strategies = {item.strategy for item in select_shown(context)}
    first = [chart for (strategy, _), chart in charts.items() if strategy in strategies] or list(charts.values())[:2]
    others = [chart for chart in charts.values() if chart not in first]
    blocks: list[Block] = [Paragraph(_EXPLAINED), Charts(first, LEGEND)]
    if others:
        hidden: list[Block] = [Charts(others[:_MAX_CHARTS], LEGEND)]
        if len(others) > _MAX_CHARTS:
            hidden.append(Paragraph(f"{len(others) - _MAX_CHARTS} more are only in the table below."))
        blocks.append(Details("The training curves of the other strategies", hidden))
    blocks.append(Details("Training in numbers", [_make_table(curves)]))
    return Section("training", "Training", blocks)


def average_folds(epochs: list[Epoch]) -> TrainingCurve:
    """Return the means over the folds for each epoch, in the order of the epochs."""
    by_epoch: dict[int, list[Epoch]] = {}
    for item in epochs:
        by_epoch.setdefault(item.epoch, []).append(item)
    ordered = [by_epoch[epoch] for epoch in sorted(by_epoch)]
    means = ([sum(getattr(item, value) for item in folds) / len(folds) for folds in ordered] for value in _VALUES)
    return TrainingCurve(sorted(by_epoch), *means)


def select_evenly(n: int, n_selected: int) -> list[int]:
    """Return at most `n_selected` of the indices 0 to n − 1: the first, the last and others evenly between."""
    if n <= n_selected:
        return list(range(n))
    return [math.floor(i * (n - 1) / (n_selected - 1) + 0.5) for i in range(n_selected)]


def _make_table(curves: dict[tuple[str, str], TrainingCurve]) -> Table:
    header = [
        "Strategy", "Classifier", "Epoch", "Train loss", "Validation loss", "Train accuracy", "Validation accuracy",
    ]  # fmt: skip
    rows = [
        [strategy, classifier, str(curve.epochs[i]), *(f"{getattr(curve, value)[i]:.3f}" for value in _VALUES)]
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
    for value in _VALUES:
        columns[value] = [round(getattr(curve, value)[i], 4) for i in indices]
    lowest = min(range(len(validation)), key=validation.__getitem__)
    words = {"x": "epoch" if curve.epochs[0] and len(train) == curve.epochs[-1] else "epoch or round"}
    caption = f"The validation loss is lowest at {words['x']} {curve.epochs[lowest]}: {validation[lowest]:.3f}."
    return Chart(
        f"training-{strategy}-{classifier}", f"{strategy} × {classifier}", text, "training", columns, words, {}, caption
    )
