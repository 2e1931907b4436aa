"""The section `compare` of params.yaml, and the other params that the review reads."""

from typing import Any

from pydantic import Field

from stages.shared.params import ParamsSection, PartialParams


class CompareSection(ParamsSection):
    """The section `compare`."""

    tolerance: float = Field(ge=0, allow_inf_nan=False)
    slices: bool


class CompareView(CompareSection):
    """The section `compare` of any revision; an old one lacks `slices`."""

    slices: bool = False


class EvaluateView(PartialParams):
    """The columns whose slices are watched; evaluate owns the section."""

    slices: list[str] = Field(default_factory=list)  # an old base lacks it


class CompareParams(PartialParams):
    """The params that the review reads; it takes everything else from the metrics files."""

    random_state: int = Field(ge=0, le=2**32 - 1)
    strategies: dict[str, Any]
    compare: CompareView | None = None  # an old base may lack it
    evaluate: EvaluateView = EvaluateView()
