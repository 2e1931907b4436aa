"""Models of the data contract of a table, and of the steps that its rows went through."""

from typing import Literal

from pydantic import Field

from stages.shared.schemas.base import ArtifactModel

#: the identity of a row: its number in the raw file, counted from 0; no raw column may have this name
ROW = "__row__"

#: rows with the same value stay in one set and one fold: copies of a row and rows of one group
GROUP = "__group__"

#: how many rows of the whole train set each row of train counts for, where `split.negatives` left a share of it
WEIGHT = "__weight__"


class Dialect(ArtifactModel):
    """How the text of a table was read."""

    separator: str = ","
    encoding: str = "utf-8"
    header: int = 1  # the line with the names, counted from 1
    spaces: bool = False  # spaces after separators were skipped
    trailing: bool = False  # the rows end with a separator and the header does not
    skipped: str = ""  # the text of the rows above the header


class NumberForm(ArtifactModel):
    """How every cell of a column spells its number, where that is not `-1234.5` in ASCII."""

    decimal: Literal[".", ","] = "."
    thousands: str = ""  # the mark between groups of three digits
    prefix: str = ""  # a sign of currency
    unit: str = ""  # what follows the number, such as % or kg


Part = Literal["year", "month", "weekday", "hour", "days"]  # Monday is 0; hours are of UTC; days since 1970


class DatePart(ArtifactModel):
    """The raw column of dates that a feature comes from, and the part of the date."""

    column: str
    part: Part
    format: str  # of texts: iso or a strptime format


class Feature(ArtifactModel):
    """A column that the models see."""

    name: str
    type: Literal["numeric", "categorical", "text"]
    missing: float  # share of rows without a value
    minimum: float | None = None  # of numeric columns, over all prepared rows
    maximum: float | None = None
    sizes: list[float] | None = None  # of numeric columns: quantiles 0.05, 0.5, 0.95 of the absolute values but 0
    whole_values: list[float] | None = None  # of numeric columns with few different values, all whole, ascending
    categories: list[str] | None = None  # of categorical columns, sorted
    number: NumberForm | None = None  # None: plain numbers
    date: DatePart | None = None

    @property
    def column(self) -> str:
        """The raw column that the feature comes from."""
        return self.date.column if self.date else self.name


NoticeKind = Literal[
    "one_value", "running_number", "similar_categories", "numbers_as_text", "codes", "few_whole_numbers",
    "many_categories", "missing_word", "positive_is_frequent", "reading", "number_form", "index_dropped",
    "unused_mark", "date", "positive_labels", "mixed_booleans", "distant_zeros",
    "equal_rows", "prevalence_differs", "feature_differs", "dropped_rows",
]  # fmt: skip


class Notice(ArtifactModel):
    """Something doubtful about the table, or decided in reading it, that a person should look at."""

    column: str | None  # None for the whole table
    kind: NoticeKind
    message: str

    def __str__(self) -> str:
        return self.message


class Contract(ArtifactModel):
    """The data contract: everything needed to read another table in the same form."""

    source: str  # path of the raw file
    rows: int
    positives: int
    target: str
    positive: str  # label coded 1
    negative: str  # label coded 0
    features: list[Feature]
    key: list[str]  # columns that identify a row; kept, never a feature
    group: str | None
    time: str | None
    weight: str | None = None  # the column of row weights; not needed in rows to score
    negatives_kept: float | None = None  # by split.negatives: the share of the negatives of train that was kept
    gap: int | float = 0  # train rows this close before a later period are left out; in the unit of `time`, or in ticks
    missing: dict[str, list[str]]  # values that mean "missing", per column ("*" for all)
    read: Dialect | None = None  # None: the file declares its columns and types
    noticed: list[Notice] = Field(default_factory=list)

    @property
    def numeric(self) -> list[str]:
        """Names of the numeric features, in table order."""
        return [feature.name for feature in self.features if feature.type == "numeric"]

    @property
    def categorical(self) -> list[str]:
        """Names of the categorical features, in table order."""
        return [feature.name for feature in self.features if feature.type == "categorical"]

    @property
    def text(self) -> list[str]:
        """Names of the text features, in table order."""
        return [feature.name for feature in self.features if feature.type == "text"]

    @property
    def no_numbers(self) -> str:
        """The numbers of categorical and, where there are any, text features, for a sentence."""
        return f"{len(self.categorical)} categorical" + (f", {len(self.text)} text" if self.text else "")


class Step(ArtifactModel):
    """A step of the data flow with its rows by class and its columns."""

    step: str
    rows: int
    columns: int  # features; keys and the target are not counted
    negative: int
    positive: int
    note: str = ""
