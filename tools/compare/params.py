"""The section of params.yaml that the review of a pull request owns, and what it reads of the others."""

from typing import Any

from pydantic import Field

from stages.shared.params import ParamsSection, PartialParams


class CompareSection(ParamsSection):
    """The section `compare`."""

    tolerance: float = Field(ge=0, allow_inf_nan=False)


class CompareParams(PartialParams):
    """Everything that the review reads of params.yaml; the rest it takes from the metrics files."""

    random_state: int = Field(ge=0, le=2**32 - 1)
    strategies: dict[str, Any]
    compare: CompareSection | None = None  # a base from before there was a review has none
