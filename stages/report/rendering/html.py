"""The page as HTML; names of the user's table are escaped."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
import json
from typing import Any

from markupsafe import Markup

from stages.report.rendering.blocks import Block, Chart, Charts, Details, Page, Panel
from stages.report.rendering.glossary import Glossary
from stages.report.rendering.markdown import TEMPLATES, make_environment
from stages.shared.runtime.progress import Progress


def to_html(page: Page, progress: Progress | None = None) -> str:
    """Return the page as a single HTML file that needs no network; charts are pictures until Vega draws them.

    The content security policy names the hash of each script and of the style. Nothing else runs, whatever a name in
    the table contains.
    """
    from stages.report.rendering.charts.libraries import load_libraries
    from stages.report.rendering.charts.specs import make_spec
    from stages.report.rendering.charts.svg import draw_svg

    blocks = [block for section in page.sections for block in _flatten(section.blocks)]
    charts = [block for block in blocks if isinstance(block, Chart)]
    specs = {name: make_spec(name) for name in dict.fromkeys(chart.spec for chart in charts)}
    progress, pictures = progress or Progress("report"), {}
    progress.count(len(charts), "charts")
    for chart in charts:
        progress.begin(f"draws {chart.key}")
        pictures[chart.key] = Markup(draw_svg(chart.key, specs[chart.spec], chart.columns, chart.words, chart.signals))
        progress(chart.key)
    progress.begin("packs the libraries of the page")
    data: dict[str, Any] = {"specs": specs, "charts": {chart.key: _get_script_data(chart) for chart in charts}}
    for block in blocks:
        if isinstance(block, Panel):
            data |= block.data
    style, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    libraries = load_libraries()
    glossary, environment = Glossary(), make_environment(autoescape=True)
    environment.filters["terms"] = glossary.link_terms
    html = environment.get_template("page.html.j2").render(
        page=page,
        pictures=pictures,
        policy=_make_policy(style, [libraries, script]),
        start_section=glossary.start_section,
        style=Markup(style),
        libraries=Markup(libraries),
        script=Markup(script),
        data=Markup(_dump_json(data)),
    )
    return f"{html}\n"


def _flatten(blocks: list[Block]) -> Iterator[Block]:
    """Yield every block and the blocks inside it."""
    for block in blocks:
        yield block
        if isinstance(block, Details):
            yield from _flatten(block.blocks)
        if isinstance(block, Charts):
            yield from block.entries
        if isinstance(block, Panel):
            yield from block.charts


def _get_script_data(chart: Chart) -> dict[str, Any]:
    return {key: getattr(chart, key) for key in ("title", "spec", "columns", "words", "signals")}


def _dump_json(data: dict[str, Any]) -> str:
    """Return JSON that cannot close the script element around it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _make_policy(style: str, scripts: list[str]) -> str:
    """Return a policy that allows only these scripts and this style: no loading, no `eval`, no inline handlers."""
    hashes = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in (style, *scripts)]
    return (
        f"default-src 'none'; style-src {hashes[0]}; script-src {' '.join(hashes[1:])}; base-uri 'none'; "
        "form-action 'none'"
    )
