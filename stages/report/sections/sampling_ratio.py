"""The section on the sampling ratio: every metric against `sampling_strategy`, from what tuning tried."""

from typing import Any

from stages.report.context import ReportContext
from stages.report.formatting import DIGITS, LABELS, LOWER_IS_BETTER, number
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Panel, Paragraph, Section, Table
from stages.report.sections.parameter_sweeps import Sweep, find_sweeps
from stages.shared.schemas.cross_validation import MeanStd

#: how many candidates get a table of all that was tried
_TABLES = 6

HOW = (
    "No strategy was tuned over sampling_strategy, so there is nothing to draw. To get this section, name a grid of "
    "ratios under tuning in params.yaml, whose comments show one, and run dvc repro."
)


def section(context: ReportContext) -> Section:
    """A chart a metric for one candidate, with a slider over the ratio; tables of all of them."""
    result = find_sweeps(context.tunings)
    title = "What if the sampling ratio were another?"
    if not result:
        return Section("ratio", title, [Paragraph(HOW)])
    names = [item.name for item in result]
    first = result[names.index(str(context.champion)) if str(context.champion) in names else 0]
    explained = (
        "Means over the folds of train, with ± one standard deviation between them as a band. sampling_strategy is "
        "minority / majority after resampling. Test rows had no say, and the best of many tries looks better than it "
        "is. Precision, recall, F1 and G-mean are of raw scores at 0.5."
    )
    charts = Charts([_chart(first, metric) for metric in first.metrics])
    position = first.ratios.index(first.chosen) if first.chosen in first.ratios else 0
    values = {
        "names": names,
        "first": names.index(first.name),
        "ratios": first.ratios,
        "place": position,
        "chosen": first.chosen,
        "table": make_ratio_table(first, position),
        "lines": first.lines,
    }
    data = {
        "sweeps": [item.data() for item in result],
        "labels": {metric: label(metric) for item in result for metric in item.metrics},
        "digits": DIGITS,
    }
    panel = Panel("ratio.html.j2", values, data, [make_ratio_table(first, position)])
    others = [item for item in result if item is not first]
    tables: list[Block] = [_table(first), *(_table(item) for item in others[: _TABLES - 1])]
    if len(result) > _TABLES:
        tables.append(Paragraph(f"{len(result) - _TABLES} more stand in models/<strategy>/tuning.json."))
    blocks: list[Block] = [
        Paragraph(explained),
        panel,
        charts,
        Details("Every ratio that was tried, in numbers", tables),
    ]
    return Section("ratio", title, blocks)


def make_ratio_table(sweep: Sweep, position: int) -> Table:
    """Every metric at one ratio, a column a line."""
    rows = [
        [label(metric), *(_cell(metric, line[position]) for line in lines)] for metric, lines in sweep.metrics.items()
    ]
    header = ["Metric", *sweep.lines]
    caption = f"{sweep.name} at sampling_strategy {sweep.ratios[position]:g}."
    return Table(caption, header, rows, "l" + "r" * len(sweep.lines))


def label(metric: str) -> str:
    """A metric as a chart names it."""
    name = LABELS.get(metric, metric)
    return f"{name} (lower is better)" if metric in LOWER_IS_BETTER else name


def _chart(sweep: Sweep, metric: str) -> Chart:
    drawn = [
        (index, line, ratio, spread)
        for index, line in enumerate(sweep.lines)
        for ratio, spread in zip(sweep.ratios, sweep.metrics[metric][index], strict=True)
        if spread
    ]
    columns: dict[str, list[Any]] = {
        "series": [str(index) for index, _, _, _ in drawn],
        "line": [line for _, line, _, _ in drawn],
        "ratio": [ratio for _, _, ratio, _ in drawn],
        "mean": [spread.mean for _, _, _, spread in drawn],
        "low": [round(spread.mean - spread.sd, 6) for _, _, _, spread in drawn],
        "high": [round(spread.mean + spread.sd, 6) for _, _, _, spread in drawn],
    }
    means = columns["mean"]
    text = (
        f"{label(metric)} of {sweep.name} for {len(sweep.ratios)} sampling ratios from {sweep.ratios[0]:g} to "
        f"{sweep.ratios[-1]:g}: between {number(metric, min(means))} and {number(metric, max(means))}."
    )
    return Chart(
        f"ratio-{metric}", label(metric), text, "tuning", columns, {"y": LABELS.get(metric, metric)},
        {"ratio": sweep.chosen},
    )  # fmt: skip


def _table(sweep: Sweep) -> Table:
    rows = [
        [line, f"{ratio:g}", *(_cell(metric, lines[index][position]) for metric, lines in sweep.metrics.items())]
        for index, line in enumerate(sweep.lines)
        for position, ratio in enumerate(sweep.ratios)
    ]
    header = ["Setting", "sampling_strategy", *(LABELS.get(metric, metric) for metric in sweep.metrics)]
    caption = f"{sweep.name}, tuned for {LABELS.get(sweep.metric, sweep.metric)}; chosen was {sweep.chosen:g}."
    return Table(caption, header, rows, "lr" + "r" * len(sweep.metrics), sortable=True)


def _cell(metric: str, spread: MeanStd | None) -> str:
    return f"{number(metric, spread.mean)} ± {number(metric, spread.sd)}" if spread else "not tried"
