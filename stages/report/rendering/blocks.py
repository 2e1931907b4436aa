"""The report as a tree of plain blocks, so that the web page and the Markdown file say the same."""

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
    """A line to type."""

    kind: ClassVar[str] = "command"
    text: str


@dataclass(frozen=True)
class Fact:
    """One answer in a few words, with what a reader must know beside it."""

    question: str
    answer: str
    note: str


@dataclass(frozen=True)
class Facts:
    """Answers side by side."""

    kind: ClassVar[str] = "facts"
    entries: list[Fact]


@dataclass(frozen=True)
class Span:
    """A cell with a difference and its interval: drawn on the axis of its column, and in words."""

    text: str  # the word and the difference
    bounds: str  # the interval
    word: str  # better, tie or worse
    low: float
    middle: float
    high: float
    axis: Axis

    def __str__(self) -> str:
        return f"{self.text} {self.bounds}"


@dataclass(frozen=True)
class Head:
    """The heading of a column of spans, which carries their axis."""

    text: str
    axis: Axis

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Table:
    """A table of plain cells and spans; the first column names the row."""

    kind: ClassVar[str] = "table"
    caption: str
    header: list[str] | list[str | Head]
    rows: list[list[str]] | list[list[str | Span]]
    align: str  # a letter a column: l left, r right, n left and never broken, t text that needs room
    sortable: bool = False
    marked: int | None = None  # the row that stands out


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite chart: the name of its specification and the columns that it draws; described in words."""

    kind: ClassVar[str] = "chart"
    key: str
    title: str
    description: str
    spec: str  # a name in stages.report.rendering.charts.specs.SPECS
    columns: dict[str, list[Any]]
    words: dict[str, str] = field(default_factory=dict)  # for the titles in braces
    signals: dict[str, float] = field(default_factory=dict)  # values of the parameters


@dataclass(frozen=True)
class Charts:
    """Charts side by side; their numbers also stand in a table or can be had at a control."""

    kind: ClassVar[str] = "charts"
    entries: list[Chart]
    legend: list[tuple[str, str]] = field(default_factory=list)  # (class of the style sheet, words)


@dataclass(frozen=True)
class Details:
    """Blocks that a reader may open; Markdown shows them under the summary."""

    kind: ClassVar[str] = "details"
    summary: str
    blocks: "list[Block]"


@dataclass(frozen=True)
class Panel:
    """A block with controls of its own: a template and the values it is drawn from; Markdown shows its twin."""

    kind: ClassVar[str] = "panel"
    template: str
    values: dict[str, Any]  # for the template
    data: dict[str, Any]  # for the script
    twin: "list[Block]"
    charts: list[Chart] = field(default_factory=list)  # that stand inside it


Block = Paragraph | Items | Command | Facts | Table | Chart | Charts | Details | Panel


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
    answer: Facts
    sections: list[Section]
