"""The page and the model card as Markdown; names of the user's table are escaped."""

from pathlib import Path
import re
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stages.report.rendering.blocks import Page, Table

_TEMPLATES = Path(__file__).parent / "templates"


def to_markdown(page: Page) -> str:
    """The page as GitHub-flavoured Markdown, its tables aligned for a terminal."""
    return _markdown().get_template("page.md.j2").render(page=page) + "\n"


def to_card(facts: dict[str, Any]) -> str:
    """The model card as Markdown."""
    return _markdown().get_template("card.md.j2").render(**facts) + "\n"


def escape_markdown(value: object) -> Any:
    """`value` as Markdown text that reads as written, on one line; ready-made markup passes.

    An underscore inside a word means nothing in GitHub's Markdown, so names stay readable in a terminal.
    """
    if isinstance(value, Markup):
        return value
    text = " ".join(str(value).splitlines())
    text = re.sub(r"([\\`|*\[\]~$]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", text)
    return re.sub(r"&(?=#?\w+;)", "&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def markdown_table(table: Table) -> Markup:
    """A table as lines of equal length, every cell escaped."""
    lines = [[str(escape_markdown(cell)) for cell in line] for line in (table.header, *table.rows)]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(table.header))]

    def joined(cells: list[str]) -> str:
        return f"| {' | '.join(cells)} |"

    padded = [
        joined([
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(line, widths, table.align, strict=True)
        ])
        for line in lines
    ]  # fmt: skip
    rule = joined(
        ["-" * (width - 1) + (":" if side == "r" else "-") for width, side in zip(widths, table.align, strict=True)]
    )
    return Markup("\n".join([padded[0], rule, *padded[1:]]))


def _markdown() -> Environment:
    # `finalize` sees the value of every expression, so no template can forget to escape one
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        finalize=escape_markdown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["table"] = markdown_table
    return environment
