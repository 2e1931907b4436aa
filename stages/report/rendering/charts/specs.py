"""The Vega-Lite specification of every chart of the page, without its rows.

A chart replaces a title in braces, such as `{x}`, by a word. A specification never contains names of the user's table.
They are data, so Vega cannot read them as an expression or a field.
"""

from collections.abc import Callable
from typing import Any

import altair as alt

from stages.report.rendering.charts import marks, theme
from stages.report.rendering.charts.marks import CLASSES, NUMBERS, ROWS, SHAPES, UNIT_SCALE

#: titles of axes
_RECALL, _PRECISION = "recall (share of positives found)", "precision (share of alarms that are right)"
_RATIO = "sampling_strategy (minority / majority rows)"


def roc() -> Any:
    """Return recall against the false positive rate, with the line of a random classifier."""
    return (
        marks.make_lines("false positive rate (share of negatives)", "recall (share of positives)", "step-after")
        + marks.make_diagonal()
    )


def precision_recall() -> Any:
    """Return precision against recall, with the prevalence."""
    prevalence = alt.Chart().mark_rule(strokeDash=[3, 3], color=theme.NEGATIVE).encode(y="max(prevalence):Q")
    return marks.make_lines(_RECALL, _PRECISION, "step-before") + prevalence


def calibration() -> Any:
    """Return the share of positives against the mean score, with the line of perfect calibration."""
    return (
        marks.make_lines("mean score in a tenth of the scores", "share of positives", "linear", point=True)
        + marks.make_diagonal()
    )


def scores() -> Any:
    """Return test rows by score and class on a logarithmic scale, one candidate below the other."""
    bars = alt.Chart().mark_bar(opacity=0.65, clip=True)
    bars = bars.encode(
        x=alt.X("low:Q", title="score", scale=UNIT_SCALE, axis=alt.Axis(tickCount=5)),
        x2="high:Q",
        y2=alt.Y2Datum(0),
        y=alt.Y(
            "rows:Q",
            title="test rows",
            stack=None,
            scale=alt.Scale(type="symlog"),
            axis=alt.Axis(values=[1, 10, 100, 1000, 10**4, 10**5, 10**6]),
        ),
        color=CLASSES,
        tooltip=marks.make_tooltips(name="candidate", label="class", low="score from", high="to", rows="rows"),
    ).properties(width=theme.WIDE, height=64)
    row = alt.Row(
        "name:N", title=None, sort=None, header=alt.Header(labelOrient="top", labelAnchor="start", labelPadding=2)
    )
    return bars.facet(row=row, data=ROWS, spacing=8)


def candidates() -> Any:
    """Return any two metrics of all candidates; the champion has a ring."""
    axes = {
        "x": alt.X("x:Q", title="{x}", scale=alt.Scale(zero=False, padding=8), axis=alt.Axis(tickCount=5)),
        "y": alt.Y("y:Q", title="{y}", scale=alt.Scale(zero=False, padding=8), axis=alt.Axis(tickCount=5)),
    }
    points = (
        alt.Chart()
        .mark_point(filled=True, size=60, opacity=0.85)
        .encode(
            **axes,
            color=marks.color_by_series(),
            shape=alt.Shape("shape:N", legend=None, scale=alt.Scale(domain=NUMBERS, range=SHAPES)),
            tooltip=marks.make_tooltips(name="candidate", x="{x}", y="{y}"),
        )
    )
    ring = alt.Chart().mark_point(size=230, strokeWidth=1.6, color=theme.NEGATIVE).encode(**axes)
    return marks.set_size(
        alt.layer(points, ring.transform_filter(alt.datum.champion), data=ROWS), height=320, width=theme.WIDE
    )


def operating_point() -> Any:
    """Return precision against recall of one or two candidates, with a point on each that its signals move."""
    curves = marks.make_lines(_RECALL, _PRECISION, "step-before")
    for i in range(2):
        point = alt.Chart().transform_filter(alt.datum.series == NUMBERS[i])
        point = point.transform_calculate(at_x=f"x{i}", at_y=f"y{i}")
        point = point.mark_point(filled=True, size=130, opacity=1, shape=SHAPES[i], color=theme.COLORS[i])
        curves += point.encode(x="max(at_x):Q", y="max(at_y):Q")
    return curves.add_params(*(alt.param(name=f"{axis}{number}", value=0) for number in NUMBERS[:2] for axis in "xy"))


def tuning() -> Any:
    """Return a metric against the sampling ratio, a line per setting, with ± one standard deviation over the folds."""
    x = alt.X("ratio:Q", title=_RATIO, scale=alt.Scale(zero=False, padding=6), axis=alt.Axis(tickCount=5))
    scale = alt.Scale(zero=False)
    band = (
        alt.Chart()
        .mark_area(opacity=0.15)
        .encode(x=x, y=alt.Y("low:Q", title="{y}", scale=scale), y2="high:Q", color=marks.color_by_series())
    )
    line = (
        alt.Chart()
        .mark_line(point=alt.OverlayMarkDef(size=28))
        .encode(
            x=x,
            y=alt.Y("mean:Q", title="{y}", scale=scale, axis=alt.Axis(tickCount=4)),
            color=marks.color_by_series(),
            strokeDash=marks.dash_by_series(),
            tooltip=marks.make_tooltips(
                line="setting", ratio="sampling_strategy", mean="mean", low="mean − sd", high="mean + sd"
            ),
        )
    )
    slider = alt.Chart().transform_calculate(slider="ratio").mark_rule(color=theme.NEGATIVE, strokeWidth=1.5)
    slider = slider.encode(x=alt.X("max(slider):Q", title=_RATIO))
    layers = alt.layer(band, line, slider, data=ROWS).add_params(alt.param(name="ratio", value=0))
    return marks.set_size(layers, height=120)


def classes() -> Any:
    """Return rows by class, with those that a sampler added."""
    return (
        alt.Chart(ROWS)
        .mark_bar()
        .encode(
            x=alt.X("rows:Q", title="{x}", axis=alt.Axis(tickCount=4)),
            y=alt.Y("name:N", title=None, sort=None),
            color=CLASSES,
            order="order:Q",
            tooltip=marks.make_tooltips(name="name", label="class", rows="rows"),
        )
        .properties(width=theme.WIDE - 100, height=alt.Step(18))
    )


def training() -> Any:
    """Return loss and accuracy by epoch or round, on train and validation rows."""
    return alt.vconcat(
        marks.make_training_curve("train_loss", "validation_loss", "mean log loss"),
        marks.make_training_curve("train_accuracy", "validation_accuracy", "accuracy (share of rows)"),
        data=ROWS,
        spacing=8,
    ).resolve_scale(color="independent", strokeDash="independent")


def dependence() -> Any:
    """Return the mean probability by a number."""
    return _show_probability(
        alt.X("value:Q", title="value", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5)),
        alt.Chart(ROWS).mark_line(point=alt.OverlayMarkDef(size=24)),
    )


def dependence_categories() -> Any:
    """Return the mean probability by a category."""
    x = alt.X("value:N", title="category", sort=None, axis=alt.Axis(labelLimit=90, labelAngle=0))
    return _show_probability(x, alt.Chart(ROWS).mark_bar())


def _show_probability(x: alt.X, chart: alt.Chart) -> Any:
    """Return `chart` of a probability by `x`."""
    y = alt.Y("probability:Q", title="mean probability", scale=alt.Scale(domainMin=0), axis=alt.Axis(tickCount=4))
    return marks.set_size(
        chart.encode(x=x, y=y, tooltip=marks.make_tooltips(value="value", probability="mean probability")), height=120
    )


CHARTS = (
    roc, precision_recall, calibration, scores, candidates, operating_point, tuning, classes, training, dependence,
    dependence_categories,
)  # fmt: skip
SPECS: dict[str, Callable[[], Any]] = {chart.__name__: chart for chart in CHARTS}


def make_spec(name: str) -> dict[str, Any]:
    """Return the specification of that name as JSON, validated against the schema of Vega-Lite."""
    return {**SPECS[name]().to_dict(), "config": theme.CONFIG}
