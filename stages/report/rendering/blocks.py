"""The parts of a page: plain values that the HTML and the Markdown file are both rendered from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from stages.report.rendering.axis import Axis


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
    """A command line."""

    kind: ClassVar[str] = "command"
    text: str


@dataclass(frozen=True)
class Fact:
    """A short answer with a note."""

    question: str
    answer: str
    note: str


@dataclass(frozen=True)
class Facts:
    """Facts next to each other."""

    kind: ClassVar[str] = "facts"
    entries: list[Fact]


@dataclass(frozen=True)
class Span:
    """A table cell with a difference and its interval, as text and on the axis of the column."""

    text: str  # the verdict and the difference
    bounds: str  # the interval
    verdict: str  # better, worse, tie, same, cannot_tell, or used of a feature
    low: float
    middle: float
    high: float
    axis: Axis

    def __str__(self) -> str:
        return f"{self.text} {self.bounds}"


@dataclass(frozen=True)
class Mark:
    """A table cell with a verdict, as text and as the color of the cell."""

    text: str
    difference: str
    bounds: str  # the interval
    verdict: str

    def __str__(self) -> str:
        return f"{self.text} {self.difference} {self.bounds}"


@dataclass(frozen=True)
class Head:
    """The heading of a column of spans, with their axis."""

    text: str
    axis: Axis

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Table:
    """A table of text, spans and marks; the first column names the row."""

    kind: ClassVar[str] = "table"
    caption: str
    header: list[str] | list[str | Head]
    rows: list[list[str]] | list[list[str | Span]] | list[list[str | Mark]]
    align: str  # a letter per column: l left, r right, n left without line breaks, t long text
    sortable: bool = False
    marked: int | None = None  # index of the highlighted row
    file: str = ""  # with a name the rows can be filtered by their first two cells, and downloaded as this CSV file


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite chart: its columns and the name of its specification."""

    kind: ClassVar[str] = "chart"
    key: str
    title: str
    description: str
    spec: str  # a name in stages.report.rendering.charts.specs.SPECS
    columns: dict[str, list[Any]]
    words: dict[str, str] = field(default_factory=dict)  # replace titles in braces
    signals: dict[str, float] = field(default_factory=dict)  # values of the parameters
    caption: str = ""  # how to read it


def to_columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return rows with the same keys as the columns of a chart."""
    return {key: [row[key] for row in rows] for key in rows[0]} if rows else {}


@dataclass(frozen=True)
class Charts:
    """Charts next to each other; a table or a control also gives their numbers."""

    kind: ClassVar[str] = "charts"
    entries: list[Chart]
    legend: list[tuple[str, str]] = field(default_factory=list)  # (class of the style sheet, text)


@dataclass(frozen=True)
class Details:
    """Collapsed blocks; Markdown shows them under the summary."""

    kind: ClassVar[str] = "details"
    summary: str
    blocks: "list[Block]"


@dataclass(frozen=True)
class Panel:
    """A block with controls, rendered from a template of its own; Markdown shows the fallback."""

    kind: ClassVar[str] = "panel"
    template: str  # in templates/panels
    values: dict[str, Any]  # for the template
    data: dict[str, Any]  # for the script
    fallback: "list[Block]"
    charts: list[Chart] = field(default_factory=list)  # inside the panel


Block = Paragraph | Items | Command | Facts | Table | Chart | Charts | Details | Panel


@dataclass(frozen=True)
class Section:
    """A heading with its blocks."""

    key: str  # the target of links
    title: str
    blocks: list[Block]
    group: str = ""  # the heading above several sections
    folded: bool = False


@dataclass(frozen=True)
class Page:
    """The whole report."""

    title: str
    subtitle: str
    verdict: list[str]  # sentences, the most important first
    summary: Facts
    sections: list[Section]
