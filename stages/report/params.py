"""The parts of params.yaml that report reads; the section `select` belongs to it."""

from typing import Any, Literal

from pydantic import Field

from stages.shared.metrics.registry import SelectMetric
from stages.shared.params import ParamsSection, PartialParams

#: the value of select.strategy and select.classifier that leaves the choice to cross-validation
AUTO = "auto"


class SelectParams(ParamsSection):
    """How the champion is selected."""

    strategy: str
    classifier: str
    metric: SelectMetric
    tolerance: float = Field(ge=0, allow_inf_nan=False)
    prefer: Literal["auto", "simple", "blend"]
    refit: Literal["train", "all"]

    @property
    def names_champion(self) -> bool:
        """Whether params.yaml names the strategy or the classifier of the champion."""
        return (self.strategy, self.classifier) != (AUTO, AUTO)


class StrategyView(PartialParams):
    """The keys of a strategy that determine its complexity; train validates all keys."""

    sampler: str | None = None
    class_weight: Any = None
    classifiers: dict[str, Any] | None = None

    @property
    def does_nothing(self) -> bool:
        """Whether the strategy has no treatment of the imbalance."""
        return not (self.sampler or self.class_weight or self.classifiers)

    @property
    def moving_parts(self) -> int:
        """The complexity: 0 without treatment, 1 for class weights, 2 for a sampler, 3 for both or own classifiers."""
        if self.classifiers:
            return 3
        return bool(self.class_weight) + 2 * bool(self.sampler)


class ReportParams(PartialParams):
    """Everything that report reads of params.yaml."""

    random_state: int
    select: SelectParams
    strategies: dict[str, StrategyView] = Field(min_length=1)
