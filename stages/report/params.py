"""The section of params.yaml that report owns, `select`, and what it reads of others."""

from typing import Any, Literal

from pydantic import Field

from stages.shared.metrics.registry import SelectableMetric
from stages.shared.params import ParamsSection, PartialParams

#: what a name in `select` is when the choice is left to the numbers
AUTO = "auto"


class SelectParams(ParamsSection):
    """Which candidate becomes the champion."""

    strategy: str
    classifier: str
    metric: SelectableMetric
    tolerance: float = Field(ge=0, allow_inf_nan=False)
    refit: Literal["train", "all"]


class StrategyView(PartialParams):
    """What tells how many moving parts a strategy has; train owns and checks the rest."""

    sampler: str | None = None
    class_weight: Any = None
    classifiers: dict[str, Any] | None = None

    @property
    def does_nothing(self) -> bool:
        """Whether the imbalance is left as it is."""
        return not (self.sampler or self.class_weight or self.classifiers)

    @property
    def moving_parts(self) -> int:
        """How much there is to go wrong: nothing, weights, a sampler, a sampler and weights or a model of its own."""
        if self.classifiers:
            return 3
        return bool(self.class_weight) + 2 * bool(self.sampler)


class ReportParams(PartialParams):
    """Everything that report reads of params.yaml."""

    random_state: int
    select: SelectParams
    strategies: dict[str, StrategyView] = Field(min_length=1)
