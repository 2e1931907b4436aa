"""The section of params.yaml that evaluate owns, and what it reads of the others."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from stages.evaluate.crossval import ScoreMetric
from stages.shared.params import Section, View

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class ThresholdParams(Section):
    """How the decision threshold is chosen from out-of-fold scores."""

    policy: Literal["f1", "g_mean", "balanced_accuracy", "cost"]


class CostParams(Section):
    """What one wrong decision costs, in any unit; only the ratio matters."""

    false_negative: Positive
    false_positive: Positive


class EvaluateSection(Section):
    """The section `evaluate`."""

    threshold: ThresholdParams
    confidence: float = Field(gt=0.5, lt=1)
    n_resamples: int = Field(ge=200, le=100_000)
    cost: CostParams | None

    @model_validator(mode="after")
    def _cost_is_given(self) -> "EvaluateSection":
        if self.threshold.policy == "cost" and self.cost is None:
            raise ValueError(
                "evaluate.threshold.policy is cost but evaluate.cost is null; give both costs, "
                "cost: {false_negative: 10, false_positive: 1}, or choose another policy"
            )
        return self


class SelectView(View):
    """What stands for a strategy; the section belongs to report."""

    classifier: str
    metric: ScoreMetric


class EvaluateParams(View):
    """Everything that evaluate reads of params.yaml."""

    random_state: int = Field(ge=0, le=2**32 - 1)
    evaluate: EvaluateSection
    strategies: dict[str, dict[str, Any]] = Field(min_length=1)  # train checks the entries
    select: SelectView
