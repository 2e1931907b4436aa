"""Models of the data contract of a table, and of the steps that its rows went through."""

from typing import Literal

from pydantic import Field

from stages.shared.schemas.base import ArtifactModel

#: the identity of a row: its number in the raw file, counted from 0; no raw column may have this name
ROW = "__row__"

#: rows with the same value stay in one set and one fold: exact duplicates and rows of one group
GROUP = "__group__"


class Feature(ArtifactModel):
    """A column that the models see."""

    name: str
    type: Literal["numeric", "categorical"]
    missing: float  # share of rows without a value
    minimum: float | None = None  # of numeric columns, over all prepared rows
    maximum: float | None = None
    categories: list[str] | None = None  # of categorical columns, sorted


NoticeKind = Literal[
    "one_value", "running_number", "similar_categories", "numbers_as_text", "codes", "few_whole_numbers",
    "many_categories", "missing_word", "positive_is_frequent",
]  # fmt: skip


class Noticed(ArtifactModel):
    """Something doubtful about the table that a person should look at; nothing was changed for it."""

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
    key: list[str]  # columns that identify a row; carried along, never a feature
    group: str | None
    time: str | None
    missing: dict[str, list[str]]  # values that mean "missing", per column ("*" for all)
    noticed: list[Noticed] = Field(default_factory=list)

    @property
    def numeric(self) -> list[str]:
        """Names of the numeric features, in table order."""
        return [feature.name for feature in self.features if feature.type == "numeric"]

    @property
    def categorical(self) -> list[str]:
        """Names of the categorical features, in table order."""
        return [feature.name for feature in self.features if feature.type == "categorical"]


class Step(ArtifactModel):
    """A step of the data flow: the rows and columns that it gave, by class."""

    step: str
    rows: int
    columns: int  # features; keys and the target are not counted
    negative: int
    positive: int
    note: str = ""
