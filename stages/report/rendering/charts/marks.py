"""Parts that several charts use: rows, scales, lines and tooltips."""

from typing import Any

import altair as alt

from stages.report.rendering.charts import theme

ROWS = alt.NamedData(name=theme.DATA)
UNIT_SCALE = alt.Scale(domain=[0, 1])
CLASSES = alt.Color(
    "part:N",
    legend=None,
    scale=alt.Scale(domain=["negative", "positive", "added"], range=[theme.NEGATIVE, theme.POSITIVE, theme.ADDED]),
)

NUMBERS = [str(i) for i in range(len(theme.COLORS))]
STAR = "M0,-1L.22,-.3L.95,-.31L.36,.12L.59,.81L0,.4L-.59,.81L-.36,.12L-.95,-.31L-.22,-.3Z"
SHAPES = [
    "circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left", STAR,
]  # fmt: skip


def make_lines(x_title: str, y_title: str, interpolate: Any, *, point: bool = False) -> Any:
    """Return curves of several candidates in the unit square."""
    curve = alt.Chart().mark_line(
        interpolate=interpolate, point=alt.OverlayMarkDef(size=24) if point else False, clip=True
    )
    encoded = curve.encode(
        x=alt.X("x:Q", title=x_title, scale=UNIT_SCALE, axis=alt.Axis(tickCount=5)),
        y=alt.Y("y:Q", title=y_title, scale=UNIT_SCALE, axis=alt.Axis(tickCount=5)),
        color=color_by_series(),
        strokeDash=dash_by_series(),
        tooltip=make_tooltips(name="candidate", x=x_title, y=y_title),
    )
    return set_size(alt.layer(encoded, data=ROWS))


def make_diagonal() -> Any:
    """Return the line from (0, 0) to (1, 1)."""
    ends = alt.InlineData(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}])
    return alt.Chart(ends).mark_line(strokeDash=[3, 3], strokeWidth=1, color=theme.NEGATIVE).encode(x="x:Q", y="y:Q")


def make_training_curve(train: str, validation: str, title: str) -> Any:
    """Return a value by epoch for train and validation."""
    colors = alt.Scale(domain=[train, validation], range=[theme.TRAIN, theme.VALIDATION])
    strokes = alt.Scale(domain=[train, validation], range=[[1, 0], [5, 3]])
    curves = alt.Chart().transform_fold([train, validation], as_=["part", "value"]).mark_line()
    return curves.encode(
        x=alt.X(
            "epoch:Q", title="{x}", scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(tickCount=5, grid=False)
        ),
        y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)),
        color=alt.Color("part:N", legend=None, scale=colors),
        strokeDash=alt.StrokeDash("part:N", legend=None, scale=strokes),
        tooltip=make_tooltips(
            epoch="{x}",
            train_loss="train loss",
            validation_loss="validation loss",
            train_accuracy="train accuracy",
            validation_accuracy="validation accuracy",
        ),
    ).properties(width=theme.WIDTH - 25, height=110)


def set_size(chart: Any, width: int = theme.WIDTH, height: int = theme.HEIGHT) -> Any:
    """Return `chart` in a size that fits three in a row."""
    return chart.properties(width=width, height=height)


def color_by_series() -> alt.Color:
    """Return the color of each line, by its number."""
    return alt.Color("series:N", legend=None, scale=alt.Scale(domain=NUMBERS, range=theme.COLORS))


def dash_by_series() -> alt.StrokeDash:
    """Return the dash of each line, so that lines differ without color."""
    return alt.StrokeDash("series:N", legend=None, scale=alt.Scale(domain=NUMBERS, range=theme.DASHES))


def make_tooltips(**titles: str) -> list[alt.Tooltip]:
    """Return tooltips: fields with their titles."""
    return [alt.Tooltip(field=field, title=title) for field, title in titles.items()]
