"""The report as a tree of plain blocks, so that the web page and the Markdown file say the same."""

from dataclasses import dataclass
from typing import ClassVar

from stages.report.figures import Curves, Forest


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class Items:
    """A list of plain sentences."""

    kind: ClassVar[str] = "items"
    entries: list[str]


@dataclass(frozen=True)
class Command:
    """A line to type."""

    kind: ClassVar[str] = "command"
    text: str


@dataclass(frozen=True)
class Table:
    """A table of plain cells; the first column names the row."""

    kind: ClassVar[str] = "table"
    caption: str
    header: list[str]
    rows: list[list[str]]
    align: str  # a letter a column: l left, r right, n left and never broken, t text that needs room


@dataclass(frozen=True)
class Figures:
    """Pictures side by side; their numbers also stand in a table of the same section."""

    kind: ClassVar[str] = "figures"
    plots: list[Forest] | list[Curves]


Block = Paragraph | Items | Command | Table | Figures


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it."""

    key: str  # names the section in links
    title: str
    blocks: list[Block]


@dataclass(frozen=True)
class Page:
    """The whole report."""

    title: str
    subtitle: str
    verdict: list[str]  # sentences, the most important first
    sections: list[Section]
