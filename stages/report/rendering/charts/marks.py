"""What several charts are made of: their rows, scales, lines and tooltips."""

from typing import Any

import altair as alt

from stages.report.rendering.charts import theme

ROWS = alt.NamedData(name=theme.DATA)
GROUP = alt.Scale(domain=[0, 1])
CLASSES = alt.Color(
    "part:N",
    legend=None,
    scale=alt.Scale(domain=["negative", "positive", "added"], range=[theme.NEGATIVE, theme.POSITIVE, theme.ADDED]),
)

NUMBERS = [str(number) for number in range(len(theme.COLOURS))]
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]


def lines(x: str, across: str, up: str, interpolate: Any, *, point: bool = False) -> Any:
    """Curves of several candidates over the unit square."""
    curve = alt.Chart().mark_line(
        interpolate=interpolate, point=alt.OverlayMarkDef(size=24) if point else False, clip=True
    )
    drawn = curve.encode(
        x=alt.X(f"{x}:Q", title=across, scale=GROUP, axis=alt.Axis(tickCount=5)),
        y=alt.Y("y:Q", title=up, scale=GROUP, axis=alt.Axis(tickCount=5)),
        color=series(),
        strokeDash=dashes(),
        tooltip=tips(name="candidate", x=across, y=up),
    )
    return sized(alt.layer(drawn, data=ROWS))


def diagonal() -> Any:
    """The line from (0, 0) to (1, 1)."""
    ends = alt.InlineData(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}])
    return alt.Chart(ends).mark_line(strokeDash=[3, 3], strokeWidth=1, color=theme.NEGATIVE).encode(x="x:Q", y="y:Q")


def course(train: str, validation: str, title: str, height: int) -> Any:
    """A value by epoch, for the training and the validation part."""
    colours = alt.Scale(domain=[train, validation], range=[theme.TRAIN, theme.VALIDATION])
    strokes = alt.Scale(domain=[train, validation], range=[[1, 0], [5, 3]])
    curves = alt.Chart().transform_fold([train, validation], as_=["part", "value"]).mark_line()
    return curves.encode(
        x=alt.X(
            "epoch:Q", title="{x}", scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(tickCount=5, grid=False)
        ),
        y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)),
        color=alt.Color("part:N", legend=None, scale=colours),
        strokeDash=alt.StrokeDash("part:N", legend=None, scale=strokes),
        tooltip=tips(
            epoch="{x}",
            train_loss="train loss",
            validation_loss="validation loss",
            train_accuracy="train accuracy",
            validation_accuracy="validation accuracy",
        ),
    ).properties(width=theme.WIDTH - 25, height=height)


def sized(chart: Any, width: int = theme.WIDTH, height: int = theme.HEIGHT) -> Any:
    """`chart` in the size that fits a phone."""
    return chart.properties(width=width, height=height)


def series() -> alt.Color:
    """A colour for each line, by its number."""
    return alt.Color("series:N", legend=None, scale=alt.Scale(domain=NUMBERS, range=theme.COLOURS))


def dashes() -> alt.StrokeDash:
    """A dash for each line, so that colour is never alone."""
    return alt.StrokeDash("series:N", legend=None, scale=alt.Scale(domain=NUMBERS, range=theme.DASHES))


def tips(**titles: str) -> list[alt.Tooltip]:
    """What a tooltip shows: fields with their titles."""
    return [alt.Tooltip(field=field, title=title) for field, title in titles.items()]
