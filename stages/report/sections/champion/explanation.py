"""The section that explains the champion: what it uses, how it reacts, and where in the table it fails."""

from operator import attrgetter
from typing import Any

from stages.report.champion.sentences import describe_line
from stages.report.context import ReportContext
from stages.report.formatting import (
    format_count,
    format_difference,
    format_difference_interval,
    format_metric,
    format_percent,
)
from stages.report.rendering.axis import Axis, make_axis
from stages.report.rendering.blocks import Block, Chart, Charts, Details, Head, Paragraph, Section, Span, Table
from stages.report.sections.candidate_comparison import make_calibration
from stages.report.verdict.cells import format_verdict, make_span
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.curves import Dependence, Explanation, Importance, Slice

#: features in the first table; the others are folded
_MAX_ROWS = 10

_LOSS = "Average precision lost"


def make_section(context: ReportContext) -> Section:
    """Return the section; without an explanation of the champion's strategy it has the calibration alone."""
    best, explanation = context.champion, context.explanation
    blocks: list[Block] = []
    section = Section("model", "What the model uses, and where it fails", blocks)
    curves = [make_calibration(context, [best], "chart-champion-calibration")]
    if explanation is not None and explanation.importance:
        blocks += _show_importance(context, explanation.importance)
        curves = [_make_chart(*item) for item in enumerate(_group_by_feature(explanation.dependence))] + curves
    blocks.append(Charts(curves))
    if line := describe_line(best):
        blocks.append(Paragraph(line))
    if explanation is None:
        return section
    if explanation.slices:
        blocks += _show_slices(context, explanation)
    if str(explanation) != str(best):
        text = f"{explanation} is explained here: of this strategy, evaluate explains it alone."
        blocks.insert(0, Paragraph(text))
    return section


def _show_importance(context: ReportContext, importance: list[Importance]) -> list[Block]:
    axis = make_axis([(item.low, item.high) for item in importance])
    rows: list[list[str | Span]] = [[item.feature, _make_loss(item, axis)] for item in importance]
    used = sum(item.low > 0 for item in importance)
    level = format_percent(context.leaderboard.settings.confidence)
    caption = (
        f"Average precision that the model loses on test when the values of a feature are shuffled, with its {level} "
        f"interval. {format_count(used)} of {format_count(len(importance))} features show a loss that is not noise. A "
        "feature can look unused where others say the same."
    )
    header: list[str | Head] = ["Feature", Head(_LOSS, axis)]
    blocks: list[Block] = [Table(caption, header, rows[:_MAX_ROWS], "ln")]
    if len(rows) > _MAX_ROWS:
        others = Table("The other features.", header, rows[_MAX_ROWS:], "ln")
        blocks.append(Details(f"{format_count(len(rows) - _MAX_ROWS)} more features", [others]))
    return blocks


def _make_loss(item: Importance, axis: Axis) -> Span:
    text, bounds = (
        format_difference("average_precision", item.loss),
        f"({format_difference_interval('average_precision', item.low, item.high)})",
    )
    return Span(text, bounds, "used" if item.low > 0 else "cannot_tell", item.low, item.loss, item.high, axis)


def _group_by_feature(dependence: list[Dependence]) -> list[list[Dependence]]:
    names = dict.fromkeys(item.feature for item in dependence)
    return [[item for item in dependence if item.feature == name] for name in names]


def _make_chart(index: int, items: list[Dependence]) -> Chart:
    """Return the mean probability by the number or the category of a feature."""
    feature, probability = items[0].feature, attrgetter("probability")
    lowest, highest = min(items, key=probability), max(items, key=probability)
    values: list[Any] = [item.category if item.number is None else item.number for item in items]
    text = (
        f"Mean probability by {feature}: lowest {lowest.probability:.3f} at {_name_value(lowest)}, highest "
        f"{highest.probability:.3f} at {_name_value(highest)}."
    )
    spec = "dependence_categories" if items[0].number is None else "dependence"
    columns = {"value": values, "probability": [item.probability for item in items]}
    key, title = f"chart-dependence-{index}", f"Probability by {feature}"
    caption = "The mean if every row had this value, also where no row could have it."
    return Chart(key, title, text, spec, columns, caption=caption)


def _name_value(item: Dependence) -> str:
    return str(item.category) if item.number is None else f"{item.number:.6g}"


def _show_slices(context: ReportContext, explanation: Explanation) -> list[Block]:
    slices = explanation.slices
    ranked = sorted(slices, key=lambda item: (not item.watched, item.verdict != "worse", item.difference or 0.0))
    first = [item for item in ranked if item.watched or item.verdict == "worse"]
    others = [item for item in ranked if item not in first]
    rows = "test rows and out-of-fold rows of train" if context.leaderboard.settings.rows == "all" else "test rows"
    level = format_percent(context.leaderboard.settings.confidence)
    caption = (
        f"Recall and specificity in parts of the table at the tuned threshold, against all other rows, worst first. "
        f"{format_count(explanation.worse)} of {format_count(explanation.compared)} comparisons are worse. Rows are "
        f"{rows}; the {level} intervals hold at once. A part with more positives has more false alarms at the same "
        "threshold."
    )
    blocks: list[Block] = [_make_slice_table(caption, first)] if first else [Paragraph(caption)]
    if others:
        table = _make_slice_table("Of the slices that are not worse those with the lowest difference.", others)
        blocks.append(Details("Slices that are not worse", [table]))
    return blocks


def _make_slice_table(caption: str, slices: list[Slice]) -> Table:
    axis = make_axis([(item.low, item.high) for item in slices if item.low is not None and item.high is not None])
    rows: list[list[str | Span]] = [
        [
            f"{item.label}{' (watched)' if item.watched else ''}",
            METRICS[item.metric].label,
            format_count(item.rows),
            "–" if item.value is None else format_metric(item.metric, item.value),
            _make_difference(item, axis),
        ]
        for item in slices
    ]
    header: list[str | Head] = ["Slice", "Metric", "Rows", "Value", Head("Against all other rows", axis)]
    return Table(caption, header, rows, "llrrn")


def _make_difference(item: Slice, axis: Axis) -> Span | str:
    if item.difference is None or item.low is None or item.high is None:
        return f"{format_verdict(item.verdict)}: too few rows"
    return make_span(item.verdict, item.metric, item.difference, item.low, item.high, axis)
