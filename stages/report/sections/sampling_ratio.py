"""The section on the sampling ratio: every metric against `sampling_strategy`, from the trials of tuning."""

from dataclasses import dataclass
import json
from typing import Any

from stages.report.context import ReportContext
from stages.report.formatting import format_axis_title, format_metric, get_digits
from stages.report.rendering.blocks import Block, Chart, Charts, Panel, Paragraph, Section, Table, to_columns
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.cross_validation import MeanStd
from stages.shared.schemas.tuning import Tuning, TuningTrial

_TITLE = "Other sampling ratios"

#: the chart distinguishes this many lines
_MAX_LINES = 8

_EXPLAINED = (
    "Lines are means over the folds of train, and bands are ± one standard deviation. Where a line is flat within its "
    "band, the ratio hardly matters. The best of many trials looks too good. Precision, recall, F1 and G-mean are of "
    "raw scores at 0.5. models/<strategy>/tuning.json has every trial."
)


@dataclass(frozen=True)
class Sweep:
    """The trials for one candidate: a value of every metric per line and ratio."""

    name: str
    best_ratio: float
    ratios: list[float]  # rising
    lines: list[str]  # the other settings of the sampler, such as k_neighbors = 3
    metrics: dict[str, list[list[MeanStd | None]]]  # metric -> line -> ratio; None without a trial

    def to_script_data(self) -> dict[str, Any]:
        """Return the sweep for the script: pairs of mean and standard deviation, null without a trial."""
        cells = {
            metric: [[value and [value.mean, value.sd] for value in line] for line in lines]
            for metric, lines in self.metrics.items()
        }
        return {
            "name": self.name, "best": self.best_ratio, "ratios": self.ratios, "lines": self.lines, "metrics": cells,
        }  # fmt: skip


def make_section(context: ReportContext) -> Section:
    """Return a slider over the ratio, with a table at the ratio and a chart per metric."""
    sweeps = find_sweeps(context.tunings)
    if not sweeps:
        return Section("ratio", _TITLE, [])
    names = [sweep.name for sweep in sweeps]
    first = sweeps[names.index(str(context.champion)) if str(context.champion) in names else 0]
    index = first.ratios.index(first.best_ratio) if first.best_ratio in first.ratios else 0
    table, metrics = make_ratio_table(first, index), {metric for sweep in sweeps for metric in sweep.metrics}
    values = {"names": names, "first": names.index(first.name), "index": index, "sweep": first, "table": table}
    data = {
        "sweeps": [sweep.to_script_data() for sweep in sweeps],
        "labels": {metric: format_axis_title(metric) for metric in sorted(metrics)},
        "digits": {metric: get_digits(metric) for metric in sorted(metrics)},
    }
    blocks: list[Block] = [
        Paragraph(_EXPLAINED),
        Panel("ratio.html.j2", values, data, [table]),
        Charts([_make_chart(first, metric) for metric in first.metrics]),
    ]
    return Section("ratio", _TITLE, blocks)


def find_sweeps(tunings: dict[str, dict[str, Tuning]]) -> list[Sweep]:
    """Return the candidates with trials of more than one ratio, in params order."""
    sweeps = []
    for strategy, classifiers in tunings.items():
        for classifier, tuning in classifiers.items():
            trials = [(ratio, trial) for trial in tuning.results if (ratio := _get_ratio(trial.sampler)) is not None]
            if len({ratio for ratio, _ in trials}) > 1:
                sweeps.append(_make_sweep(f"{strategy} × {classifier}", tuning, trials))
    return sweeps


def _make_sweep(name: str, tuning: Tuning, trials: list[tuple[float, TuningTrial]]) -> Sweep:
    ratios = sorted({ratio for ratio, _ in trials})
    lines = list(dict.fromkeys(_describe_line(trial.sampler) for _, trial in trials))[:_MAX_LINES]
    sign = -METRICS[tuning.metric].sign
    best: dict[tuple[str, float], TuningTrial] = {}  # of trials that differ in the classifier's settings only
    for ratio, trial in sorted(trials, key=lambda item: sign * item[1].metrics[tuning.metric].mean):
        best.setdefault((_describe_line(trial.sampler), ratio), trial)
    metrics = {
        metric: [
            [best[line, ratio].metrics[metric] if (line, ratio) in best else None for ratio in ratios] for line in lines
        ]
        for metric in trials[0][1].metrics
    }
    best_ratio = _get_ratio(tuning.chosen.sampler)
    return Sweep(name, ratios[0] if best_ratio is None else best_ratio, ratios, lines, metrics)


def _get_ratio(sampler: dict[str, Any]) -> float | None:
    value = sampler.get("sampling_strategy")
    return float(value) if isinstance(value, int | float) else None


def _describe_line(sampler: dict[str, Any]) -> str:
    others = {key: value for key, value in sampler.items() if key != "sampling_strategy"}
    settings = (f"{key} = {value if isinstance(value, str) else json.dumps(value)}" for key, value in others.items())
    return ", ".join(settings) or "as in params.yaml"


def make_ratio_table(sweep: Sweep, index: int) -> Table:
    """Return every metric at one ratio, a column per line."""
    rows = [
        [format_axis_title(metric), *(_format_value(metric, line[index]) for line in lines)]
        for metric, lines in sweep.metrics.items()
    ]
    caption = f"{sweep.name} at sampling_strategy {sweep.ratios[index]:g}."
    return Table(caption, ["Metric", *sweep.lines], rows, "l" + "r" * len(sweep.lines))


def _make_chart(sweep: Sweep, metric: str) -> Chart:
    points = [
        {
            "series": str(i), "line": line, "ratio": ratio, "mean": value.mean,
            "low": round(value.mean - value.sd, 6), "high": round(value.mean + value.sd, 6),
        }
        for i, line in enumerate(sweep.lines)
        for ratio, value in zip(sweep.ratios, sweep.metrics[metric][i], strict=True)
        if value
    ]  # fmt: skip
    columns = to_columns(points)
    means = columns["mean"]
    title = format_axis_title(metric)
    text = (
        f"{title} of {sweep.name} for {len(sweep.ratios)} sampling ratios from {sweep.ratios[0]:g} to "
        f"{sweep.ratios[-1]:g}: between {format_metric(metric, min(means))} and {format_metric(metric, max(means))}."
    )
    return Chart(
        f"ratio-{metric}",
        title[0].upper() + title[1:],
        text,
        "tuning",
        columns,
        words={"y": METRICS[metric].label},
        signals={"ratio": sweep.best_ratio},
    )


def _format_value(metric: str, value: MeanStd | None) -> str:
    return f"{format_metric(metric, value.mean)} ± {format_metric(metric, value.sd)}" if value else "not tried"
