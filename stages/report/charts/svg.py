"""A chart as a still picture: what the page shows before its script runs, and without one."""

import re
from typing import Any

from stages.report.charts import theme
from stages.report.charts.libraries import VEGALITE

_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_GEOMETRY = re.compile(r'(?<= )(d|transform|x|y|x2|y2|width|height)="[^"<>]*"')


def rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Columns of equal length as the rows that Vega-Lite takes."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def filled(spec: Any, words: dict[str, str]) -> Any:
    """`spec` with each title in braces replaced by the word of that name."""
    if isinstance(spec, dict):
        return {
            key: words.get(value[1:-1], value) if key == "title" and isinstance(value, str) else filled(value, words)
            for key, value in spec.items()
        }
    return [filled(item, words) for item in spec] if isinstance(spec, list) else spec


def picture(
    spec: dict[str, Any], columns: dict[str, list[Any]], words: dict[str, str], signals: dict[str, float]
) -> str:
    """The chart as an SVG element, drawn offline by vl-convert, the same bytes for the same chart.

    Its places are rounded to a tenth of a pixel: nobody can see more, and the page is half as large.
    """
    import vl_convert

    whole = {**filled(spec, words), "datasets": {**spec.get("datasets", {}), theme.DATA: rows(columns)}}
    if signals:
        whole["params"] = [
            {**param, "value": signals.get(param["name"], param.get("value"))} for param in whole["params"]
        ]
    text = vl_convert.vegalite_to_svg(whole, vl_version=VEGALITE)
    return _GEOMETRY.sub(lambda found: _NUMBER.sub(lambda number: f"{float(number[0]):.1f}", found[0]), text)
