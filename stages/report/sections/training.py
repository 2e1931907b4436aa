"""The section on training: loss and accuracy by epoch or round, for classifiers that have them."""

from dataclasses import dataclass, fields
import math
from typing import Any

from stages.report.context import ReportContext
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Paragraph, Section, Table
from stages.report.sections.candidate_comparison import first_shown
from stages.shared.schemas.trace import Epoch

_SHOWN = 5  # epochs in the table: the first, some between, the last
_DRAWN = 40  # points of a curve: more cannot be seen apart
_CHARTS = 12  # pictures of further strategies; the page would grow without end

LEGEND = [("train", "train"), ("validation", "validation")]


@dataclass(frozen=True)
class Course:
    """A training curve, averaged over the folds; all lists are as long as there are epochs."""

    epochs: list[int]
    train_loss: list[float]
    validation_loss: list[float]
    train_accuracy: list[float]
    validation_accuracy: list[float]


def section(context: ReportContext) -> Section:
    """The curves of every strategy × classifier that has epochs, as pictures and as numbers."""
    courses = {
        (trace.strategy, classifier): course(epochs)
        for trace in context.traces.values()
        for classifier, epochs in trace.epochs.items()
        if epochs
    }
    if not courses:
        return Section("training", "Training", [Paragraph("No classifier here is trained in epochs or rounds.")])
    explained = (
        "Log loss without weights, and accuracy at 0.5, as means over the folds. Train means the rows that the "
        "classifier saw, after resampling; validation means the fold's untouched rows, so the two differ in class "
        "balance too. Validation loss that rises while train loss falls is overfitting."
    )
    plots = {key: _chart(*key, item) for key, item in courses.items()}
    strategies = {item.strategy for item in first_shown(context)}
    first = [plot for (strategy, _), plot in plots.items() if strategy in strategies] or list(plots.values())[:2]
    others = [plot for plot in plots.values() if plot not in first]
    blocks: list[Block] = [Paragraph(explained), Charts(first, LEGEND)]
    if others:
        folded: list[Block] = [Charts(others[:_CHARTS], LEGEND)]
        if len(others) > _CHARTS:
            folded.append(Paragraph(f"{len(others) - _CHARTS} more stand in the table below alone."))
        blocks.append(Details("The training curves of the other strategies", folded))
    blocks.append(Details("Training in numbers", [_table(courses)]))
    return Section("training", "Training", blocks)


def course(epochs: list[Epoch]) -> Course:
    """The means over the folds for each epoch, in the order of the epochs."""
    by_epoch: dict[int, list[Epoch]] = {}
    for item in epochs:
        by_epoch.setdefault(item.epoch, []).append(item)
    ordered = [by_epoch[number] for number in sorted(by_epoch)]
    parts = [part.name for part in fields(Course)[1:]]
    means = ([sum(getattr(item, part) for item in same) / len(same) for same in ordered] for part in parts)
    return Course(sorted(by_epoch), *means)


def select_epochs(last: int, shown: int) -> list[int]:
    """The first and last of `last` places with others evenly between: at most `shown`, counted from 0."""
    if last <= shown:
        return list(range(last))
    return [math.floor(index * (last - 1) / (shown - 1) + 0.5) for index in range(shown)]


def _table(courses: dict[tuple[str, str], Course]) -> Table:
    header = [
        "Strategy", "Classifier", "Epoch", "Train loss", "Validation loss", "Train accuracy", "Validation accuracy",
    ]  # fmt: skip
    parts = [part.name for part in fields(Course)[1:]]
    rows = [
        [strategy, classifier, str(item.epochs[position]), *(f"{getattr(item, part)[position]:.3f}" for part in parts)]
        for (strategy, classifier), item in courses.items()
        for position in select_epochs(len(item.epochs), _SHOWN)
    ]
    return Table("Training by epoch or round: the first, some between, the last.", header, rows, "llrrrrr")


def _chart(strategy: str, classifier: str, item: Course) -> Chart:
    train, validation = item.train_loss, item.validation_loss
    text = (
        f"Log loss from epoch or round {item.epochs[0]} to {item.epochs[-1]}: train from {train[0]:.3f} to "
        f"{train[-1]:.3f}, validation from {validation[0]:.3f} to {validation[-1]:.3f}. Below it the accuracy."
    )
    indices = select_epochs(len(item.epochs), _DRAWN)
    columns: dict[str, list[Any]] = {"epoch": [item.epochs[position] for position in indices]}
    for part in fields(Course)[1:]:
        columns[part.name] = [round(getattr(item, part.name)[position], 4) for position in indices]
    words = {"x": "epoch" if item.epochs[0] and len(train) == item.epochs[-1] else "epoch or round"}
    return Chart(f"training-{strategy}-{classifier}", f"{strategy} × {classifier}", text, "training", columns, words)
