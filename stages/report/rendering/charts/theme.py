"""The style of all charts: the name of their data, sizes, and colors for light and dark backgrounds."""

from typing import Any

#: the name of the rows in every specification
DATA = "values"

#: colors and dashes of lines in one chart; each color has a contrast of 3 : 1 with both backgrounds
COLORS = ["#3b82c4", "#d2601a", "#2b946a", "#9467bd", "#cf4560", "#8c7010", "#1f8fa0", "#7d7d7d", "#b8579d"]
DASHES = [[1, 0], [6, 2], [2, 2], [8, 2, 2, 2], [1, 0], [6, 2], [2, 2], [8, 2, 2, 2], [12, 3]]

#: colors with a fixed meaning
NEGATIVE, POSITIVE, ADDED = "#7d8894", "#d2601a", "#e0a526"
TRAIN, VALIDATION = "#3b82c4", "#d2601a"

#: sizes in pixels: three charts of WIDTH fit in a row, and one of WIDE has the width of the text
WIDTH, HEIGHT, WIDE = 340, 230, 640

#: vl-convert contains this font, so pictures have equal bytes on every machine
FONT = "Liberation Sans, sans-serif"

#: the style sheet of the page sets the colors of text, axes and grids for light and dark
CONFIG: dict[str, Any] = {
    "aria": False,  # the page describes each chart in words; a label on every mark would only repeat numbers
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 130,
        "gridOpacity": 1,
    },
    "header": {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 280},
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 280},
    "line": {"strokeWidth": 1.8},
}
