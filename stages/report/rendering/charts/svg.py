"""A chart as a still picture: what the page shows before its script runs, and without one."""

import re
from typing import Any

from stages.report.rendering.charts import theme
from stages.report.rendering.charts.libraries import VEGALITE

_TAG = re.compile(r"<[^<>]+>")
_GEOMETRY = re.compile(r' (?:d|transform|x|y|x2|y2|width|height)="[^"]*"')
_FRACTION = re.compile(r"-?\d+\.\d{2,}")
#: attributes that say what would hold without them, or what the style sheet of the page says for all charts
_NOISE = re.compile(
    r' (?:xmlns:xlink|version|role|aria-\w+|pointer-events|(?:stroke-|fill-)?opacity)="'
    r'(?:http[^"]*|1\.1|graphics-[a-z]+|true|none|[a-z ]*container|1)"'
    r'| (?:aria-label|font-(?:family|size|weight))="[^"]*"'
    r'| (?:stroke="#ddd"|stroke="#888"|fill="#000"|stroke-width="1"|transform="translate\(0,0\)")'
)
#: Vega counts its clips through the life of a process, so the second picture of a chart would differ from the first
_COUNTED = re.compile(r'(id="|url\(#)([a-z_]+\d+)')
_EMPTY = re.compile(r'<path class="(?:background|foreground)"[^<>]*/>')


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
    key: str, spec: dict[str, Any], columns: dict[str, list[Any]], words: dict[str, str], signals: dict[str, float]
) -> str:
    """The chart as an SVG element, drawn offline by vl-convert, the same bytes for the same chart.

    `key` begins every id in it, so that pictures on one page cannot mix theirs up.
    """
    import vl_convert

    whole = {**filled(spec, words), "datasets": {**spec.get("datasets", {}), theme.DATA: rows(columns)}}
    if signals:
        whole["params"] = [{**one, "value": signals.get(one["name"], one.get("value"))} for one in whole["params"]]
    return slim(key, vl_convert.vegalite_to_svg(whole, vl_version=VEGALITE))


def slim(key: str, svg: str) -> str:
    """`svg` without what nobody can see: tenths of a pixel are enough, and half of Vega's attributes say nothing.

    Only tags are touched; whatever a label says, it says still.
    """
    ids: dict[str, str] = {}

    def renamed(result: re.Match[str]) -> str:
        return result[1] + ids.setdefault(result[2], f"{key}-{len(ids)}")

    return _EMPTY.sub("", _TAG.sub(lambda tag: _COUNTED.sub(renamed, _slim_tag(tag[0])), svg))


def _slim_tag(tag: str) -> str:
    return _GEOMETRY.sub(
        lambda result: _FRACTION.sub(lambda one: f"{float(one[0]):.1f}", result[0]), _NOISE.sub("", tag)
    )
