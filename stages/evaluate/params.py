"""The section `evaluate` of params.yaml, and the keys that evaluate reads of other sections."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from stages.shared.metrics.registry import SelectMetric
from stages.shared.params import ParamsSection, PartialParams
from stages.shared.params.checks import list_key_problems, refuse

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]

#: the parameter of a policy, and an example; no other policy may have it
POLICY_PARAMS = {
    "f_beta": ("beta", 2),
    "min_recall": ("recall", 0.9),
    "min_precision": ("precision", 0.8),
    "top_share": ("share", 0.02),
}

#: policies whose bound can be promised for new rows
PROMISABLE = ("min_recall", "min_precision")


class ThresholdParams(ParamsSection):
    """The policy of the decision threshold, with its parameter beside its name."""

    policy: Literal[
        "f1", "f_beta", "g_mean", "balanced_accuracy", "cost", "min_recall", "min_precision", "top_share"
    ]  # fmt: skip
    beta: Positive | None = None
    recall: Share | None = None
    precision: Share | None = None
    share: Share | None = None
    promise: Annotated[float, Field(ge=0.5, lt=1)] | None = None

    @property
    def policy_param(self) -> dict[str, float]:
        """The policy's parameter with its value; empty where it has none."""
        if self.policy not in POLICY_PARAMS:
            return {}
        key, _ = POLICY_PARAMS[self.policy]
        return {key: getattr(self, key)}

    @model_validator(mode="after")
    def _check_policy_param(self) -> "ThresholdParams":
        refuse(self._list_problems())
        return self

    def _list_problems(self) -> Iterator[str]:
        yield from list_key_problems(self, "policy", POLICY_PARAMS)
        if self.promise is not None and self.policy not in PROMISABLE:
            yield f"only {' and '.join(PROMISABLE)} can have a promise, not {self.policy}; leave it out"
        if self.promise is not None and 1 in (self.recall, self.precision):
            yield "a bound of 1 cannot be promised; lower the bound or leave the promise out"


class CostColumn(ParamsSection):
    """A column with the cost of a wrong decision on each row."""

    column: str


def _check_cost_value(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
    if not (is_number or (isinstance(value, dict) and list(value) == ["column"])):
        raise ValueError("must be a number above 0, or a column with one for each row: {column: amount}")
    return value


Cost = Annotated[float | CostColumn, BeforeValidator(_check_cost_value)]


class FixedCosts(NamedTuple):
    """The cost of one wrong decision, the same for each row, or for each unit of its weight."""

    false_negative: float
    false_positive: float


class CostParams(ParamsSection):
    """The cost of one wrong decision, in any unit; only the ratio matters."""

    false_negative: Cost
    false_positive: Cost

    @property
    def has_columns(self) -> bool:
        """Whether the costs differ by row."""
        return isinstance(self.false_negative, CostColumn) or isinstance(self.false_positive, CostColumn)

    @property
    def fixed(self) -> FixedCosts:
        """The costs where they are the same for each row; else 1 and 1, for rows weighted by their costs."""
        if isinstance(self.false_negative, CostColumn) or isinstance(self.false_positive, CostColumn):
            return FixedCosts(1.0, 1.0)
        return FixedCosts(self.false_negative, self.false_positive)


class EvaluateSection(ParamsSection):
    """The section `evaluate`."""

    threshold: ThresholdParams
    confidence: float = Field(gt=0.5, lt=1)
    n_resamples: int = Field(ge=200, le=100_000)
    cost: CostParams | None
    deployment_prevalence: Annotated[float, Field(gt=0, lt=1)] | None
    rows: Literal["all", "test"]
    margin: Literal["auto"] | Annotated[float, Field(gt=0, lt=1)]
    rotate: Annotated[int, Field(ge=2)] | None
    slices: list[str]

    @model_validator(mode="after")
    def _check_cost(self) -> "EvaluateSection":
        if self.threshold.policy == "cost" and self.cost is None:
            raise ValueError(
                "evaluate.threshold.policy is cost but evaluate.cost is null; give both costs, "
                "cost: {false_negative: 10, false_positive: 1}, or choose another policy"
            )
        return self


class SelectView(PartialParams):
    """The candidate that represents a strategy; report owns the section."""

    classifier: str
    metric: SelectMetric


class CvView(PartialParams):
    """The number of folds; train owns the section."""

    n_splits: int = Field(ge=2)


class EvaluateParams(PartialParams):
    """Everything that evaluate reads of params.yaml."""

    random_state: int = Field(ge=0, le=2**32 - 1)
    evaluate: EvaluateSection
    strategies: dict[str, dict[str, Any]] = Field(min_length=1)  # train checks the entries
    cv: CvView
    select: SelectView
