"""The section on the data flow: rows and classes from the raw table to the test metrics of every strategy."""

from typing import Any

from stages.report.context import ReportContext
from stages.report.formatting import format_count, format_metric, format_range
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Section, Table, to_columns
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.contract import Step
from stages.shared.schemas.trace import ClassCounts, Trace

#: the steps before train, which all strategies share
_SHARED = ("raw", "prepared", "train", "test")

_STEP_COLUMNS = ["Step", "Rows", "Columns", "Negative", "Positive", "Note"]


def make_section(context: ReportContext) -> Section:
    """Return rows and class counts after every step, the effect of resampling in the folds, and class weights."""
    traces, contract = list(context.traces.values()), context.contract
    shared = [_format_step(step) for step in traces[0].flow if step.step in _SHARED]
    legend = [
        ("negative", contract.negative), ("positive", contract.positive), ("added", "added by the sampler"),
    ]  # fmt: skip
    folded = {
        "Resampling inside the training folds": _make_fold_table(traces),
        "Every step of every strategy, to the test metrics": _make_step_table(context),
        "Class weights": _make_weight_table(traces),
    }
    blocks: list[Block] = [
        Charts([_make_split_chart(context, traces[0]), _make_class_chart(context, traces)], legend),
        Table("Before train: the same for every strategy.", _STEP_COLUMNS, shared, "lrrrrt"),
        *(Details(summary, [table]) for summary, table in folded.items() if table.rows),
    ]
    return Section("data", "Data flow", blocks)


def _make_split_chart(context: ReportContext, trace: Trace) -> Chart:
    """Return the rows of each validation fold and of the test set, by class; first those of train without a fold."""
    train, test = (next(step for step in trace.flow if step.step == name) for name in ("train", "test"))
    sets: dict[str, ClassCounts | Step] = {}
    scored = {"negative": 0, "positive": 0}
    for fold in trace.folds:
        if sum(scored.values()) + fold.validation.rows > train.rows:
            break  # another repeat
        sets[f"fold {fold.fold + 1}"] = fold.validation
        scored = {part: rows + getattr(fold.validation, part) for part, rows in scored.items()}
    rest = {part: getattr(train, part) - rows for part, rows in scored.items()}
    if sum(rest.values()):
        sets = {"not scored": ClassCounts(rows=sum(rest.values()), **rest), **sets}
    sets["test"] = test
    labels = {"negative": context.contract.negative, "positive": context.contract.positive}
    bars = [
        {"name": name, "part": part, "label": label, "order": order, "rows": getattr(counts, part)}
        for name, counts in sets.items()
        for order, (part, label) in enumerate(labels.items())
    ]
    counts = "; ".join(
        f"{name} {format_count(counts.rows)} rows, {format_count(counts.positive)} positive"
        for name, counts in sets.items()
    )
    text = f"Each fold of train is scored by models of the other rows, and test by models of all of train. {counts}."
    return Chart("chart-split", "Folds and test set", text, "classes", to_columns(bars), {"x": "rows"})


def _make_class_chart(context: ReportContext, traces: list[Trace]) -> Chart:
    """Return the rows of the final fit: train rows by class, and rows that a sampler added."""
    labels = {"negative": context.contract.negative, "positive": context.contract.positive, "added": "added"}
    bars: list[dict[str, Any]] = []
    descriptions = []
    for trace in traces:
        before = next((step for step in trace.flow if step.step == "train"), trace.flow[0])
        after = next((step for step in trace.flow if step.step == "resampled"), before)
        parts = {
            "negative": min(after.negative, before.negative),
            "positive": min(after.positive, before.positive),
            "added": max(0, after.negative - before.negative) + max(0, after.positive - before.positive),
        }
        counts = ", ".join(f"{format_count(rows)} {part}" for part, rows in parts.items())
        descriptions.append(f"{trace.strategy} {counts}")
        bars += [
            {"name": trace.strategy, "part": part, "label": labels[part], "order": order, "rows": rows}
            for order, (part, rows) in enumerate(parts.items())
        ]
    text = f"Rows of the final fit by class. {'; '.join(descriptions)}."
    return Chart(
        "chart-classes", "Rows of the final fit", text, "classes", to_columns(bars), {"x": "rows of the final fit"},
        caption="The longer the part that the sampler added, the more of the training rows are not real.",
    )  # fmt: skip


def _format_step(step: Step) -> list[str]:
    counts = (step.rows, step.columns, step.negative, step.positive)
    return [step.step, *map(format_count, counts), step.note]


def _make_step_table(context: ReportContext) -> Table:
    caption = (
        "The steps of each strategy, with its settings in params.yaml, from the train rows to the final fit, and its "
        "test metrics. Tuned candidates may have other settings."
    )
    rows = [
        [trace.strategy, *_format_step(step)]
        for trace in context.traces.values()
        for step in _list_own_steps(context, trace)
    ]
    return Table(caption, ["Strategy", *_STEP_COLUMNS], rows, "lnrrrrt")


def _list_own_steps(context: ReportContext, trace: Trace) -> list[Step]:
    """Return the steps of a strategy; those of its sampler tell why another one ran than the requested one."""
    steps = []
    for step in trace.flow:
        note = step.note
        if step.step == "resampled" and trace.sampler.why != "as asked":
            note = f"{note} ({trace.sampler.why})"
        if step.step not in _SHARED:
            steps.append(step.model_copy(update={"note": note}))
    if test := next((step for step in trace.flow if step.step == "test"), None):
        note = _format_metrics(context.leaderboard.row(trace.strategy))
        steps.append(test.model_copy(update={"step": "test metrics", "note": note}))
    return steps


def _format_metrics(row: Candidate) -> str:
    metrics = ("average_precision", "roc_auc", "brier_score", "precision", "recall", "f1")
    values = ", ".join(f"{METRICS[metric].label} {format_metric(metric, row.test[metric])}" for metric in metrics)
    return f"{row.classifier}: {values}"


def _make_fold_table(traces: list[Trace]) -> Table:
    header = [
        "Strategy", "Folds", "Rows before", "Rows after", "Negative before", "Negative after", "Positive before",
        "Positive after", "Added", "Removed", "Validation rows",
    ]  # fmt: skip
    rows = [
        [
            trace.strategy,
            str(len(trace.folds)),
            *(
                format_range([getattr(counts, part) for counts in subset])
                for part in ("rows", "negative", "positive")
                for subset in ([fold.train for fold in trace.folds], [fold.resampled for fold in trace.folds])
            ),
            format_range([fold.added for fold in trace.folds]),
            format_range([fold.removed for fold in trace.folds]),
            format_range([fold.validation.rows for fold in trace.folds]),
        ]
        for trace in traces
        if trace.folds
    ]
    caption = (
        "Resampling inside the training folds, as ranges over the folds. Validation rows are never resampled, and "
        "validation folds never contain added rows."
    )
    return Table(caption, header, rows, "lrrrrrrrrrr")


def _make_weight_table(traces: list[Trace]) -> Table:
    rows = [
        [trace.strategy, classifier, f"{weights['negative']:.3f}", f"{weights['positive']:.3f}"]
        for trace in traces
        for classifier, weights in trace.class_weight.items()
        if weights["negative"] != weights["positive"]
    ]
    caption = "Class weights in the final fit; all other candidates use equal weights."
    return Table(caption, ["Strategy", "Classifier", "Negative", "Positive"], rows, "llrr")
