"""A chart as an SVG picture: the page shows it before its script runs, and without a script."""

import re
from typing import Any

from stages.report.rendering.charts import theme
from stages.report.rendering.charts.libraries import VEGALITE

_TAG = re.compile(r"<[^<>]+>")
_GEOMETRY = re.compile(r' (?:d|transform|x|y|x2|y2|width|height)="[^"]*"')
_FRACTION = re.compile(r"-?\d+\.\d{2,}")
#: attributes with a default value, or with a value that the style sheet of the page sets for all charts
_REDUNDANT = re.compile(
    r' (?:xmlns:xlink|version|role|aria-\w+|pointer-events|(?:stroke-|fill-)?opacity)="'
    r'(?:http[^"]*|1\.1|graphics-[a-z]+|true|none|[a-z ]*container|1)"'
    r'| (?:aria-label|font-(?:family|size|weight))="[^"]*"'
    r'| (?:stroke="#ddd"|stroke="#888"|fill="#000"|stroke-width="1"|transform="translate\(0,0\)")'
)
#: Vega numbers its clips through the life of a process, so a second picture of a chart would have other ids
_NUMBERED = re.compile(r'(id="|url\(#)([a-z_]+\d+)')
_EMPTY = re.compile(r'<path class="(?:background|foreground)"[^<>]*/>')


def to_rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Return columns of equal length as the rows that Vega-Lite takes."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def fill_titles(spec: Any, words: dict[str, str]) -> Any:
    """Return `spec` with each title in braces replaced by the word of that name."""
    if isinstance(spec, dict):
        return {
            key: words.get(value[1:-1], value)
            if key == "title" and isinstance(value, str)
            else fill_titles(value, words)
            for key, value in spec.items()
        }
    return [fill_titles(item, words) for item in spec] if isinstance(spec, list) else spec


def draw_svg(
    key: str, spec: dict[str, Any], columns: dict[str, list[Any]], words: dict[str, str], signals: dict[str, float]
) -> str:
    """Return the chart as an SVG element, drawn offline by vl-convert; equal charts give equal bytes.

    All ids start with `key`, so those of several pictures on a page differ.
    """
    import vl_convert

    full = {**fill_titles(spec, words), "datasets": {**spec.get("datasets", {}), theme.DATA: to_rows(columns)}}
    if signals:
        full["params"] = [
            {**param, "value": signals.get(param["name"], param.get("value"))} for param in full["params"]
        ]
    return shrink(key, vl_convert.vegalite_to_svg(full, vl_version=VEGALITE))


def shrink(key: str, svg: str) -> str:
    """Return `svg` with rounded coordinates and without redundant attributes; only tags change, never text."""
    ids: dict[str, str] = {}

    def rename(match: re.Match[str]) -> str:
        return match[1] + ids.setdefault(match[2], f"{key}-{len(ids)}")

    return _EMPTY.sub("", _TAG.sub(lambda tag: _NUMBERED.sub(rename, _shrink_tag(tag[0])), svg))


def _shrink_tag(tag: str) -> str:
    def round_numbers(match: re.Match[str]) -> str:
        return _FRACTION.sub(lambda number: f"{float(number[0]):.1f}", match[0])

    return _GEOMETRY.sub(round_numbers, _REDUNDANT.sub("", tag))
