"""The section `data` of params.yaml: the path of the table and the roles of its columns."""

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
    """The table and the roles of its columns."""

    path: str = Field(min_length=1)
    target: str
    positive: Label
    drop: list[str]
    key: Annotated[list[str], AfterValidator(_no_result)]
    categorical: Annotated[Literal["auto"] | list[str], BeforeValidator(_columns_or_auto)]
    missing: dict[str, list[Mark]]

    @property
    def missing_texts(self) -> dict[str, list[str]]:
        """The values of `missing` as texts, the form in which the contract keeps them."""
        return {column: [str(value) for value in values] for column, values in self.missing.items()}


class SplitColumns(PartialParams):
    """The columns that `split` uses; they are no features."""

    group: str | None
    time: str | None


class CvFolds(PartialParams):
    """The number of folds; each needs a row of both classes."""

    n_splits: int = Field(ge=2)


class PrepareParams(PartialParams):
    """The parts of params.yaml that `prepare` reads."""

    data: DataParams
    split: SplitColumns
    cv: CvFolds
