"""The section `split` of params.yaml: how the test side is held out."""

from pydantic import Field

from stages.shared.params import ParamsSection, PartialParams


class SplitParams(ParamsSection):
    """Size of the test side, and the columns that bind rows together or order them."""

    test_size: float = Field(gt=0, lt=1)
    group: str | None
    time: str | None


class CvFolds(PartialParams):
    """What `split` must know of the folds that train will make."""

    n_splits: int = Field(ge=2)


class SplitStageParams(PartialParams):
    """What `split` reads of params.yaml."""

    random_state: int = Field(ge=0, lt=2**32)
    split: SplitParams
    cv: CvFolds
