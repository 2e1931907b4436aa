"""The page as HTML; names of the user's table are escaped."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stages.report.rendering.blocks import Block, Chart, Charts, Details, Page, Panel

_TEMPLATES = Path(__file__).parent / "templates"
_LOADER = FileSystemLoader(_TEMPLATES)


def to_html(page: Page) -> str:
    """Return the page as a single HTML file that needs no network; charts are pictures until Vega draws them.

    The content security policy names the hash of each script and of the style, so nothing else runs, whatever a name in
    the table contains.
    """
    from stages.report.rendering.charts.libraries import libraries
    from stages.report.rendering.charts.specs import spec
    from stages.report.rendering.charts.svg import picture

    every = [block for section in page.sections for block in _flat(section.blocks)]
    charts = [block for block in every if isinstance(block, Chart)]
    specs = {name: spec(name) for name in dict.fromkeys(chart.spec for chart in charts)}
    pictures = {
        chart.key: Markup(picture(chart.key, specs[chart.spec], chart.columns, chart.words, chart.signals))
        for chart in charts
    }
    data: dict[str, Any] = {"specs": specs, "charts": {chart.key: _chart_data(chart) for chart in charts}}
    for block in every:
        if isinstance(block, Panel):
            data |= block.data
    style, script, bundle = (_TEMPLATES / "style.css").read_text(), _script(), libraries()
    environment = Environment(
        loader=_LOADER, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return (
        environment.get_template("page.html.j2").render(
            page=page,
            pictures=pictures,
            policy=_policy(style, [bundle, script]),
            style=Markup(style),
            libraries=Markup(bundle),
            script=Markup(script),
            data=Markup(_inside_script(data)),
        )
        + "\n"
    )


def _flat(blocks: list[Block]) -> Iterator[Block]:
    """Every block, with those inside others."""
    for block in blocks:
        yield block
        if isinstance(block, Details):
            yield from _flat(block.blocks)
        if isinstance(block, Charts):
            yield from block.entries
        if isinstance(block, Panel):
            yield from block.charts


def _chart_data(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title, "spec": chart.spec, "columns": chart.columns, "words": chart.words,
        "signals": chart.signals,
    }  # fmt: skip


def _script() -> str:
    return (_TEMPLATES / "script.js").read_text()


def _inside_script(data: dict[str, Any]) -> str:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _policy(style: str, scripts: list[str]) -> str:
    """Nothing may be loaded, and only these very scripts and this style may run; no `eval`, no inline handler."""
    hashed = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in (style, *scripts)]
    return (
        f"default-src 'none'; style-src {hashed[0]}; script-src {' '.join(hashed[1:])}; base-uri 'none'; "
        "form-action 'none'"
    )
