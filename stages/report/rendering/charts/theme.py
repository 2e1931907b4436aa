"""What all charts share: the name of their data, sizes, and colours that can be read on light and on dark."""

from typing import Any

#: the name under which every specification finds its rows
DATA = "values"

#: lines that are laid over one another take these in turn; each has 3 : 1 against both papers
COLOURS = ["#3b82c4", "#d2601a", "#2b946a", "#9467bd", "#cf4560", "#8c7010", "#1f8fa0", "#7d7d7d"]
DASHES = [[1, 0], [6, 2], [2, 2], [8, 2, 2, 2], [1, 0], [6, 2], [2, 2], [8, 2, 2, 2]]

#: colours with a meaning of their own
NEGATIVE, POSITIVE, ADDED = "#7d8894", "#d2601a", "#e0a526"
TRAIN, VALIDATION = "#3b82c4", "#d2601a"

#: a chart and its axes fit into the width of a phone
WIDTH, HEIGHT = 285, 200

#: vl-convert brings this font along, so labels are measured alike, and pictures are equal bytes, on every machine
FONT = "Liberation Sans, sans-serif"

#: the style sheet of the page colours words, axes and grids, so that they follow light and dark
CONFIG: dict[str, Any] = {
    "aria": False,  # the page describes each chart in words; a label on every mark would only repeat numbers
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelLimit": 130,
        "gridOpacity": 1,
    },
    "header": {"labelFontSize": 11, "titleFontSize": 11, "labelLimit": 280},
    "legend": {"labelFontSize": 11, "titleFontSize": 11, "labelLimit": 280},
    "line": {"strokeWidth": 1.8},
}
