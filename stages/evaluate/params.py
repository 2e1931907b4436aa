"""The section of params.yaml that evaluate owns, and what it reads of the others."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from stages.evaluate.inputs import ScoreMetric
from stages.shared.params import ParamsSection, PartialParams

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


Share = Annotated[float, Field(gt=0, le=1)]

#: the key that a policy needs beside its name, and an example; no other policy may have it
OWN_KEYS = {
    "f_beta": ("beta", 2),
    "min_recall": ("recall", 0.9),
    "min_precision": ("precision", 0.8),
    "top_share": ("share", 0.02),
}


class ThresholdParams(ParamsSection):
    """How the decision threshold is chosen from out-of-fold scores; a policy's own key stands beside its name."""

    policy: Literal[
        "f1", "f_beta", "g_mean", "balanced_accuracy", "cost", "min_recall", "min_precision", "top_share"
    ]  # fmt: skip
    beta: Positive | None = None
    recall: Share | None = None
    precision: Share | None = None
    share: Share | None = None

    @property
    def own(self) -> dict[str, float]:
        """The policy's own key with its value; empty where it has none."""
        if self.policy not in OWN_KEYS:
            return {}
        key, _ = OWN_KEYS[self.policy]
        return {key: getattr(self, key)}

    @model_validator(mode="after")
    def _own_key_alone(self) -> "ThresholdParams":
        given = [key for key, _ in OWN_KEYS.values() if getattr(self, key) is not None]
        own, example = OWN_KEYS.get(self.policy, ("", 0))
        problems = [
            f"the policy {self.policy} knows no key `{key}`, which belongs to {policy}; leave it out"
            for policy, (key, _) in OWN_KEYS.items()
            if key in given and key != own
        ]
        if own and own not in given:
            problems.append(
                f"the policy {self.policy} needs the key `{own}`: {{policy: {self.policy}, {own}: {example}}}"
            )
        if problems:
            raise ValueError("; ".join(problems))
        return self


class CostParams(ParamsSection):
    """What one wrong decision costs, in any unit; only the ratio matters."""

    false_negative: Positive
    false_positive: Positive


class EvaluateSection(ParamsSection):
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


class SelectView(PartialParams):
    """What stands for a strategy; the section belongs to report."""

    classifier: str
    metric: ScoreMetric


class CvView(PartialParams):
    """What tells how much the folds share; the section belongs to train."""

    n_splits: int = Field(ge=2)


class EvaluateParams(PartialParams):
    """Everything that evaluate reads of params.yaml."""

    random_state: int = Field(ge=0, le=2**32 - 1)
    evaluate: EvaluateSection
    strategies: dict[str, dict[str, Any]] = Field(min_length=1)  # train checks the entries
    cv: CvView
    select: SelectView
