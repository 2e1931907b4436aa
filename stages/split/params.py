"""The section `split` of params.yaml: how the test set is held out."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from stages.shared.params import ParamsSection, PartialParams

#: a duration: a number and a unit
DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(s|min|h|d|w)")

#: equal rows: decided by chance, kept in one set, or treated as different rows
DuplicatesChoice = Literal["auto", "together", "ignore"]


def _gap(value: Any) -> Any:
    positive = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
    if value is None or positive or (isinstance(value, str) and DURATION.fullmatch(value)):
        return value
    raise ValueError("must be null, a number above 0, or a duration such as 7d, 12h or 30min")


class SplitParams(ParamsSection):
    """The size of the test set, and the columns that group rows or order them in time."""

    test_size: float = Field(gt=0, lt=1)
    group: str | None
    time: str | None
    duplicates: DuplicatesChoice
    gap: Annotated[float | str | None, BeforeValidator(_gap)]

    @model_validator(mode="after")
    def _check_gap(self) -> "SplitParams":
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
