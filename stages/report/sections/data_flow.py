"""The section on the way of the data: from the raw table to the test metrics of every strategy."""

from typing import Any

from stages.report.context import ReportContext
from stages.report.formatting import LABELS, count, number, spread
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Section, Table
from stages.shared.schemas.contract import Step
from stages.shared.schemas.leaderboard import Candidate
from stages.shared.schemas.trace import Trace

#: the steps that every strategy shares, because they come before train
_SHARED = ("raw", "prepared", "train", "test")


def section(context: ReportContext) -> Section:
    """Rows, columns and class counts after every step; what resampling did in the folds; class weights."""
    traces = list(context.traces.values())
    shared = [_row(step) for step in traces[0].flow if step.step in _SHARED]
    own = [row for trace in traces for row in _strategy_rows(context, trace)]
    columns = ["Rows", "Columns", "Negative", "Positive", "Note"]
    caption = (
        "What each strategy, with its settings in params.yaml, does to the train rows before its last fit, and what "
        "came of it on test. Tuned candidates may have other settings."
    )
    contract = context.contract
    legend = [
        ("negative", contract.negative), ("positive", contract.positive), ("added", "added by the sampler"),
    ]  # fmt: skip
    blocks: list[Block] = [
        Table("Before train: the same for every strategy.", ["Step", *columns], shared, "lrrrrt"),
        Charts([_classes(context, traces)], legend),
        _folds(traces),
        _samplers(traces),
        Details(
            "Every step of every strategy, to the test metrics",
            [Table(caption, ["Strategy", "Step", *columns], own, "lnrrrrt")],
        ),
    ]
    weights = _weights(traces)
    if weights.rows:
        blocks.append(Details("Class weights", [weights]))
    return Section("data", "The way of the data", [block for block in blocks if not _is_empty(block)])


def _is_empty(block: Block) -> bool:
    return isinstance(block, Table) and not block.rows


def _classes(context: ReportContext, traces: list[Trace]) -> Chart:
    """The rows of the last fit: those of train by class, and those that a sampler added."""
    labels = {"negative": context.contract.negative, "positive": context.contract.positive, "added": "added"}
    columns: dict[str, list[Any]] = {"strategy": [], "part": [], "label": [], "order": [], "rows": []}
    sentences = []
    for trace in traces:
        before = next((step for step in trace.flow if step.step == "train"), trace.flow[0])
        after = next((step for step in trace.flow if step.step == "resampled"), before)
        added = max(0, after.negative - before.negative) + max(0, after.positive - before.positive)
        parts = {
            "negative": min(after.negative, before.negative),
            "positive": min(after.positive, before.positive),
            "added": added,
        }
        sentences.append(f"{trace.strategy} {', '.join(f'{count(rows)} {part}' for part, rows in parts.items())}")
        for order, (part, rows) in enumerate(parts.items()):
            for key, value in zip(columns, (trace.strategy, part, labels[part], order, rows), strict=True):
                columns[key].append(value)
    title = "What the classifiers learn from"
    return Chart("chart-classes", title, f"Rows of the last fit by class. {'; '.join(sentences)}.", "classes", columns)


def _row(step: Step) -> list[str]:
    return [
        step.step, count(step.rows), count(step.columns), count(step.negative), count(step.positive), step.note,
    ]  # fmt: skip


def _strategy_rows(context: ReportContext, trace: Trace) -> list[list[str]]:
    steps = [[trace.strategy, *_row(step)] for step in trace.flow if step.step not in _SHARED]
    test = next((step for step in trace.flow if step.step == "test"), None)
    if test:
        measured = test.model_copy(
            update={"step": "test metrics", "note": _metrics(context.leaderboard.row(trace.strategy))}
        )
        steps.append([trace.strategy, *_row(measured)])
    return steps


def _metrics(row: Candidate) -> str:
    shown = ("average_precision", "roc_auc", "brier_score", "precision", "recall", "f1")
    return f"{row.classifier}: " + ", ".join(f"{LABELS[metric]} {number(metric, row.test[metric])}" for metric in shown)


def _samplers(traces: list[Trace]) -> Table:
    rows = [
        [trace.strategy, trace.sampler.asked or "none", trace.sampler.ran or "none", trace.sampler.why]
        for trace in traces
    ]
    return Table(
        "The sampler that was asked for, and the one that ran.", ["Strategy", "Asked", "Ran", "Why"], rows, "lllt"
    )


def _folds(traces: list[Trace]) -> Table:
    header = [
        "Strategy", "Folds", "Rows before", "Rows after", "Negative before", "Negative after", "Positive before",
        "Positive after", "Added", "Removed", "Validation rows",
    ]  # fmt: skip
    rows = [
        [
            trace.strategy,
            str(len(trace.folds)),
            *(
                spread([getattr(counts, part) for counts in side])
                for part in ("rows", "negative", "positive")
                for side in ([fold.train for fold in trace.folds], [fold.resampled for fold in trace.folds])
            ),
            spread([fold.added for fold in trace.folds]),
            spread([fold.removed for fold in trace.folds]),
            spread([fold.validation.rows for fold in trace.folds]),
        ]
        for trace in traces
        if trace.folds
    ]
    caption = (
        "Resampling inside the training folds, as ranges over the folds. "
        "Validation rows are never resampled, and added rows never reach them."
    )
    return Table(caption, header, rows, "lrrrrrrrrrr")


def _weights(traces: list[Trace]) -> Table:
    rows = [
        [trace.strategy, classifier, f"{weights['negative']:.3f}", f"{weights['positive']:.3f}"]
        for trace in traces
        for classifier, weights in trace.class_weight.items()
        if weights["negative"] != weights["positive"]
    ]
    caption = "Class weights in the last fit; all other candidates weigh both classes alike."
    return Table(caption, ["Strategy", "Classifier", "Negative", "Positive"], rows, "llrr")
