"""The section `data` of params.yaml: the path of the table and the roles of its columns."""

import codecs
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from stages.shared.params import ParamsSection, PartialParams

#: the columns of a scored table, beside the keys
RESULTS = ("probability", "decision", "threshold", "model")


def _check_label(value: Any) -> Any:
    if not isinstance(value, str | int | float):  # a bool is an int
        raise ValueError("must be one label or a list of labels: texts, numbers, true or false")
    return value


def _check_labels(value: Any) -> Any:
    if value == []:
        raise ValueError("must be one label or a list of labels")
    for label in value if isinstance(value, list) else [value]:
        _check_label(label)
    return value


def _check_missing_value(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be a text or a number")
    return value


def _check_columns(value: Any) -> Any:
    if value != "auto" and not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
        raise ValueError("must be auto or a list of column names")
    return value


# the validators come before pydantic's own, which would report every member of a union on a line of its own
Label = Annotated[str | int | float | bool, BeforeValidator(_check_label)]
MissingValue = Annotated[str | int | float, BeforeValidator(_check_missing_value)]


def _check_key(names: list[str]) -> list[str]:
    if clash := [name for name in names if name in RESULTS]:
        raise ValueError(
            f"{', '.join(clash)} is the name of a column that tools.predict writes; rename it in the table"
        )
    return names


def _check_separator(value: str) -> str:
    if value != "auto" and (len(value) != 1 or value in '"\r\n'):
        raise ValueError('must be auto or one character, such as ";"; a tab is "\\t"')
    return value


def _check_encoding(value: str) -> str:
    if value != "auto":
        try:
            codecs.lookup(value)
        except LookupError:
            raise ValueError("must be auto or the name of an encoding, such as cp1252 or utf-16") from None
    return value


def _check_line(value: Any) -> Any:
    if value != "auto" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError("must be auto or the number of the line with the names, counted from 1")
    return value


class ReadParams(ParamsSection):
    """How the text of a table is read; auto decides by its content."""

    separator: Annotated[str, AfterValidator(_check_separator)]
    decimal: Literal["auto", ".", ","]
    thousands: Literal["auto", "none", ",", ".", " ", "'"]
    encoding: Annotated[str, AfterValidator(_check_encoding)]
    header: Annotated[Literal["auto"] | int, BeforeValidator(_check_line)]

    @model_validator(mode="after")
    def _check_marks(self) -> "ReadParams":
        if self.decimal == self.thousands != "auto":
            raise ValueError(f"decimal and thousands are both {self.decimal!r}; they must differ")
        return self


#: everything is decided by the content
AUTO = ReadParams(separator="auto", decimal="auto", thousands="auto", encoding="auto", header="auto")


def _check_formats(value: dict[str, str]) -> dict[str, str]:
    if wrong := [form for form in value.values() if form != "iso" and "%" not in form]:
        raise ValueError(f'the format of dates must be iso or like "%d.%m.%Y"; found {wrong[0]!r}')
    return value


class DataParams(ParamsSection):
    """The table and the roles of its columns."""

    path: str = Field(min_length=1)
    read: ReadParams
    target: str
    positive: Annotated[Label | list[Label], BeforeValidator(_check_labels)]
    drop: list[str]
    key: Annotated[list[str], AfterValidator(_check_key)]
    categorical: Annotated[Literal["auto"] | list[str], BeforeValidator(_check_columns)]
    missing: dict[str, list[MissingValue]]
    dates: Annotated[dict[str, str], AfterValidator(_check_formats)]
    text: list[str]
    weight: str | None

    @property
    def missing_texts(self) -> dict[str, list[str]]:
        """The values of `missing` as texts, the form in which the contract keeps them."""
        return {column: [str(value) for value in values] for column, values in self.missing.items()}


class SplitColumns(PartialParams):
    """The columns that `split` uses; they are no features."""

    group: str | None
    time: str | None


class CostColumns(PartialParams):
    """The costs of wrong decisions; here only the columns that they name matter."""

    false_negative: Any
    false_positive: Any

    @property
    def columns(self) -> dict[str, str]:
        """The columns with an amount for each row, by the key that names them."""
        costs = {"false_negative": self.false_negative, "false_positive": self.false_positive}
        return {
            f"evaluate.cost.{key}": cost["column"]
            for key, cost in costs.items()
            if isinstance(cost, dict) and cost.get("column")
        }


class EvaluateView(PartialParams):
    """What `prepare` reads of the section `evaluate`; evaluate owns it."""

    cost: CostColumns | None


class CvFolds(PartialParams):
    """The number of folds; each needs a row of both classes."""

    n_splits: int = Field(ge=2)


class PrepareParams(PartialParams):
    """The parts of params.yaml that `prepare` reads."""

    data: DataParams
    split: SplitColumns
    cv: CvFolds
    evaluate: EvaluateView

    @property
    def amounts(self) -> dict[str, str]:
        """The columns of costs, by the key that names them."""
        return self.evaluate.cost.columns if self.evaluate.cost else {}
