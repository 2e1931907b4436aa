"""The section on training: loss and accuracy by epoch, for classifiers that have epochs."""

from dataclasses import dataclass, fields

from stages.report.figures import Curves, curves
from stages.report.findings import Findings
from stages.report.page import Figures, Paragraph, Section, Table
from stages.report.records import Epoch

_SHOWN = 5  # epochs in the table: the first, some between, the last


@dataclass(frozen=True)
class Course:
    """A training curve, averaged over the folds; all lists are as long as there are epochs."""

    train_loss: list[float]
    validation_loss: list[float]
    train_accuracy: list[float]
    validation_accuracy: list[float]


def section(findings: Findings) -> Section:
    """The curves of every strategy × classifier that has epochs, as pictures and as numbers."""
    courses = {
        (trace.strategy, classifier): course(epochs)
        for trace in findings.traces.values()
        for classifier, epochs in trace.epochs.items()
        if epochs
    }
    if not courses:
        return Section("training", "Training", [Paragraph("No classifier here is trained in epochs.")])
    explained = (
        "Log loss without weights, and accuracy at 0.5, as means over the folds. Train means the rows that the "
        "classifier saw, after resampling; validation means the fold's untouched rows, so the two differ in class "
        "balance too."
    )
    header = [
        "Strategy",
        "Classifier",
        "Epoch",
        "Train loss",
        "Validation loss",
        "Train accuracy",
        "Validation accuracy",
    ]
    rows = [row for (strategy, classifier), item in courses.items() for row in _rows(strategy, classifier, item)]
    plots = [_curves(strategy, classifier, item) for (strategy, classifier), item in courses.items()]
    caption = "Training by epoch: the first, some between, the last."
    return Section(
        "training", "Training", [Paragraph(explained), Figures(plots), Table(caption, header, rows, "llrrrrr")]
    )


def course(epochs: list[Epoch]) -> Course:
    """The means over the folds for each epoch, in the order of the epochs."""
    by_epoch: dict[int, list[Epoch]] = {}
    for item in epochs:
        by_epoch.setdefault(item.epoch, []).append(item)
    ordered = [by_epoch[number] for number in sorted(by_epoch)]
    return Course(
        *([sum(getattr(item, part.name) for item in same) / len(same) for same in ordered] for part in fields(Course))
    )


def some_epochs(last: int) -> list[int]:
    """The first and last of `last` epochs with a few evenly between: at most five, counted from 1."""
    steps = min(last, _SHOWN) - 1
    return [1 + round(index * (last - 1) / steps) for index in range(steps)] + [last] if steps else [1]


def _rows(strategy: str, classifier: str, item: Course) -> list[list[str]]:
    return [
        [strategy, classifier, str(epoch), *(f"{getattr(item, part.name)[epoch - 1]:.3f}" for part in fields(Course))]
        for epoch in some_epochs(len(item.train_loss))
    ]


def _curves(strategy: str, classifier: str, item: Course) -> Curves:
    train, validation = item.train_loss, item.validation_loss
    text = (
        f"Log loss over {len(train)} epochs: train from {train[0]:.3f} to {train[-1]:.3f}, "
        f"validation from {validation[0]:.3f} to {validation[-1]:.3f}."
    )
    lines = [("train", train), ("validation", validation)]
    return curves(f"loss-{strategy}-{classifier}", f"{strategy} × {classifier}", text, lines)
