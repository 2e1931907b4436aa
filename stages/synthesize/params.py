"""The section `synthetic` of params.yaml: the settings of the teaching set."""

from typing import Annotated

from pydantic import Field, model_validator

from stages.shared.params import ParamsSection, PartialParams

Share = Annotated[float, Field(gt=0, lt=1)]


class SyntheticParams(ParamsSection):
    """The arguments of make_classification."""

    n_samples: int = Field(ge=20)
    n_features: int = Field(ge=2)
    n_informative: int = Field(ge=2)  # two classes of two clusters each need two dimensions
    n_redundant: int = Field(ge=0)
    weights: list[Share] = Field(min_length=2, max_length=2)
    flip_y: float = Field(ge=0, le=1)
    random_state: int = Field(ge=0, lt=2**32)

    @model_validator(mode="after")
    def _check_sums(self) -> "SyntheticParams":
        if self.n_informative + self.n_redundant > self.n_features:
            raise ValueError("n_informative + n_redundant must not exceed n_features")
        if abs(sum(self.weights) - 1) > 1e-9:
            raise ValueError("weights are the shares of the classes 0 and 1 and must add up to 1")
        return self


class SynthesizeParams(PartialParams):
    """The parts of params.yaml that `synthesize` reads."""

    synthetic: SyntheticParams
