"""The section `synthetic` of params.yaml: what the teaching set is like."""

from typing import Annotated

from pydantic import Field, model_validator

from stages.shared.params import ParamsSection, PartialParams

Share = Annotated[float, Field(gt=0, lt=1)]


class SyntheticParams(ParamsSection):
    """The settings of make_classification, in its own words."""

    n_samples: int = Field(ge=20)
    n_features: int = Field(ge=2)
    n_informative: int = Field(ge=2)  # two classes of two clusters each need two dimensions
    n_redundant: int = Field(ge=0)
    weights: list[Share] = Field(min_length=2, max_length=2)
    flip_y: float = Field(ge=0, le=1)
    random_state: int = Field(ge=0, lt=2**32)

    @model_validator(mode="after")
    def _adds_up(self) -> "SyntheticParams":
        if self.n_informative + self.n_redundant > self.n_features:
            raise ValueError("n_informative + n_redundant must not exceed n_features")
        if abs(sum(self.weights) - 1) > 1e-9:
            raise ValueError("weights are the shares of the classes 0 and 1 and must add up to 1")
        return self


class SynthesizeParams(PartialParams):
    """What `synthesize` reads of params.yaml."""

    synthetic: SyntheticParams
