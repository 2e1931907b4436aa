"""The section with the decision curve of the champion, where `select.metric` is a net benefit."""

from stages.report.context import ReportContext
from stages.report.formatting import format_metric, format_percent
from stages.report.rendering.axis import Axis, make_axis
from stages.report.rendering.blocks import Head, Section, Span, Table
from stages.report.verdict.cells import make_span
from stages.shared.metrics.verdicts import find_direction
from stages.shared.schemas.curves import Band

_KEY, _TITLE = "decision-curve", "What does acting on it gain?"

#: headings of the comparisons with the champion, by the key in net_benefit.json
TITLES = {"treat_all": "Against predicting every row positive", "treat_none": "Against predicting none"}


def make_section(context: ReportContext) -> Section:
    """Return the section, empty where evaluate made no decision curve."""
    curve, metric = context.decision_curves.get(str(context.champion)), context.leaderboard.settings.metric
    if curve is None:
        return Section(_KEY, _TITLE, [])
    titles = TITLES | {"reference": f"Against {context.leaderboard.reference}"}
    if str(context.champion) == str(context.leaderboard.reference):
        del titles["reference"]
    axes = {key: make_axis([*zip(curve.against[key].low, curve.against[key].high, strict=True)]) for key in titles}
    header: list[str | Head] = [
        "Threshold probability", "Net benefit", *(Head(title, axes[key]) for key, title in titles.items())
    ]  # fmt: skip
    rows: list[list[str | Span]] = [
        [
            f"{threshold:.3g}",
            format_metric(metric, curve.net_benefit[index]),
            *(_make_span(metric, curve.against[key], index, axis) for key, axis in axes.items()),
        ]
        for index, threshold in enumerate(curve.thresholds)
    ]
    level = format_percent(context.leaderboard.settings.confidence)
    caption = (
        f"Decision curve of {context.champion}: true positives minus false alarms times the odds of the threshold, per "
        "row, with calibrated probabilities. Differences are paired, on the rows of the effects; the "
        f"{level} band of a column holds at all its thresholds at once."
    )
    return Section(_KEY, _TITLE, [Table(caption, header, rows, "lr" + "n" * len(titles))])


def _make_span(metric: str, band: Band, index: int, axis: Axis) -> Span:
    low, middle, high = (values[index] for values in (band.low, band.difference, band.high))
    return make_span(find_direction(metric, low, high) or "cannot_tell", metric, middle, low, high, axis)
