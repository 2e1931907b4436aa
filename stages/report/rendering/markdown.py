"""The page and the model card as Markdown; names of the user's table are escaped."""

from pathlib import Path
import re
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from stages.report.rendering.blocks import Page, Table

TEMPLATES = Path(__file__).parent / "templates"


def to_markdown(page: Page) -> str:
    """Return the page as GitHub-flavored Markdown with aligned tables."""
    return _get_template("page.md.j2").render(page=page) + "\n"


def to_card(values: dict[str, Any]) -> str:
    """Return the model card as Markdown."""
    return _get_template("card.md.j2").render(**values) + "\n"


def escape_markdown(value: object) -> Any:
    """Return `value` as Markdown text on one line, with special characters escaped; Markup stays as it is.

    An underscore inside a word has no meaning in GitHub's Markdown, so names stay readable in a terminal.
    """
    if isinstance(value, Markup):
        return value
    text = " ".join(str(value).splitlines())
    text = re.sub(r"([\\`|*\[\]~$]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", text)
    return re.sub(r"&(?=#?\w+;)", "&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def render_markdown_table(table: Table) -> Markup:
    """Return a table as lines of equal length, every cell escaped."""
    lines = [[str(escape_markdown(cell)) for cell in line] for line in (table.header, *table.rows)]
    widths = [max(3, *(len(line[i]) for line in lines)) for i in range(len(table.header))]
    right = [align == "r" for align in table.align]
    padded = [
        [
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(line, widths, right, strict=True)
        ]
        for line in lines
    ]
    rule = ["-" * (width - 1) + (":" if is_right else "-") for width, is_right in zip(widths, right, strict=True)]
    return Markup("\n".join(f"| {' | '.join(cells)} |" for cells in (padded[0], rule, *padded[1:])))


def make_environment(**options: Any) -> Environment:
    """Return the templates of the page and the card; a name that a template lacks is an error."""
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **options)


def _get_template(name: str) -> Template:
    # `finalize` receives the value of every expression, so a template cannot omit the escaping
    environment = make_environment(finalize=escape_markdown)
    environment.filters["table"] = render_markdown_table
    return environment.get_template(name)
