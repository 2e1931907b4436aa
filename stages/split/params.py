"""The section `split` of params.yaml: how the test set is held out."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from stages.shared.params import ParamsSection, PartialParams

#: a duration: a number and a unit
DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(s|min|h|d|w)")

#: one of several test sets: the second of four is 2/4
ROTATION = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2})")

#: equal rows: decided by chance, kept in one set, or treated as different rows
DuplicatesChoice = Literal["auto", "together", "ignore"]


def _check_gap(value: Any) -> Any:
    positive = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
    if value is None or positive or (isinstance(value, str) and DURATION.fullmatch(value)):
        return value
    raise ValueError("must be null, a number above 0, or a duration such as 7d, 12h or 30min")


def _check_rotation(value: Any) -> Any:
    match = ROTATION.fullmatch(value) if isinstance(value, str) else None
    if value is None or (match and int(match[2]) >= 2 and int(match[1]) <= int(match[2])):
        return value
    raise ValueError("must be null, or a text such as 2/4: the second of four test sets")


class NegativesParams(ParamsSection):
    """How many negatives of the train set are trained on, where the table is too large for all of them."""

    keep: float = Field(gt=0, lt=1)


class SplitParams(ParamsSection):
    """The size of the test set, and the columns that group rows or order them in time."""

    test_size: float = Field(gt=0, lt=1)
    rotation: Annotated[str | None, BeforeValidator(_check_rotation)]
    group: str | None
    time: str | None
    duplicates: DuplicatesChoice
    gap: Annotated[float | str | None, BeforeValidator(_check_gap)]
    negatives: NegativesParams | None

    @property
    def part(self) -> tuple[int, int] | None:
        """Which part of the rows is the test set, counted from 1, and the number of parts; None without rotation."""
        number, parts = map(int, self.rotation.split("/")) if self.rotation else (0, 0)
        return (number, parts) if parts else None

    @property
    def test_share(self) -> float:
        """The share of the rows that the test set is to have."""
        return 1 / self.part[1] if self.part else self.test_size

    @model_validator(mode="after")
    def _check_time(self) -> "SplitParams":
        if self.rotation is not None and self.time is not None:
            raise ValueError(
                f"split.rotation is {self.rotation}, and split.time is {self.time}: only the latest rows can be the "
                "test set; set one of the two to null"
            )
        if self.gap is not None and self.time is None:
            raise ValueError("split.gap needs split.time, which is null; name a time column or set split.gap to null")
        return self


class CvFolds(PartialParams):
    """The number of folds that train will make: each needs a positive row."""

    n_splits: int = Field(ge=2)


class SplitStageParams(PartialParams):
    """The parts of params.yaml that `split` reads."""

    random_state: int = Field(ge=0, lt=2**32)
    split: SplitParams
    cv: CvFolds
