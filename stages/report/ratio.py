"""The section on the sampling ratio: every metric against `sampling_strategy`, from what tuning tried."""

from dataclasses import dataclass
import json
from typing import Any

from stages.report.findings import Findings
from stages.report.page import Block, Chart, Charts, Details, Panel, Paragraph, Section, Table
from stages.report.records import Spread, Tried, Tuning
from stages.report.words import DIGITS, LABELS, LOWER_IS_BETTER, number

#: how many lines a chart can carry
_LINES = 8

#: how many candidates get a table of all that was tried
_TABLES = 6

HOW = (
    "No strategy was tuned over sampling_strategy, so there is nothing to draw. To get this section, name a grid of "
    "ratios under tuning in params.yaml, whose comments show one, and run dvc repro."
)


@dataclass(frozen=True)
class Sweep:
    """What tuning found for one candidate: a value of every metric for each line and ratio."""

    name: str
    chosen: float
    metric: str  # what the tuning went for
    ratios: list[float]  # rising
    lines: list[str]  # the other settings of the sampler, such as k_neighbors = 3
    metrics: dict[str, list[list[Spread | None]]]  # metric -> line -> ratio

    def data(self) -> dict[str, Any]:
        """The sweep as the script takes it: means and standard deviations, null where nothing was tried."""
        cells = {
            metric: [[spread and [spread.mean, spread.sd] for spread in line] for line in lines]
            for metric, lines in self.metrics.items()
        }
        return {
            "name": self.name, "chosen": self.chosen, "ratios": self.ratios, "lines": self.lines, "metrics": cells,
        }  # fmt: skip


def section(findings: Findings) -> Section:
    """A chart a metric for one candidate, with a slider over the ratio; tables of all of them."""
    found = sweeps(findings.tunings)
    title = "What if the sampling ratio were another?"
    if not found:
        return Section("ratio", title, [Paragraph(HOW)])
    names = [item.name for item in found]
    first = found[names.index(str(findings.champion)) if str(findings.champion) in names else 0]
    explained = (
        "Means over the folds of train, with ± one standard deviation between them as a band. sampling_strategy is "
        "minority / majority after resampling. Test rows had no say, and the best of many tries looks better than it "
        "is. Precision, recall, F1 and G-mean are of raw scores at 0.5."
    )
    charts = Charts([_chart(first, metric) for metric in first.metrics])
    place = first.ratios.index(first.chosen) if first.chosen in first.ratios else 0
    values = {
        "names": names,
        "first": names.index(first.name),
        "ratios": first.ratios,
        "place": place,
        "chosen": first.chosen,
        "table": at_ratio(first, place),
        "lines": first.lines,
    }
    data = {
        "sweeps": [item.data() for item in found],
        "labels": {metric: label(metric) for item in found for metric in item.metrics},
        "digits": DIGITS,
    }
    panel = Panel("ratio.html.j2", values, data, [at_ratio(first, place)])
    others = [item for item in found if item is not first]
    tables: list[Block] = [_table(first), *(_table(item) for item in others[: _TABLES - 1])]
    if len(found) > _TABLES:
        tables.append(Paragraph(f"{len(found) - _TABLES} more stand in models/<strategy>/tuning.json."))
    blocks: list[Block] = [
        Paragraph(explained),
        panel,
        charts,
        Details("Every ratio that was tried, in numbers", tables),
    ]
    return Section("ratio", title, blocks)


def sweeps(tunings: dict[str, dict[str, Tuning]]) -> list[Sweep]:
    """The candidates for which more than one ratio was tried, in the order of params.yaml."""
    found = []
    for strategy, classifiers in tunings.items():
        for classifier, tuning in classifiers.items():
            tried = [item for item in tuning.results if _ratio(item.sampler) is not None]
            ratios = sorted({ratio for item in tried if (ratio := _ratio(item.sampler)) is not None})
            if len(ratios) > 1:
                found.append(_sweep(f"{strategy} × {classifier}", tuning, tried, ratios))
    return found


def at_ratio(sweep: Sweep, place: int) -> Table:
    """Every metric at one ratio, a column a line."""
    rows = [[label(metric), *(_cell(metric, line[place]) for line in lines)] for metric, lines in sweep.metrics.items()]
    header = ["Metric", *sweep.lines]
    caption = f"{sweep.name} at sampling_strategy {sweep.ratios[place]:g}."
    return Table(caption, header, rows, "l" + "r" * len(sweep.lines))


def label(metric: str) -> str:
    """A metric as a chart names it."""
    name = LABELS.get(metric, metric)
    return f"{name} (lower is better)" if metric in LOWER_IS_BETTER else name


def _sweep(name: str, tuning: Tuning, tried: list[Tried], ratios: list[float]) -> Sweep:
    lines = list(dict.fromkeys(_line(item.sampler) for item in tried))[:_LINES]
    best: dict[tuple[str, float | None], Tried] = {}
    sign = 1 if tuning.metric in LOWER_IS_BETTER else -1
    for item in sorted(tried, key=lambda item: sign * item.metrics[tuning.metric].mean):
        best.setdefault((_line(item.sampler), _ratio(item.sampler)), item)  # of several settings of the classifier
    metrics = {
        metric: [
            [found.metrics[metric] if (found := best.get((line, ratio))) else None for ratio in ratios]
            for line in lines
        ]
        for metric in tried[0].metrics
    }
    chosen = _ratio(tuning.chosen.sampler)
    return Sweep(name, ratios[0] if chosen is None else chosen, tuning.metric, ratios, lines, metrics)


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
        [line, f"{ratio:g}", *(_cell(metric, lines[index][place]) for metric, lines in sweep.metrics.items())]
        for index, line in enumerate(sweep.lines)
        for place, ratio in enumerate(sweep.ratios)
    ]
    header = ["Setting", "sampling_strategy", *(LABELS.get(metric, metric) for metric in sweep.metrics)]
    caption = f"{sweep.name}, tuned for {LABELS.get(sweep.metric, sweep.metric)}; chosen was {sweep.chosen:g}."
    return Table(caption, header, rows, "lr" + "r" * len(sweep.metrics), sortable=True)


def _cell(metric: str, spread: Spread | None) -> str:
    return f"{number(metric, spread.mean)} ± {number(metric, spread.sd)}" if spread else "not tried"


def _ratio(sampler: dict[str, Any]) -> float | None:
    value = sampler.get("sampling_strategy")
    return float(value) if isinstance(value, int | float) else None


def _line(sampler: dict[str, Any]) -> str:
    others = {key: value for key, value in sampler.items() if key != "sampling_strategy"}
    words = (f"{key} = {value if isinstance(value, str) else json.dumps(value)}" for key, value in others.items())
    return ", ".join(words) or "as in params.yaml"
