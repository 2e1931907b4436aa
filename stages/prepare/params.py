"""The section `data` of params.yaml: which table, and what its columns are."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from stages.shared.params import ParamsSection, PartialParams

#: the columns of a scored table, beside the keys
RESULTS = ("probability", "decision", "threshold", "model")


def _label(value: Any) -> Any:
    if not isinstance(value, str | int | float):  # a bool is an int
        raise ValueError("must be one label: a text, a number, true or false")
    return value


def _mark(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be a text or a number")
    return value


def _columns_or_auto(value: Any) -> Any:
    if value != "auto" and not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
        raise ValueError("must be auto or a list of column names")
    return value


# the validators come before pydantic's own, which would report every member of a union on a line of its own
Label = Annotated[str | int | float | bool, BeforeValidator(_label)]
Mark = Annotated[str | int | float, BeforeValidator(_mark)]


def _no_result(names: list[str]) -> list[str]:
    if clash := [name for name in names if name in RESULTS]:
        raise ValueError(
            f"{', '.join(clash)} is the name of a column that tools.predict writes; rename it in the table"
        )
    return names


class DataParams(ParamsSection):
    """The table and the parts that its columns play."""

    path: str = Field(min_length=1)
    target: str
    positive: Label
    drop: list[str]
    key: Annotated[list[str], AfterValidator(_no_result)]
    categorical: Annotated[Literal["auto"] | list[str], BeforeValidator(_columns_or_auto)]
    missing: dict[str, list[Mark]]


class SplitColumns(PartialParams):
    """The columns that `split` needs and that are therefore no features."""

    group: str | None
    time: str | None


class CvFolds(PartialParams):
    """The number of folds, each of which needs a row of either class."""

    n_splits: int = Field(ge=2)


class PrepareParams(PartialParams):
    """What `prepare` reads of params.yaml."""

    data: DataParams
    split: SplitColumns
    cv: CvFolds
