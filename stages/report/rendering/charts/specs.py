"""Every chart of the page in the language of Vega-Lite, without its rows.

A title in braces, such as `{x}`, is a word that a chart brings along. Names of the user's table never stand in a
specification: they are data, so nothing in them can be taken for an expression or a field.
"""

from collections.abc import Callable
from typing import Any

import altair as alt

from stages.report.rendering.charts import marks, theme
from stages.report.rendering.charts.marks import CLASSES, GROUP, NUMBERS, ROWS, SHAPES


def roc() -> Any:
    """Recall against the false positive rate, with the line of guessing."""
    return marks.lines("x", "false positive rate", "recall", "step-after") + marks.diagonal()


def precision_recall() -> Any:
    """Precision against recall, with the line of the prevalence."""
    guessing = alt.Chart().mark_rule(strokeDash=[3, 3], color=theme.NEGATIVE).encode(y="max(prevalence):Q")
    return marks.lines("x", "recall", "precision", "step-before") + guessing


def calibration() -> Any:
    """Share of positives against mean score, with the line of truth."""
    return marks.lines("x", "mean score of a tenth", "share of positives", "linear", point=True) + marks.diagonal()


def scores() -> Any:
    """Test rows by score and class on a logarithmic scale, one candidate below the other."""
    bars = alt.Chart().mark_bar(opacity=0.65, clip=True)
    bars = bars.encode(
        x=alt.X("low:Q", title="score", scale=GROUP, axis=alt.Axis(tickCount=5)),
        x2="high:Q",
        y2=alt.Y2Datum(0),
        y=alt.Y(
            "rows:Q",
            title="rows",
            stack=None,
            scale=alt.Scale(type="symlog"),
            axis=alt.Axis(values=[1, 10, 100, 1000, 10**4, 10**5, 10**6]),
        ),
        color=CLASSES,
        tooltip=marks.tips(name="candidate", label="class", low="score from", high="to", rows="rows"),
    ).properties(width=theme.WIDTH, height=56)
    row = alt.Row(
        "name:N", title=None, sort=None, header=alt.Header(labelOrient="top", labelAnchor="start", labelPadding=2)
    )
    return bars.facet(row=row, data=ROWS, spacing=8)


def candidates() -> Any:
    """Any two metrics of all candidates; the champion has a ring."""
    indices = {
        "x": alt.X("x:Q", title="{x}", scale=alt.Scale(zero=False, padding=8), axis=alt.Axis(tickCount=5)),
        "y": alt.Y("y:Q", title="{y}", scale=alt.Scale(zero=False, padding=8), axis=alt.Axis(tickCount=5)),
    }
    points = (
        alt.Chart()
        .mark_point(filled=True, size=60, opacity=0.85)
        .encode(
            **indices,
            color=marks.series(),
            shape=alt.Shape("series:N", legend=None, scale=alt.Scale(domain=NUMBERS, range=SHAPES)),
            tooltip=marks.tips(name="candidate", x="{x}", y="{y}"),
        )
    )
    ring = alt.Chart().mark_point(size=230, strokeWidth=1.6, color=theme.NEGATIVE).encode(**indices)
    return marks.sized(alt.layer(points, ring.transform_filter(alt.datum.champion), data=ROWS), height=260, width=300)


def threshold() -> Any:
    """Recall and precision against the threshold, with a line where it was tuned and one where the slider stands."""
    parts = ["recall", "precision"]
    lines = alt.Chart().transform_fold(["recall", "precision"], as_=["part", "value"]).mark_line()
    lines = lines.encode(
        x=alt.X("threshold:Q", title="threshold", scale=GROUP, axis=alt.Axis(tickCount=5)),
        y=alt.Y("value:Q", title=None, scale=GROUP, axis=alt.Axis(tickCount=3)),
        color=alt.Color("part:N", legend=None, scale=alt.Scale(domain=parts, range=theme.COLOURS[:2])),
        strokeDash=alt.StrokeDash("part:N", legend=None, scale=alt.Scale(domain=parts, range=theme.DASHES[:2])),
        tooltip=marks.tips(threshold="threshold", recall="recall", precision="precision"),
    )
    tuned = alt.Chart().mark_rule(strokeDash=[3, 3], color=theme.NEGATIVE).encode(x="max(tuned):Q")
    here = alt.Chart().transform_calculate(here="at").mark_rule(color=theme.NEGATIVE, strokeWidth=1.5)
    layers = alt.layer(lines, tuned, here.encode(x="max(here):Q"), data=ROWS)
    return marks.sized(layers.add_params(alt.param(name="at", value=0)), height=90)


def tuning() -> Any:
    """A metric against the sampling ratio, a line for each other setting, with ± one sd over the folds."""
    x = alt.X("ratio:Q", title="sampling_strategy", scale=alt.Scale(zero=False, padding=6), axis=alt.Axis(tickCount=5))
    scale = alt.Scale(zero=False)
    band = (
        alt.Chart()
        .mark_area(opacity=0.15)
        .encode(x=x, y=alt.Y("low:Q", title="{y}", scale=scale), y2="high:Q", color=marks.series())
    )
    line = (
        alt.Chart()
        .mark_line(point=alt.OverlayMarkDef(size=28))
        .encode(
            x=x,
            y=alt.Y("mean:Q", title="{y}", scale=scale, axis=alt.Axis(tickCount=4)),
            color=marks.series(),
            strokeDash=marks.dashes(),
            tooltip=marks.tips(
                line="setting", ratio="sampling_strategy", mean="mean", low="mean − sd", high="mean + sd"
            ),
        )
    )
    here = alt.Chart().transform_calculate(here="ratio").mark_rule(color=theme.NEGATIVE, strokeWidth=1.5)
    here = here.encode(x=alt.X("max(here):Q", title="sampling_strategy"))
    layers = alt.layer(band, line, here, data=ROWS).add_params(alt.param(name="ratio", value=0))
    return marks.sized(layers, height=120)


def classes() -> Any:
    """The rows that a classifier learns from, by class, with those that a sampler added."""
    return (
        alt.Chart(ROWS)
        .mark_bar()
        .encode(
            x=alt.X("rows:Q", title="rows of train in the last fit", axis=alt.Axis(tickCount=4)),
            y=alt.Y("strategy:N", title=None, sort=None),
            color=CLASSES,
            order="order:Q",
            tooltip=marks.tips(strategy="strategy", label="class", rows="rows"),
        )
        .properties(width=210, height=alt.Step(18))
    )


def training() -> Any:
    """Loss and accuracy by epoch or round, of the rows that were learned from and of those that were not."""
    return alt.vconcat(
        marks.course("train_loss", "validation_loss", "log loss", 100),
        marks.course("train_accuracy", "validation_accuracy", "accuracy", 70),
        data=ROWS,
        spacing=8,
    ).resolve_scale(color="independent", strokeDash="independent")


def parts() -> Any:
    """What each column, or each hidden unit, adds to one prediction."""
    return (
        alt.Chart(ROWS)
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title="{x}", axis=alt.Axis(tickCount=4)),
            y=alt.Y("name:N", title=None, sort=None),
            color=alt.condition("datum.value < 0", alt.value(theme.TRAIN), alt.value(theme.POSITIVE)),
            tooltip=marks.tips(name="part", value="adds"),
        )
        .properties(width=200, height=alt.Step(17))
    )


SPECS: dict[str, Callable[[], Any]] = {
    chart.__name__: chart
    for chart in (roc, precision_recall, calibration, scores, candidates, threshold, tuning, classes, training, parts)
}


def spec(name: str) -> dict[str, Any]:
    """The specification of that name as plain JSON, checked against the schema of Vega-Lite."""
    return {**SPECS[name]().to_dict(), "config": theme.CONFIG}
