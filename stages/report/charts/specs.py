"""Every chart of the page in the language of Vega-Lite, without its rows.

A title in braces, such as `{x}`, is a word that a chart brings along. Names of the user's table never stand in a
specification: they are data, so nothing in them can be taken for an expression or a field.
"""

from collections.abc import Callable
from typing import Any

import altair as alt

from stages.report.charts import theme

_ROWS = alt.NamedData(name=theme.DATA)
_UNIT = alt.Scale(domain=[0, 1])
_CLASSES = alt.Color(
    "part:N",
    legend=None,
    scale=alt.Scale(domain=["negative", "positive", "added"], range=[theme.NEGATIVE, theme.POSITIVE, theme.ADDED]),
)


def roc() -> Any:
    """Recall against the false positive rate, with the line of guessing."""
    return _lines("x", "false positive rate", "recall", "step-after") + _diagonal()


def precision_recall() -> Any:
    """Precision against recall, with the line of the prevalence."""
    guessing = alt.Chart().mark_rule(strokeDash=[3, 3], color=theme.NEGATIVE).encode(y="max(prevalence):Q")
    return _lines("x", "recall", "precision", "step-before") + guessing


def calibration() -> Any:
    """Share of positives against mean score, with the line of truth."""
    return _lines("x", "mean score of a tenth", "share of positives", "linear", point=True) + _diagonal()


def scores() -> Any:
    """Test rows by score and class on a logarithmic scale, one candidate below the other."""
    bars = alt.Chart().mark_bar(opacity=0.65, clip=True)
    bars = bars.encode(
        x=alt.X("low:Q", title="score", scale=_UNIT, axis=alt.Axis(tickCount=5)),
        x2="high:Q",
        y2=alt.Y2Datum(0),
        y=alt.Y(
            "rows:Q",
            title="rows",
            stack=None,
            scale=alt.Scale(type="symlog"),
            axis=alt.Axis(values=[1, 10, 100, 1000, 10**4, 10**5, 10**6]),
        ),
        color=_CLASSES,
        tooltip=_tips(name="candidate", label="class", low="score from", high="to", rows="rows"),
    ).properties(width=theme.WIDTH, height=56)
    row = alt.Row(
        "name:N", title=None, sort=None, header=alt.Header(labelOrient="top", labelAnchor="start", labelPadding=2)
    )
    return bars.facet(row=row, data=_ROWS, spacing=8)


def candidates() -> Any:
    """Any two metrics of all candidates; the champion has a ring."""
    places = {
        "x": alt.X("x:Q", title="{x}", scale=alt.Scale(zero=False, padding=8), axis=alt.Axis(tickCount=5)),
        "y": alt.Y("y:Q", title="{y}", scale=alt.Scale(zero=False, padding=8), axis=alt.Axis(tickCount=5)),
    }
    points = (
        alt.Chart()
        .mark_point(filled=True, size=60, opacity=0.85)
        .encode(
            **places,
            color=_series(),
            shape=alt.Shape("series:N", legend=None, scale=alt.Scale(domain=_NUMBERS, range=_SHAPES)),
            tooltip=_tips(name="candidate", x="{x}", y="{y}"),
        )
    )
    ring = alt.Chart().mark_point(size=230, strokeWidth=1.6, color=theme.NEGATIVE).encode(**places)
    return _sized(alt.layer(points, ring.transform_filter(alt.datum.champion), data=_ROWS), height=260, width=300)


def threshold() -> Any:
    """Recall and precision against the threshold, with a line where it was tuned and one where the slider stands."""
    parts = ["recall", "precision"]
    lines = alt.Chart().transform_fold(["recall", "precision"], as_=["part", "value"]).mark_line()
    lines = lines.encode(
        x=alt.X("threshold:Q", title="threshold", scale=_UNIT, axis=alt.Axis(tickCount=5)),
        y=alt.Y("value:Q", title=None, scale=_UNIT, axis=alt.Axis(tickCount=3)),
        color=alt.Color("part:N", legend=None, scale=alt.Scale(domain=parts, range=theme.COLOURS[:2])),
        strokeDash=alt.StrokeDash("part:N", legend=None, scale=alt.Scale(domain=parts, range=theme.DASHES[:2])),
        tooltip=_tips(threshold="threshold", recall="recall", precision="precision"),
    )
    tuned = alt.Chart().mark_rule(strokeDash=[3, 3], color=theme.NEGATIVE).encode(x="max(tuned):Q")
    here = alt.Chart().transform_calculate(here="at").mark_rule(color=theme.NEGATIVE, strokeWidth=1.5)
    layers = alt.layer(lines, tuned, here.encode(x="max(here):Q"), data=_ROWS)
    return _sized(layers.add_params(alt.param(name="at", value=0)), height=90)


def tuning() -> Any:
    """A metric against the sampling ratio, a line for each other setting, with ± one sd over the folds."""
    x = alt.X("ratio:Q", title="sampling_strategy", scale=alt.Scale(zero=False, padding=6), axis=alt.Axis(tickCount=5))
    scale = alt.Scale(zero=False)
    band = (
        alt.Chart()
        .mark_area(opacity=0.15)
        .encode(x=x, y=alt.Y("low:Q", title="{y}", scale=scale), y2="high:Q", color=_series())
    )
    line = (
        alt.Chart()
        .mark_line(point=alt.OverlayMarkDef(size=28))
        .encode(
            x=x,
            y=alt.Y("mean:Q", title="{y}", scale=scale, axis=alt.Axis(tickCount=4)),
            color=_series(),
            strokeDash=_dashes(),
            tooltip=_tips(line="setting", ratio="sampling_strategy", mean="mean", low="mean − sd", high="mean + sd"),
        )
    )
    here = alt.Chart().transform_calculate(here="ratio").mark_rule(color=theme.NEGATIVE, strokeWidth=1.5)
    here = here.encode(x=alt.X("max(here):Q", title="sampling_strategy"))
    layers = alt.layer(band, line, here, data=_ROWS).add_params(alt.param(name="ratio", value=0))
    return _sized(layers, height=120)


def classes() -> Any:
    """The rows that a classifier learns from, by class, with those that a sampler added."""
    return (
        alt.Chart(_ROWS)
        .mark_bar()
        .encode(
            x=alt.X("rows:Q", title="rows of train in the last fit", axis=alt.Axis(tickCount=4)),
            y=alt.Y("strategy:N", title=None, sort=None),
            color=_CLASSES,
            order="order:Q",
            tooltip=_tips(strategy="strategy", label="class", rows="rows"),
        )
        .properties(width=210, height=alt.Step(18))
    )


def training() -> Any:
    """Loss and accuracy by epoch or round, of the rows that were learned from and of those that were not."""
    return alt.vconcat(
        _course("train_loss", "validation_loss", "log loss", 100),
        _course("train_accuracy", "validation_accuracy", "accuracy", 70),
        data=_ROWS,
        spacing=8,
    ).resolve_scale(color="independent", strokeDash="independent")


def parts() -> Any:
    """What each column, or each hidden unit, adds to one prediction."""
    return (
        alt.Chart(_ROWS)
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title="{x}", axis=alt.Axis(tickCount=4)),
            y=alt.Y("name:N", title=None, sort=None),
            color=alt.condition("datum.value < 0", alt.value(theme.TRAIN), alt.value(theme.POSITIVE)),
            tooltip=_tips(name="part", value="adds"),
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


_NUMBERS = [str(number) for number in range(len(theme.COLOURS))]
_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]


def _lines(x: str, across: str, up: str, interpolate: Any, *, point: bool = False) -> Any:
    lines = alt.Chart().mark_line(
        interpolate=interpolate, point=alt.OverlayMarkDef(size=24) if point else False, clip=True
    )
    drawn = lines.encode(
        x=alt.X(f"{x}:Q", title=across, scale=_UNIT, axis=alt.Axis(tickCount=5)),
        y=alt.Y("y:Q", title=up, scale=_UNIT, axis=alt.Axis(tickCount=5)),
        color=_series(),
        strokeDash=_dashes(),
        tooltip=_tips(name="candidate", x=across, y=up),
    )
    return _sized(alt.layer(drawn, data=_ROWS))


def _diagonal() -> Any:
    ends = alt.InlineData(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}])
    return alt.Chart(ends).mark_line(strokeDash=[3, 3], strokeWidth=1, color=theme.NEGATIVE).encode(x="x:Q", y="y:Q")


def _course(train: str, validation: str, title: str, height: int) -> Any:
    colours = alt.Scale(domain=[train, validation], range=[theme.TRAIN, theme.VALIDATION])
    dashes = alt.Scale(domain=[train, validation], range=[[1, 0], [5, 3]])
    lines = alt.Chart().transform_fold([train, validation], as_=["part", "value"]).mark_line()
    return lines.encode(
        x=alt.X(
            "epoch:Q", title="{x}", scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(tickCount=5, grid=False)
        ),
        y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)),
        color=alt.Color("part:N", legend=None, scale=colours),
        strokeDash=alt.StrokeDash("part:N", legend=None, scale=dashes),
        tooltip=_tips(
            epoch="{x}",
            train_loss="train loss",
            validation_loss="validation loss",
            train_accuracy="train accuracy",
            validation_accuracy="validation accuracy",
        ),
    ).properties(width=theme.WIDTH - 25, height=height)


def _sized(chart: Any, width: int = theme.WIDTH, height: int = theme.HEIGHT) -> Any:
    return chart.properties(width=width, height=height)


def _series() -> alt.Color:
    return alt.Color("series:N", legend=None, scale=alt.Scale(domain=_NUMBERS, range=theme.COLOURS))


def _dashes() -> alt.StrokeDash:
    return alt.StrokeDash("series:N", legend=None, scale=alt.Scale(domain=_NUMBERS, range=theme.DASHES))


def _tips(**titles: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(field=field, title=title) for field, title in titles.items()]
